"""Asks git for its index, running no program that the repository's configuration could name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from herolint.programs import find_program

TIMEOUT_S = 20.0
_OPTIONS = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",
)


class GitError(Exception):
    """git could not answer; the text is its first line, unless it was `silent`."""

    def __init__(self, message: str, *, silent: bool = False) -> None:
        super().__init__(message)
        self.silent = silent


class Tracked(NamedTuple):
    """A path in the index or in a commit with its mode: 100644, 100755 (executable), 120000 (symbolic link), 160000 (submodule).

    `id` is the digest of its content, of a submodule that of its commit.
    """

    path: str
    mode: str
    id: str


def find_top(folder: Path) -> Path | None:
    """The nearest folder at or above `folder` that holds a `.git`."""
    for candidate in (folder, *folder.parents):
        try:
            if (candidate / ".git").is_dir() or (candidate / ".git").is_file():
                return candidate
        except OSError:
            return None
    return None


def index(top: Path) -> list[Tracked]:
    """What git's index of the work tree at `top` holds. Raises GitError, also for a repository owned by somebody else."""
    return _listed(_run(top, "ls-files", "-z", "--stage"), 1)


def tree(top: Path, commit_id: str) -> list[Tracked]:
    """What a commit holds. Raises GitError."""
    return _listed(_run(top, "ls-tree", "-r", "-z", "--full-tree", commit_id), 2)


def _listed(output: bytes, id_at: int) -> list[Tracked]:
    """The records of a list that git gives, each path once; the digest is the word of that number."""
    found = {}
    for record in output.split(b"\0"):
        meta, _, path = record.partition(b"\t")
        if path:
            name, words = os.fsdecode(path), meta.decode("ascii", "replace").split()
            found[name] = Tracked(name, words[0], words[id_at])
    return list(found.values())


def parting(top: Path, commit_id: str) -> str:
    """The last commit that a commit and the current one have in common, or the first itself where they have none (that is known here)."""
    try:
        return _run(top, "merge-base", commit_id, "HEAD").decode("ascii").strip()
    except GitError:
        return commit_id


def commit(top: Path, name: str) -> str:
    """The id of the commit that a branch, tag or id names. Raises GitError when there is none."""
    try:
        return _run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}").decode("ascii").strip()
    except GitError as error:
        if not error.silent:
            raise
        raise GitError(f"no such commit here: {name} (`git fetch` may bring it)") from None


def blob(top: Path, commit_id: str, path: str) -> bytes | None:
    """What a regular file holds in a commit; None when it has none of that path. No filter is run. Raises GitError."""
    meta = _run(top, "ls-tree", "-z", "--full-tree", commit_id, path).partition(b"\t")[0].split()
    if len(meta) != 3 or not meta[0].startswith(b"100"):
        return None
    return _run(top, "cat-file", "blob", meta[2].decode("ascii"))


def _run(top: Path, *words: str) -> bytes:
    program = find_program("git", outside=top)
    if program is None:
        raise GitError("git is not installed")
    command = (program, "--no-pager", "-C", str(top), f"--work-tree={top}", *_OPTIONS, *words)
    import subprocess

    try:
        done = subprocess.run(command, env=_environment(top), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise GitError(f"git did not answer within {TIMEOUT_S:.0f} s") from None
    except OSError as error:
        raise GitError(f"git could not be started: {error.strerror}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        raise GitError(lines[0] if lines else f"git ended with {done.returncode}", silent=not lines)
    return done.stdout


def _environment(top: Path) -> dict[str, str]:
    """The environment without `GIT_*`; the search for a repository stops at `top`, and nothing is fetched."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    limits = {"GIT_CEILING_DIRECTORIES": str(top.parent), "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return {**kept, **limits, "LC_ALL": "C"}
