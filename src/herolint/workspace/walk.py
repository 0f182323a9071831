"""Walks a folder as git would see it: ignore files kept, `.git` and symbolic links to folders never entered."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from herolint.finding import Problem
from herolint.workspace.entries import Entry
from herolint.workspace.ignores import MAX_IGNORE_BYTES, Layer, ignored_by, layer

MAX_FILES = 200_000
MAX_DEPTH = 60


class Walk(msgspec.Struct, frozen=True):
    """Files found, paths that ignore files leave out (a folder ends in `/`) with the file that says so, and what went wrong."""

    files: dict[str, Entry]
    ignored: dict[str, str]
    problems: list[Problem]


def walk(root: Path, above: list[Layer] | None = None, prefix: str = "") -> Walk:
    """All files under `root`. `above` holds the ignore files of parent folders; their paths start with `prefix`."""
    found = Walk({}, {}, [])
    _folder(root, "", list(above or ()), prefix, found, 0)
    if len(found.files) >= MAX_FILES:
        found.problems.append(Problem(message=f"more than {MAX_FILES:,} files; the rest was left out"))
    return found


def _folder(root: Path, folder: str, layers: list[Layer], prefix: str, found: Walk, depth: int) -> None:
    try:
        with os.scandir(root / folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        found.problems.append(Problem(message=f"cannot be read: {error.strerror}", path=folder.rstrip("/")))
        return
    layers = layers + own_layers(root / folder, prefix + folder)
    for entry in entries:
        if entry.name == ".git" or len(found.files) >= MAX_FILES:
            continue
        path = folder + entry.name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            reason = ignored_by(prefix + path, is_folder, layers)
            if reason is not None:
                found.ignored[path + "/" if is_folder else path] = reason
            elif is_folder and depth < MAX_DEPTH:
                _folder(root, path + "/", layers, prefix, found, depth + 1)
            elif not is_folder and (file := entry_of(path, entry.stat(follow_symlinks=False))) is not None:
                found.files[path] = file
        except OSError as error:
            found.problems.append(Problem(message=f"cannot be read: {error.strerror}", path=path))


def own_layers(folder: Path, prefix: str) -> list[Layer]:
    """The folder's own `.gitignore`, as a list of none or one."""
    data = read_small(folder / ".gitignore")
    one = layer(prefix, ".gitignore", data) if data else None
    return [one] if one else []


def read_small(path: Path) -> bytes | None:
    """The content of a regular file of at most a megabyte (not through a symbolic link); None when there is none."""
    try:
        status = path.lstat()
        return path.read_bytes() if stat.S_ISREG(status.st_mode) and status.st_size <= MAX_IGNORE_BYTES else None
    except OSError:
        return None


def entry_of(path: str, status: os.stat_result) -> Entry | None:
    """The entry for a file's status; None for what git cannot hold (FIFO, socket, device)."""
    if stat.S_ISREG(status.st_mode):
        return Entry(path, status.st_size, "file", bool(status.st_mode & stat.S_IXUSR))
    if stat.S_ISLNK(status.st_mode):
        return Entry(path, status.st_size, "symlink")
    return None
