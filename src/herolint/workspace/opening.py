"""Opens a folder: decides between git's index and a walk, and notes what would not be pushed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from herolint.finding import Problem
from herolint.workspace import git
from herolint.workspace.entries import Entry, WorkspaceError
from herolint.workspace.ignores import Layer, ignored_by, layer, lfs_filter
from herolint.workspace.tree import Workspace
from herolint.workspace.walk import Walk, entry_of, own_layers, read_small, walk

UNTRACKED = "it is not added to git yet"


def open_workspace(root: Path) -> Workspace:
    """The files at `root` that a push would send. Raises WorkspaceError when `root` is no folder that can be read.

    Files that are neither tracked nor ignored count as present (they are about to be committed) and as unpushed.
    """
    root = Path(os.path.abspath(root))
    try:
        if not stat.S_ISDIR(root.stat().st_mode):
            raise WorkspaceError(f"{root} is not a folder")
        os.scandir(root).close()
    except OSError as error:
        raise WorkspaceError(f"{root} cannot be read: {error.strerror}") from None
    problems: list[Problem] = []
    top = git.find_top(root)
    tracked: dict[str, Entry] = {}
    if top is not None:
        tracked = _tracked(root, top, problems)
    found = _walk(root, top if tracked or top == root else None)
    problems += found.problems
    files, unpushed = _merge(tracked, found)
    return Workspace(root, _with_lfs(root, files), unpushed, problems)


def repository_folder(root: Path) -> str:
    """Where the folder lies in the git repository around it; "" for a repository itself, and outside of one."""
    root = Path(os.path.abspath(root))
    top = git.find_top(root)
    return "" if top is None or top == root else root.relative_to(top).as_posix()


def _tracked(root: Path, top: Path, problems: list[Problem]) -> dict[str, Entry]:
    """What git's index holds under `root` and the work tree still has."""
    try:
        entries = git.index(top)
    except git.GitError as error:
        problems.append(Problem(message=f"git could not list the files ({error}); they were found by walking the folder"))
        return {}
    prefix = "" if root == top else root.relative_to(top).as_posix() + "/"
    found = {}
    for path, mode, _ in entries:
        if not path.startswith(prefix):
            continue
        path = path[len(prefix) :]
        if mode == "160000":
            found[path] = Entry(path, 0, "submodule")
        elif (entry := _on_disk(root, path)) is not None:
            found[path] = msgspec.structs.replace(entry, executable=mode == "100755", kind="symlink" if mode == "120000" else entry.kind)
    return found


def _on_disk(root: Path, path: str) -> Entry | None:
    try:
        return entry_of(path, os.lstat(root / path))
    except (OSError, ValueError):
        return None


def _walk(root: Path, top: Path | None) -> Walk:
    if top is None:
        return walk(root)
    return walk(root, layers_above(root, top), "".join(part + "/" for part in root.relative_to(top).parts))


def layers_above(root: Path, top: Path) -> list[Layer]:
    """The ignore files of the repository at `top` that hold for what lies under `root` in it, those in `root` itself left out."""
    layers: list[Layer] = []
    exclude = read_small(top / ".git" / "info" / "exclude")
    if exclude and (one := layer("", ".git/info/exclude", exclude)):
        layers.append(one)
    relative = root.relative_to(top).parts
    for depth in range(len(relative)):
        folder = "/".join(relative[:depth])
        layers += own_layers(top / folder, folder + "/" if folder else "")
    return layers


def ignored(root: Path, path: str) -> str | None:
    """The ignore file that would leave a new file out of the repository, if one does."""
    top = git.find_top(root)
    layers = layers_above(root, top) if top is not None else []
    prefix = "".join(part + "/" for part in root.relative_to(top).parts) if top is not None else ""
    folder = ""
    for part in path.split("/"):
        layers = layers + own_layers(root / folder, prefix + folder)
        here = folder + part
        if (reason := ignored_by(prefix + here, here != path, layers)) is not None:
            return reason
        folder = here + "/"
    return None


def _merge(tracked: dict[str, Entry], found: Walk) -> tuple[dict[str, Entry], dict[str, str]]:
    """All files, and those a push would leave out with the reason (a folder ends in `/`)."""
    submodules = tuple(path + "/" for path, entry in tracked.items() if entry.kind == "submodule")
    walked = {path: entry for path, entry in found.files.items() if not submodules or not path.startswith(submodules)}
    unpushed = {path: f"{source} leaves it out" for path, source in found.ignored.items() if path not in tracked}
    if tracked:
        unpushed |= dict.fromkeys((path for path in walked if path not in tracked), UNTRACKED)
    files = {**walked, **tracked}
    return {path: files[path] for path in sorted(files)}, unpushed


def _with_lfs(root: Path, files: dict[str, Entry]) -> dict[str, Entry]:
    attributes = [
        (path[: -len(".gitattributes")], data)
        for path in files
        if path.rpartition("/")[2] == ".gitattributes" and (data := read_small(root / path))
    ]
    if not any(b"filter=lfs" in data for _, data in attributes):
        return files
    sent_as_pointer = lfs_filter(attributes)
    return {
        path: msgspec.structs.replace(entry, lfs=sent_as_pointer(path)) if entry.kind == "file" else entry for path, entry in files.items()
    }
