"""Facts kept between runs, one file each, found by the content of the source: nothing in it can go stale."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint import __version__
from herolint.own_files import own_files
from herolint.whole_files import cache_folder

if TYPE_CHECKING:
    from herolint.code.facts import Module

MAX_BYTES = 200_000_000
"""Above this, the entries that have not been used for longest are removed."""
_PRUNE_EVERY_S = 86_400.0


class FactCache:
    """A private folder of the user's cache directory (`HEROLINT_CACHE_DIR`, or `base`, names another).

    Whatever fails in it is as if it were empty.
    """

    def __init__(self, base: Path | None = None) -> None:
        self._base = base

    @cached_property
    def folder(self) -> Path | None:
        """Where the entries of this version of the front ends lie; None when no such folder can be had."""
        base = self._base or cache_folder()
        folder = base / f"facts-{_front_ends()}"
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            self._prune(base)
        except OSError:
            return None
        return folder

    @property
    def base(self) -> Path | None:
        """The folder that entries of all versions lie under; None when there is none."""
        return self.folder.parent if self.folder is not None else None

    def holds(self, language: str, data: bytes) -> bool:
        """Whether the facts of a file with this content are known."""
        path = self._path(language, data)
        return path is not None and path.exists()

    @cached_property
    def _decoder(self) -> msgspec.msgpack.Decoder[Module]:
        from herolint.code.facts import Module

        return msgspec.msgpack.Decoder(Module)

    def get(self, language: str, data: bytes) -> Module | None:
        """The facts of a file with this content, if they are known."""
        path = self._path(language, data)
        if path is None:
            return None
        try:
            return self._decoder.decode(path.read_bytes())
        except (OSError, msgspec.MsgspecError, RecursionError):
            return None

    def put(self, language: str, data: bytes, module: Module) -> None:
        """Remember the facts of a file with this content."""
        path = self._path(language, data)
        if path is None:
            return
        from herolint.whole_files import write_whole

        try:
            write_whole(path, msgspec.msgpack.encode(module))
        except (OSError, msgspec.MsgspecError, RecursionError, TypeError, OverflowError):
            return

    def _path(self, language: str, data: bytes) -> Path | None:
        from herolint.digests import blake2b

        if self.folder is None:
            return None
        return self.folder / f"{language}-{blake2b(data, digest_size=20).hexdigest()}"

    @staticmethod
    def _prune(base: Path) -> None:
        """Once a day: remove the entries that were written longest ago until the rest is small enough."""
        mark = base / "pruned"
        if mark.exists() and time.time() - mark.stat().st_mtime < _PRUNE_EVERY_S:
            return
        mark.touch()
        entries = [(path, path.stat()) for path in base.glob("facts-*/*")]
        total = sum(status.st_size for _, status in entries)
        for path, status in sorted(entries, key=lambda entry: entry[1].st_mtime):
            if total <= MAX_BYTES:
                break
            path.unlink(missing_ok=True)
            total -= status.st_size


def _front_ends() -> str:
    """What the facts depend on besides the source: the front ends as they are."""
    from herolint.digests import blake2b

    return blake2b(repr((__version__, own_files("code"))).encode(), digest_size=8).hexdigest()
