"""For which folder a Procfile is written: the one that its commands name files of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from herolint.workspace.tree import Workspace

_GOES = frozenset(
    {
        "cd", "pushd", "workspace", "--workspace", "--prefix", "--cwd", "-C", "--chdir", "--directory", "--dir", "--app-dir", "--filter",
        "--project",
    }
)  # fmt: skip
"""What stands before a folder that a command goes into."""
_COMMAND = re.compile(r"^[ \t]*[\w-]+[ \t]*:(.*)$", re.MULTILINE)
_WORD = re.compile(r"[^\s\"'=;&|()]+")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*\Z")
_MODULE_ENDS = (".py", "/__init__.py", "/__main__.py")


def goes_in_from_root(workspace: Workspace, path: str) -> bool:
    """Whether a Procfile's commands start at the root: they go into its own folder, or name files as they lie below the root."""
    folder = path.rpartition("/")[0]
    words = list(_words(workspace, path))
    own = _named(workspace, folder, words)
    if any(before in _GOES and posixpath.normpath(word) == folder for before, word in pairwise(words)):
        return own > 0 or not workspace.is_dir(f"{folder}/{folder}")  # else it is that folder which they may go into
    return not own and _named(workspace, "", words) > 0


def starts_own_files(workspace: Workspace, path: str) -> bool:
    """Whether a Procfile's commands name files of the folder that it lies in."""
    return _named(workspace, path.rpartition("/")[0], list(_words(workspace, path))) > 0


def _words(workspace: Workspace, path: str) -> Iterator[str]:
    source = workspace.read(path)
    if source is None or source.is_binary:
        return
    for command in _COMMAND.findall(source.text):
        yield from _WORD.findall(command)
        yield ""  # no word of the next line stands behind one of this


def _named(workspace: Workspace, folder: str, words: list[str]) -> int:
    """How many words name a file in a folder, as a path or as a module."""
    return sum(_names_file(workspace, folder, before, word) for before, word in pairwise(["", *words]) if word)


def _names_file(workspace: Workspace, folder: str, before: str, word: str) -> bool:
    path = posixpath.normpath(posixpath.join(folder, word))
    if path in workspace.files and ("." in word or "/" in word):
        return True
    module, colon, _ = word.partition(":")
    if not (colon or "." in module or before in ("-m", "-A")) or not _MODULE.match(module):
        return False
    return any(posixpath.join(folder, module.replace(".", "/")) + end in workspace.files for end in _MODULE_ENDS)
