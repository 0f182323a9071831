"""What the rules said, kept between runs: a repository in which nothing has changed is not judged again.

A kept judgement counts only when everything is as it was: herolint itself, the configuration, the day, the list of files with
their sizes and modes, and the content of every file that was read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint import __version__
from herolint.own_files import own_files
from herolint.result import Judgement
from herolint.whole_files import write_whole

if TYPE_CHECKING:
    from herolint.code.cache import FactCache
    from herolint.workspace import Workspace


class _Kept(msgspec.Struct, frozen=True):
    """A judgement with the paths that were read for it and the digest of their contents."""

    read: tuple[str, ...]
    digest: bytes
    judgement: Judgement


class Keeper:
    """Finds and keeps the judgement of one repository under one configuration; `said` is all that the rules are told besides the files."""

    def __init__(self, cache: FactCache, workspace: Workspace, said: object) -> None:
        self._workspace = workspace
        self._path: Path | None = None
        with suppress(UnicodeError):  # words that are no text: nothing is kept for them
            self._path = cache.folder / f"run-{_key(workspace, said)}" if cache.folder is not None else None

    def find(self) -> Judgement | None:
        """The judgement that was kept, if everything is still the same."""
        if self._path is None:
            return None
        try:
            kept = msgspec.msgpack.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return None
        return kept.judgement if self._digest(kept.read) == kept.digest else None

    def keep(self, judgement: Judgement) -> None:
        """Keep a judgement that was just made. One in which a rule failed is not kept; what fails is as if nothing were."""
        if self._path is None or any(problem.rule for problem in judgement.problems):
            return
        read = tuple(sorted({*self._workspace.asked_for, *self._workspace.find(".slugignore")}))
        try:
            write_whole(self._path, msgspec.msgpack.encode(_Kept(read, self._digest(read), judgement)))
        except (OSError, UnicodeError, msgspec.MsgspecError):
            return

    def _digest(self, paths: Iterable[str]) -> bytes:
        from herolint.digests import blake2b

        digest = blake2b(digest_size=20)
        for path in paths:
            source = self._workspace.read(path)
            data = source.data if source is not None else b""
            digest.update(f"{path!r} {len(data) if source is not None else None}\n".encode())
            digest.update(data)
        return digest.digest()


def _key(workspace: Workspace, said: object) -> str:
    """What a judgement depends on besides the contents: herolint, what it was told, and which files there are."""
    from herolint.digests import blake2b

    own = f"{__version__} {sys.version} {own_files()} {workspace.root}\n"
    digest = blake2b(own.encode("utf-8", "surrogateescape"), digest_size=20)
    digest.update(msgspec.json.encode(said, enc_hook=repr, order="deterministic"))  # sets have another order in every run
    for entry in workspace.files.values():
        digest.update(f"{entry.path!r} {entry.size} {entry.kind} {entry.executable} {entry.lfs}\n".encode())
    for path, reason in workspace.unpushed.items():
        digest.update(f"{path!r} {reason!r}\n".encode())
    return digest.hexdigest()
