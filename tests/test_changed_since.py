"""`--changed-since`: the whole app is judged, and what rests on no change goes unreported."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import Repository, Run, plant

import herolint as library

CLEAN = Path(__file__).parent / "fixtures" / "bases" / "flask-clean"
BAD_APP = 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="127.0.0.1", port=5000)\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A committed app with findings in app.py, all of which lead to its Procfile."""
    root = tmp_path / "bad"
    shutil.copytree(CLEAN, root)
    plant(root, {"Procfile": "web: python app.py\n", "app.py": BAD_APP, "notes.md": "# Notes\n"})
    return Repository(root).commit()


def codes(herolint: Run, folder: Path, *words: str, since: str = "HEAD") -> list[str]:
    """The codes that are reported."""
    run = herolint("--format", "json", "--fail-on", "never", "--changed-since", since, *words, folder)
    assert run.returncode == 0, run.stderr
    return sorted({finding["code"] for finding in json.loads(run.stdout)["findings"]})


def test_what_rests_on_no_change_is_counted_only(repository: Repository, herolint: Run) -> None:
    assert herolint(repository.root).returncode == 1
    run = herolint("--changed-since", "HEAD", repository.root)
    assert run.returncode == 0
    assert "No findings" in run.stdout
    assert "in what has not changed" in run.stdout
    plant(repository.root, {"notes.md": "# More\n", "new.py": "x = 1\n"})
    assert codes(herolint, repository.root) == []


@pytest.mark.parametrize("git", [(), ("add", "app.py"), ("commit", "-qam", "more")])
def test_a_changed_file_brings_its_findings(repository: Repository, herolint: Run, git: tuple[str, ...]) -> None:
    plant(repository.root, {"app.py": BAD_APP + "\n# more\n"})
    if git:
        repository.git(*git)
    since = "HEAD~1" if "commit" in git else "HEAD"
    assert {"HL105", "HL106"} <= {*codes(herolint, repository.root, since=since)}
    run = herolint("--changed-since", since, repository.root)
    assert run.returncode == 1


def test_places_beside_count(repository: Repository, herolint: Run) -> None:
    plant(repository.root, {"Procfile": "web: python app.py\n\n"})
    assert "HL106" in codes(herolint, repository.root)


def test_a_renamed_file_is_new_and_a_gone_one_is_missed(repository: Repository, herolint: Run) -> None:
    repository.git("mv", "app.py", "shop.py")
    assert "HL110" in codes(herolint, repository.root), "Procfile has not changed, but it names what is gone"
    plant(repository.root, {"Procfile": "web: python shop.py\n"})
    assert "HL106" in codes(herolint, repository.root)


def test_findings_about_the_whole_rest_on_what_says_how_it_is_built(repository: Repository, herolint: Run) -> None:
    (repository.root / "Procfile").unlink()
    assert codes(herolint, repository.root) == ["HL104"], "a file that is gone is a change"
    repository.commit()
    assert codes(herolint, repository.root) == []
    plant(repository.root, {"notes.md": "more\n"})
    assert codes(herolint, repository.root) == []
    (repository.root / "requirements.txt").write_text((repository.root / "requirements.txt").read_text() + "# more\n")
    assert "HL104" in codes(herolint, repository.root)


def test_what_others_changed_meanwhile_is_not_ours(repository: Repository, herolint: Run) -> None:
    repository.git("checkout", "-q", "-b", "feature")
    plant(repository.root, {"notes.md": "# Feature\n"})
    repository.commit()
    repository.git("checkout", "-q", "main")
    plant(repository.root, {"app.py": BAD_APP + "\n# on main\n"})
    repository.commit()
    repository.git("checkout", "-q", "feature")
    assert codes(herolint, repository.root, since="main") == []


