"""What is published: the wheel holds pages and tables and works without the repository; so does the source archive."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    for target in ("wheel", "sdist"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder


def test_the_wheel_works_alone(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    target = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(target)
    assert "herolint/py.typed" in names
    assert any(name.startswith("herolint/_pages/") and name.endswith(".md") for name in names)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    command = [sys.executable, "-c", "import herolint.pages, herolint; print(herolint.__file__, len(herolint.pages.page_files()))"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60)
    file, count = done.stdout.split()
    assert Path(file).is_relative_to(target)
    assert int(count) > 30


def test_the_source_archive_holds_tests_and_pages(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"pyproject.toml", "Makefile", "rules/process/HL105-port-not-bound.md", "tests/test_pages.py"} <= names
