"""Facts kept between runs, one file each, found by the content of the source: nothing in it can go stale."""

from __future__ import annotations

import os
import time
from functools import cached_property
from pathlib import Path

import msgspec

from herolint import __version__
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
        self._decoder = msgspec.msgpack.Decoder(Module)
        self._encoder = msgspec.msgpack.Encoder()

    @cached_property
    def folder(self) -> Path | None:
        """Where the entries of this version of the front ends lie; None when no such folder can be had."""
        named = os.environ.get("HEROLINT_CACHE_DIR")
        if self._base is not None:
            base = self._base
        elif named:
            base = Path(named)
        else:
            from platformdirs import user_cache_path

            base = user_cache_path("herolint")
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
            write_whole(path, self._encoder.encode(module))
        except (OSError, msgspec.MsgspecError, RecursionError, TypeError, OverflowError):
            return

    def _path(self, language: str, data: bytes) -> Path | None:
        from hashlib import blake2b

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
    """What the facts depend on besides the source: this version's front ends, by size and time of their files, and the grammar's version."""
    from hashlib import blake2b

    digest = blake2b(__version__.encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        status = path.stat()
        digest.update(f"{path.name} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()