def test_a_folder_of_a_repository(repository: Repository, herolint: Run) -> None:
    inner = repository.root / "shop"
    plant(inner, {"Procfile": "web: python app.py\n", "app.py": BAD_APP, "requirements.txt": "flask==3.1.2\n"})
    repository.commit()
    assert codes(herolint, inner) == []
    plant(inner, {"app.py": BAD_APP + "\n# more\n"})
    assert "HL106" in codes(herolint, inner)


def test_line_ends_and_pointers_that_git_wrote_are_no_change(repository: Repository, herolint: Run) -> None:
    (repository.root / "app.py").write_bytes(BAD_APP.replace("\n", "\r\n").encode())
    assert codes(herolint, repository.root) == []
    repository.git("-c", "core.autocrlf=false", "add", "app.py")
    assert codes(herolint, repository.root) != [], "now the line ends themselves are what would be pushed"


@pytest.mark.skipif(os.name == "nt", reason="git may make no links there")
def test_a_link_counts_by_where_it_leads(repository: Repository, herolint: Run) -> None:
    (repository.root / "app.py").rename(repository.root / "one.py")
    (repository.root / "app.py").symlink_to("one.py")
    repository.commit()
    assert codes(herolint, repository.root) == []
    (repository.root / "two.py").write_text(BAD_APP)
    repository.commit()
    (repository.root / "app.py").unlink()
    (repository.root / "app.py").symlink_to("two.py")
    assert "HL106" in codes(herolint, repository.root)


def test_problems_and_ignores_are_what_they_were(repository: Repository, herolint: Run) -> None:
    plant(repository.root, {"app.py": BAD_APP.replace("app = ", "# herolint: ignore HL601\napp = ")})
    repository.commit()
    all_of_them = herolint("--format", "json", "--strict", repository.root)
    changed = herolint("--format", "json", "--strict", "--changed-since", "HEAD", repository.root)
    assert json.loads(changed.stdout)["problems"] == json.loads(all_of_them.stdout)["problems"] != []
    assert changed.returncode == 1


def test_what_cannot_be_had_is_one_line_and_never_a_pass(repository: Repository, tmp_path: Path, herolint: Run) -> None:
    for folder, commit, message in (
        (repository.root, "nowhere", "no such commit here: nowhere (`git fetch` may bring it)"),
        (repository.root, "--output=x", "no such commit here: --output=x"),
        (plant(tmp_path / "plain", {"app.py": BAD_APP}), "main", "not in a git repository"),
    ):
        run = herolint("--changed-since", commit, folder)
        assert (run.returncode, run.stdout) == (2, "")
        assert message in run.stderr
        assert run.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
def test_nothing_that_the_repository_names_is_run(repository: Repository, tmp_path: Path, herolint: Run) -> None:
    trap = plant(tmp_path, {"trap": f"#!/bin/sh\ntouch {tmp_path / 'ran'}\ncat\n"}) / "trap"
    trap.chmod(0o755)
    plant(repository.root, {".gitattributes": "*.py filter=trap diff=trap\n"})
    repository.commit()
    for key in ("core.fsmonitor", "filter.trap.clean", "filter.trap.process", "diff.external", "diff.trap.command", "diff.trap.textconv"):
        repository.git("config", key, str(trap))
    plant(repository.root, {"app.py": BAD_APP + "\n# more\n"})
    assert "HL106" in codes(herolint, repository.root)
    assert not (tmp_path / "ran").exists()


def test_as_a_library(repository: Repository) -> None:
    result = library.check(repository.root, changed_since="HEAD", cache=False)
    assert result.findings == ()
    assert result.hidden_unchanged > 1
    with pytest.raises(library.ConfigError, match="no such commit"):
        library.check(repository.root, changed_since="nowhere")


def test_fixes_leave_alone_what_is_not_reported(repository: Repository, herolint: Run) -> None:
    assert herolint("--diff", repository.root).returncode == 1
    assert herolint("--diff", "--changed-since", "HEAD", repository.root).returncode == 0
