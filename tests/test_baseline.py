"""The baseline: what stood before is left out, what is new is not, and a file that cannot be used is an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

App = Callable[[str], Path]


def found(run: Run, root: Path, *words: str) -> list[tuple[str, str]]:
    """Code and path of each finding."""
    report = json.loads(run("check", "--format", "json", "--fail-on", "never", *words, cwd=root).stdout)
    return [(finding["code"], finding["path"]) for finding in report["findings"]]


def test_what_stands_is_left_out_until_it_is_new(herolint: Run, app: App) -> None:
    root = app("events-directory")
    before = found(herolint, root)
    assert herolint("baseline", cwd=root).stdout == f"herolint-baseline.json: {len(before)} findings\n"
    assert found(herolint, root) == []
    checked = herolint("check", cwd=root)
    assert checked.returncode == 0
    assert f"{len(before)} in the baseline" in checked.stdout
    assert found(herolint, root, "--no-baseline") == before

    program = root / "web_app" / "app.py"
    program.write_text("# moved\n" * 7 + program.read_text())
    assert found(herolint, root) == []
    (root / "Procfile").write_text((root / "Procfile").read_text() + "web: python3 web_app/app.py --other\n")
    assert ("HL103", "Procfile") in found(herolint, root)


def test_pruning_takes_out_what_is_mended_and_accepts_nothing(herolint: Run, app: App) -> None:
    root = app("events-directory")
    herolint("baseline", cwd=root)
    known = json.loads((root / "herolint-baseline.json").read_text())["findings"]
    (root / "runtime.txt").write_text("python-3.13.9\n")
    (root / "procfile.md").touch()
    (root / "Procfile").write_text("worker: sleep 1\nworker: sleep 2\n" + (root / "Procfile").read_text())
    told = herolint("baseline", "--prune", cwd=root)
    assert " gone)" in told.stdout
    assert " new" not in told.stdout
    after = json.loads((root / "herolint-baseline.json").read_text())["findings"]
    assert [one for one in known if one in after] == after
    assert not any(one["rule"].startswith("HL407") for one in after)


def test_the_file_is_for_people_too(herolint: Run, app: App) -> None:
    root = app("events-directory")
    herolint("baseline", cwd=root)
    document = json.loads((root / "herolint-baseline.json").read_text())
    assert document["version"] == 1
    assert document["findings"] == sorted(document["findings"], key=lambda one: (one["path"], one["rule"], one["message"], one["id"]))
    assert not any("line" in one for one in document["findings"])


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 1}', '{"version": 7, "findings": []}', '{"version": 1, "findings": [{"id": 1}]}']
)
def test_a_file_that_cannot_be_used_is_an_error(herolint: Run, app: App, content: str) -> None:
    root = app("events-directory")
    (root / "herolint-baseline.json").write_text(content)
    checked = herolint("check", cwd=root)
    assert checked.returncode == 2
    assert "herolint-baseline.json" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_there_must_be_something_to_prune(herolint: Run, app: App) -> None:
    checked = herolint("baseline", "--prune", cwd=app("events-directory"))
    assert checked.returncode == 2
    assert "there is no herolint-baseline.json to prune" in checked.stderr


def test_a_link_to_what_never_ends_is_not_read(herolint: Run, app: App) -> None:
    root = app("events-directory")
    (root / "herolint-baseline.json").symlink_to("/dev/zero")
    checked = herolint("check", cwd=root)
    assert checked.returncode == 2
    assert "herolint-baseline.json: not a file" in checked.stderr


def test_a_baseline_that_a_merge_broke_is_written_anew(herolint: Run, app: App) -> None:
    root = app("events-directory")
    herolint("baseline", cwd=root)
    file = root / "herolint-baseline.json"
    whole = file.read_text()
    file.write_text("<<<<<<< HEAD\n" + whole)
    refused = herolint("check", cwd=root)
    assert refused.returncode == 2
    assert "write it anew with `herolint baseline`" in refused.stderr
    assert herolint("baseline", "--prune", cwd=root).returncode == 2
    assert herolint("baseline", cwd=root).returncode == 0
    assert file.read_text() == whole
