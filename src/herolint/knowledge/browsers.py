"""Browsers in slugs: which buildpacks and npm packages bring one, and what it weighs. Reads browsers.toml."""

from functools import cache

import msgspec

from herolint.tables import load_table


class Browser(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """One row; what the fields mean stands in the head of browsers.toml."""

    name: str
    mb: tuple[int, int, int]
    note: str = ""
    words: tuple[str, ...] = ()
    npm: str = ""
    since: int = 0
    before: int = 1_000
    unless: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@cache
def load() -> tuple[Browser, ...]:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "browsers.toml")["browser"], tuple[Browser, ...])
