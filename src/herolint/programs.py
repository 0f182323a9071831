"""Finds programs of the machine so that a repository that is read cannot slip in one of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def find_program(name: str, *, outside: Path) -> str | None:
    """A program's absolute path, from no relative folder of PATH and none inside a folder."""
    outside = outside.resolve()
    for path in _candidates(f"{name}.exe" if os.name == "nt" else name):
        if outside not in path.parents and os.access(path, os.X_OK):
            return str(path)
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and os.path.isfile(os.path.join(folder, name)):
            yield Path(os.path.realpath(os.path.join(folder, name))) if os.name != "nt" else Path(folder, name)
