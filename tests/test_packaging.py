"""What is published: wheel and source archive hold all they need, and the installed wheel lints without this repository."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUILD = [sys.executable, "-m", "hatchling", "build"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it, as an installer would."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([*BUILD, "-t", "sdist", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=120)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none
        tar.extractall(folder / "unpacked")
    (source,) = (folder / "unpacked").iterdir()
    subprocess.run([*BUILD, "-t", "wheel", "-d", str(folder)], cwd=source, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def test_the_wheel_holds_pages_tables_and_the_marker_of_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "src" / "herolint"
    data = [path for path in package.rglob("[!.]*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    data = [path for path in data if not any(part.startswith(".") for part in path.relative_to(package).parts)]
    pages = list((ROOT / "rules").rglob("*.md"))
    assert {path.suffix for path in data} >= {".toml", ".json", ".typed"}
    assert len(pages) > 30
    wanted = {f"herolint/{path.relative_to(package).as_posix()}" for path in data}
    wanted |= {f"herolint/_pages/{path.relative_to(ROOT / 'rules').as_posix()}" for path in pages}
    assert wanted <= names
    assert not [name for name in names if name.startswith(("tests/", "rules/")) or name.endswith(".pyc")]


def test_the_installed_wheel_lints_and_explains(wheel: Path, tmp_path: Path, app: Callable[[str], Path]) -> None:
    site = tmp_path / "site"
    options = ["--quiet", "--no-index", "--no-deps", "--no-compile", "--target", str(site)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True, timeout=120)
    environment = {**os.environ, "PYTHONPATH": str(site), "HEROLINT_CACHE_DIR": str(tmp_path / "cache"), "NO_COLOR": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(site / "bin" / "herolint"), *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False)

    done = run("check", "--format", "json", str(app("events-directory")))
    assert (done.returncode, done.stderr) == (1, "")
    assert "HL201" in {finding["code"] for finding in json.loads(done.stdout)["findings"]}
    assert "Why it hurts" in run("explain", "HL201").stdout
    where = "import herolint; print(herolint.__file__)"
    found = subprocess.run([sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(site)


def test_the_source_archive_holds_tests_pages_and_hook(built: Path) -> None:
    (source,) = (built / "unpacked").iterdir()
    for name in ("pyproject.toml", "Makefile", ".pre-commit-hooks.yaml", "tools/make_environment.sh", "tests/test_pages.py"):
        assert (source / name).is_file(), name
    for folder in ("rules", "tests/fixtures"):
        kept = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"}
        assert kept <= {path.relative_to(source) for path in (source / folder).rglob("*")}


def test_every_dependency_has_a_lower_bound() -> None:
    needed = importlib.metadata.requires("herolint") or []
    assert needed
    assert not [line for line in needed if ">=" not in line]


def test_make_environment_needs_nothing_but_python(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell
    folder = tmp_path / "environment"
    subprocess.run([shell, str(ROOT / "tools" / "make_environment.sh"), sys.executable, str(folder)], check=True, timeout=120)
    asked = subprocess.run([folder / "bin" / "python", "-m", "pip", "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert str(folder) in asked.stdout
