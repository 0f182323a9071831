"""The files that herolint itself is made of, by size and time: what is kept between runs holds for one state of them only."""

from __future__ import annotations

import os
from collections.abc import Iterator

Status = tuple[str, int, int]
"""A file's path below the folder asked for, its size in bytes and the time of its last change."""


def own_files(*parts: str) -> list[Status]:
    """The files of the package `herolint`, or of a folder in it, in the order of their paths. Byte code does not count."""
    return sorted(_below(os.path.join(os.path.dirname(__file__), *parts), ""))


def _below(folder: str, before: str) -> Iterator[Status]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                status = entry.stat()
                yield before + entry.name, status.st_size, status.st_mtime_ns
            elif entry.name != "__pycache__":
                yield from _below(entry.path, f"{before}{entry.name}/")
