"""Programs that herolint starts, chosen so that a repository that is read cannot slip in anything of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def find_program(name: str, *, outside: Path) -> str | None:
    """A program's absolute path, from no relative folder of PATH and none inside a folder."""
    outside = outside.resolve()
    for path in _candidates(f"{name}.exe" if os.name == "nt" else name):
        if outside not in path.parents and os.access(path, os.X_OK):
            return str(path)
    return None


def own_python(code: str, *words: str) -> list[str]:
    """The command that runs `code`, which may import herolint, in a Python of its own; `words` stand in `sys.argv` from 1.

    Isolated, and with the search path of this process, which the working directory is not on: nothing of the project is imported.
    """
    paths = [entry for entry in sys.path if os.path.isabs(entry)]
    start = f"import sys; sys.path[:] = sys.argv[{len(words) + 1}:]; {code}"
    return [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", start, *words, *paths]


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and os.path.isfile(os.path.join(folder, name)):
            yield Path(os.path.realpath(os.path.join(folder, name))) if os.name != "nt" else Path(folder, name)
