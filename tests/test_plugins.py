"""Plugins: the sample one is really installed and run; what lies in the linted folder never is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from herolint import plugins

SAMPLE = Path(__file__).parent / "plugin_sample"
SOURCES = Path(__file__).parent.parent / "src"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample plugin installed, as pip lays it out, without network."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--no-compile"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(SAMPLE)], check=True, timeout=120)
    return folder


def herolint(*arguments: str, site: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES), str(site)]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "herolint", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=60, check=False)


def test_an_installed_plugin_adds_rules_documents_and_formats(site: Path, tmp_path: Path) -> None:
    (tmp_path / "acme.txt").write_text("")
    run = herolint("--select", "ACME101", "--format", "concise", site=site, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, "")
    assert "ACME101" in run.stdout
    assert herolint("--select", "no-owner", "--format", "count", site=site, cwd=tmp_path).stdout == "1\n"
    (tmp_path / "acme.txt").write_text("team-web")
    assert herolint("--select", "ACME", "--format", "count", site=site, cwd=tmp_path).stdout == "0\n"


def test_its_rules_are_listed_and_explained(site: Path, tmp_path: Path) -> None:
    assert "ACME101" in herolint("rules", site=site, cwd=tmp_path).stdout
    assert "Nobody is called when the app is down." in herolint("explain", "no-owner", site=site, cwd=tmp_path).stdout


def test_a_plugin_under_the_linted_folder_is_refused(site: Path, tmp_path: Path) -> None:
    run = herolint("--format", "json", str(site), site=site, cwd=tmp_path)
    assert "plugin sample is not loaded: it lies under the folder that is linted" in run.stdout
    assert "ACME101" not in run.stdout


def test_a_distribution_lying_in_the_working_directory_is_no_plugin(tmp_path: Path) -> None:
    info = tmp_path / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[herolint]\nevil = evil\n")
    for name in ("evil", "click", "rich", "yaml", "msgspec", "pluggy", "tomllib", "difflib"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').write({name!r})\n")
    run = herolint("--format", "json", "--no-cache", site=tmp_path, cwd=tmp_path)
    assert run.returncode in (0, 1), run.stderr
    assert not (tmp_path / "ran").exists()


def test_a_plugin_that_breaks_is_a_problem(tmp_path: Path) -> None:
    site, linted = tmp_path / "site", tmp_path / "linted"
    (site / "broken-1.0.dist-info").mkdir(parents=True)
    (site / "broken-1.0.dist-info" / "entry_points.txt").write_text("[herolint]\nbroken = broken_plugin:thing.part\n")
    (site / "broken_plugin.py").write_text("raise RuntimeError('no')\n")
    linted.mkdir()
    run = herolint("--format", "json", site=site, cwd=linted)
    assert "plugin broken is not loaded: RuntimeError: no" in run.stdout


def test_entry_points_are_read_without_loading_anything(tmp_path: Path) -> None:
    info = tmp_path / "a-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nx = y:z\n\n[herolint]\none = pack.mod:attr [extra]\ntwo=mod\n[other]\nq = r\n"
    )
    found = plugins.entry_points((str(tmp_path), "relative", str(tmp_path / "nowhere")))
    assert [(p.name, p.module, p.attribute) for p in found] == [("one", "pack.mod", "attr"), ("two", "mod", "")]
