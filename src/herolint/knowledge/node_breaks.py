"""Releases of npm packages that fail with some Node.js. Reads node_breaks.toml."""

from functools import cache
from typing import Literal

import msgspec

from herolint.tables import load_table

Stage = Literal["install", "build", "start"]


class NodeBreak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Releases that fail from some Node.js on: when they are installed, when `program` is run, or when code loads them."""

    name: str
    versions: str
    node: str
    stage: Stage
    reason: str
    then: str
    instead: str
    program: str = ""
    loaded_by: tuple[str, ...] = ()
    """Packages that load it for the code."""
    mended_by: str = ""
    """A package that it brings, with a newer release of which it works: owners force that."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked: str
    source: tuple[str, ...]
    row: tuple[NodeBreak, ...]


@cache
def table() -> tuple[NodeBreak, ...]:
    """The shipped rows."""
    raw = load_table("herolint.knowledge", "node_breaks.toml")
    raw["checked"] = str(raw["checked"])
    return msgspec.convert(raw, _Table).row
