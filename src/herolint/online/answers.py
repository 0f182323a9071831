"""Answers of the network, kept in the user's cache folder for a day."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypeVar

import msgspec

from herolint.whole_files import cache_folder, write_whole

_KEPT_S = 86_400.0
_Answer = TypeVar("_Answer")


class Answers:
    """A private folder of answers by what was asked; None keeps nothing. Whatever fails in it is as if it were empty."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def for_user(cls) -> Answers:
        """Those in the user's cache folder."""
        base = cache_folder()
        try:
            folder = base / "online"
            for one in (base, folder):
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return cls(None)
        _forget(folder)
        return cls(folder)

    def get(self, asked: tuple[str, ...], kind: type[_Answer]) -> _Answer | None:
        """The answer of today."""
        path = self._path(asked)
        if path is None:
            return None
        try:
            if not 0 <= time.time() - path.stat().st_mtime < _KEPT_S:
                return None
            return msgspec.msgpack.decode(path.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, asked: tuple[str, ...], answer: object) -> None:
        """Remember an answer."""
        path = self._path(asked)
        if path is None:
            return
        try:
            write_whole(path, msgspec.msgpack.encode(answer))
        except (OSError, msgspec.MsgspecError):
            return

    def _path(self, asked: tuple[str, ...]) -> Path | None:
        from herolint.digests import blake2b

        key = "\0".join(asked).encode("utf-8", "surrogateescape")
        return self._folder / blake2b(key, digest_size=20).hexdigest() if self._folder is not None else None


def _forget(folder: Path) -> None:
    """Remove what is too old to be used."""
    try:
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime >= _KEPT_S:
                path.unlink(missing_ok=True)
    except OSError:
        return
