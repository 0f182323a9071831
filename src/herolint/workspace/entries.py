"""One file of a repository as git would send it."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["file", "symlink", "submodule"]


class WorkspaceError(Exception):
    """The folder to be linted cannot be used; the text says why."""


class Entry(msgspec.Struct, frozen=True):
    """A file, symbolic link or submodule: `path` relative to the root with `/`, `size` in bytes as it lies on disk.

    `lfs` says that the push sends a Git LFS pointer in place of the content.
    """

    path: str
    size: int = 0
    kind: Kind = "file"
    executable: bool = False
    lfs: bool = False
