"""What counts as pushed: git's index, ignore files, `.slugignore`, links, and folders that are apps of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from herolint.workspace import WorkspaceError, open_workspace
from herolint.workspace.apps import find_apps


def write(root: Path, **files: str) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def git(root: Path, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(
        ["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b", *words], env=environment, check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("secret/\n*.log\n")
    write(tmp_path, Procfile="web: x\n", src__app="1", src__debug="2")
    git(tmp_path, "add", ".")
    write(tmp_path, late="3", secret__key="4")
    (tmp_path / "x.log").write_text("")
    return tmp_path


def test_tracked_and_new_files_are_there_and_ignored_ones_are_not(repository: Path) -> None:
    workspace = open_workspace(repository)
    assert list(workspace.files) == [".gitignore", "Procfile", "late", "src/app", "src/debug"]
    assert workspace.unpushed_reason("late") == "it is not added to git yet"
    assert workspace.unpushed_reason("secret/key") == ".gitignore leaves it out"
    assert workspace.unpushed_reason("x.log") == ".gitignore leaves it out"
    assert workspace.unpushed_reason("Procfile") is None
    assert workspace.problems == []


def test_a_tracked_file_is_pushed_though_an_ignore_file_names_it(repository: Path) -> None:
    (repository / "kept.log").write_text("")
    git(repository, "add", "-f", "kept.log")
    workspace = open_workspace(repository)
    assert "kept.log" in workspace.files
    assert workspace.unpushed_reason("kept.log") is None


def test_before_the_first_add_everything_counts_as_pushed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, Procfile="web: x")
    workspace = open_workspace(tmp_path)
    assert list(workspace.files) == ["Procfile"]
    assert not workspace.unpushed


def test_deeper_ignore_files_take_back_what_outer_ones_say(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.db\n/build\n")
    write(tmp_path, **{"a__x.db": "", "build__x": "", "b__build__x": "", "b__keep.db": ""})
    (tmp_path / "b" / ".gitignore").write_text("!keep.db\n")
    assert set(open_workspace(tmp_path).files) == {".gitignore", "b/.gitignore", "b/build/x", "b/keep.db"}


def test_a_folder_of_a_repository_keeps_the_ignore_rules_above_it(repository: Path) -> None:
    (repository / "src" / "y.log").write_text("")
    workspace = open_workspace(repository / "src")
    assert list(workspace.files) == ["app", "debug"]
    assert workspace.unpushed_reason("y.log") == ".gitignore leaves it out"


def test_slugignore_removes_before_the_build_and_knows_no_negation(tmp_path: Path) -> None:
    write(tmp_path, **{"docs__a.md": "", "a.md": "", "app.py": ""})
    (tmp_path / ".slugignore").write_text("*.md\n!a.md\n")
    workspace = open_workspace(tmp_path)
    assert set(workspace.slug_files) == {".slugignore", "app.py"}
    assert workspace.exists("docs")


def test_links_out_of_the_repository_are_a_problem_and_not_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, Procfile="web: x")
    (tmp_path / "outside").write_text("secret")
    (root / "link").symlink_to("../outside")
    (root / "inner").symlink_to("Procfile")
    (root / "loop").symlink_to("loop")
    workspace = open_workspace(root)
    assert workspace.read("link") is None
    assert workspace.read("loop") is None
    inner = workspace.read("inner")
    assert inner is not None
    assert inner.text == "web: x"
    assert [problem.path for problem in workspace.problems] == ["link", "loop"]


def test_no_fifo_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Procfile")
    assert not open_workspace(tmp_path).files


def test_a_hostile_configuration_starts_no_program(repository: Path) -> None:
    marker = repository / "ran"
    script = repository / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "pager.ls-files", "core.sshCommand", "core.editor", "filter.x.clean", "filter.x.smudge"):
        git(repository, "config", key, str(script))
    (repository / ".gitattributes").write_text("* filter=x\n")
    assert "Procfile" in open_workspace(repository).files
    assert not marker.exists()


def test_a_broken_repository_is_walked_and_said(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, Procfile="web: x")
    workspace = open_workspace(tmp_path)
    assert list(workspace.files) == ["Procfile"]
    assert "walking the folder" in workspace.problems[0].message


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_what_is_no_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError):
        open_workspace(tmp_path / name)


def test_lfs_pointers_are_known_by_attributes(tmp_path: Path) -> None:
    write(tmp_path, **{"model.bin": "x", "a.py": "y", "data__b.bin": "z"})
    (tmp_path / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    files = open_workspace(tmp_path).files
    assert [path for path, entry in files.items() if entry.lfs] == ["data/b.bin", "model.bin"]


def test_the_root_is_deployed_with_a_procfile_of_a_workspace(tmp_path: Path) -> None:
    root = '{"workspaces": {"packages": ["./packages/*"]}, "scripts": {"heroku-postbuild": "yarn workspaces run build"}}'
    locks = {"yarn.lock": "", "packages__api__yarn.lock": ""}
    members = {f"packages__{one}__{name}": "{}" for one in ("api", "web") for name in ("Procfile", "package.json")}
    write(tmp_path, **{"package.json": root}, **members, **locks, tools__Procfile="web: x", mail__Procfile="web: x", mail__Gemfile="")
    found = [(app.path, app.procfile) for app in find_apps(open_workspace(tmp_path))]
    assert found == [("", "packages/api/Procfile"), ("", "packages/web/Procfile"), ("mail", "")]
    write(tmp_path, **{"package.json": '{"workspaces": ["packages/*"]}'})
    found = [(app.path, app.procfile) for app in find_apps(open_workspace(tmp_path))]
    assert found == [("", "packages/web/Procfile"), ("mail", ""), ("packages/api", "")]


@pytest.mark.parametrize("text", ["[]", "{", '{"workspaces": 3}', '{"workspaces": [1]}', '{"scripts": []}'])
def test_a_manifest_that_is_wrong_has_no_workspaces(tmp_path: Path, text: str) -> None:
    write(tmp_path, **{"package.json": text, "api__package.json": "{}", "api__Procfile": "web: x", "yarn.lock": ""})
    assert [app.path for app in find_apps(open_workspace(tmp_path))] == ["", "api"]


def test_a_folder_that_looks_like_an_app_is_one_when_the_root_does_not(tmp_path: Path) -> None:
    names = ("backend__requirements.txt", "backend__app.py", "tests__requirements.txt", "tests__app.py", "lib__package.json")
    write(tmp_path, **dict.fromkeys(names, ""))
    assert [app.path for app in find_apps(open_workspace(tmp_path))] == ["", "backend"]
    write(tmp_path, Procfile="web: x")
    assert [app.path for app in find_apps(open_workspace(tmp_path))] == [""]


def test_the_view_of_a_folder_shares_masked_secrets(tmp_path: Path) -> None:
    write(tmp_path, backend__settings="KEY=abcdefgh")
    workspace = open_workspace(tmp_path)
    view = workspace.sub("backend")
    assert list(view.files) == ["settings"]
    inside, outside = view.read("settings"), workspace.read("backend/settings")
    assert inside is not None
    assert outside is not None
    assert inside.path == "settings"
    inside.mask(inside.span_of_text(4, 12))
    assert outside.slice(outside.line_span(1)) == "KEY=abcd****"
