"""The tables that herolint ships: TOML files of the package, and what is read off its code; both kept compiled in the user's cache folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_KEPT_S = 30 * 86_400.0
"""A compiled table is made anew after this time; what was made of an older version's file goes with it."""


def shipped(package: str, name: str) -> Path:
    """Where a data file of one of herolint's packages lies."""
    return Path(__file__).parent.joinpath(*package.split(".")[1:], name)


def load_table(package: str, name: str) -> dict[str, Any]:
    """A table as TOML gives it, with dates as text. Raises OSError when there is no such file."""
    source = shipped(package, name)
    status = source.stat()

    def read() -> dict[str, Any]:
        import tomllib

        return tomllib.loads(source.read_text("utf-8"))

    return compiled(f"{package}.{name}-{status.st_size}-{status.st_mtime_ns}", read)


def compiled(name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was kept under a name, else what `make` makes, which is kept. The name must change with all that it is made of."""
    folder = _folder(os.environ.get("HEROLINT_CACHE_DIR", ""))
    kept = folder / name if folder is not None else None
    if kept is not None:
        try:
            found: dict[str, Any] = msgspec.msgpack.decode(kept.read_bytes())
            return found
        except (OSError, msgspec.DecodeError):
            pass
    data = msgspec.msgpack.encode(make())
    if kept is not None:
        _keep(kept, data)
    fresh: dict[str, Any] = msgspec.msgpack.decode(data)
    return fresh


@cache
def _folder(named: str) -> Path | None:
    """A private folder for the tables, anew for each cache folder that is `named`; None when it cannot be had."""
    from herolint.whole_files import cache_folder

    folder = cache_folder() / "tables"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _keep(path: Path, data: bytes) -> None:
    """Write a compiled table, and remove those made long ago. What fails is as if nothing were kept."""
    from herolint.whole_files import write_whole

    try:
        for other in path.parent.iterdir():
            if time.time() - other.stat().st_mtime > _KEPT_S:
                other.unlink(missing_ok=True)
        write_whole(path, data)
    except OSError:
        return
