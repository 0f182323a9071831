"""Writes what fixes made of the files: each whole or not at all, with its mode, and only where the disk still has what was read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from herolint.fixes.resolve import Sources
from herolint.fixes.state import State
from herolint.whole_files import write_whole


def write(root: Path, state: State, source: Sources) -> list[str]:
    """Write the changed files; `source` gives them as they were read. What could not be written, one line each."""
    failed = []
    for new, old in state.moved.items():
        if state.changed.get(new) is not None and (error := _rename(root, old, new)):
            failed.append(error)
    for path, data in state.changed.items():
        old = state.moved.get(path, path)
        before = source(old)
        if data is None and path not in state.moved.values():
            failed += _delete(root, path)
        elif data is not None and (before is None or before.data != data):
            failed += _replace(root, path, data, before.data if before is not None else None)
    return failed


def _rename(root: Path, old: str, new: str) -> str:
    try:
        if os.path.lexists(root / new) and not _same(root / old, root / new):
            return f"{new} is there already"
        os.rename(root / old, root / new)
    except OSError as error:
        return f"{old} could not be renamed ({error.strerror})"
    return ""


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file on a disk that does not tell letter case."""
    return os.path.samestat(os.lstat(one), os.lstat(other))


def _delete(root: Path, path: str) -> list[str]:
    try:
        (root / path).unlink(missing_ok=True)
    except OSError as error:
        return [f"{path} could not be removed ({error.strerror})"]
    return []


def _replace(root: Path, path: str, data: bytes, before: bytes | None) -> list[str]:
    place = root / path
    try:
        if before is None:
            if os.path.lexists(place):
                return [f"{path} is there already"]
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, data)
            return []
        if place.read_bytes() != before:
            return [f"{path} was changed by somebody else meanwhile"]
        write_whole(place, data, mode=stat.S_IMODE(place.stat().st_mode))
    except OSError as error:
        return [f"{path} could not be written ({error.strerror})"]
    return []
