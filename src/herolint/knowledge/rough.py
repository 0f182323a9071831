"""Rough sizes of gems and Go programs: rows of three numbers, at least, mostly and at most. Reads gem_sizes.toml and go_sizes.toml."""

from __future__ import annotations

from functools import cache

import msgspec

from herolint.knowledge.measured import MB
from herolint.knowledge.slug import Part, Share
from herolint.tables import load_table

Row = tuple[float, float, float]
"""MB at least, mostly and at most."""


class GemSizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table of gems."""

    source: tuple[str, ...]
    checked: str
    ruby: Row
    small: Row
    yarn: Row
    gems: dict[str, Row]


class GoSizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table of Go modules."""

    source: tuple[str, ...]
    checked: str
    program: Row
    module: Row
    tools: Row
    modules: dict[str, Row]


@cache
def gem_sizes() -> GemSizes:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "gem_sizes.toml"), GemSizes)


@cache
def go_sizes() -> GoSizes:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "go_sizes.toml"), GoSizes)


def share(name: str, row: Row, times: int = 1, note: str = "") -> Share:
    """A part of a slug that weighs as a row says, several times."""
    least, likely, most = (times * size * MB for size in row)
    return Share(Part(name, round(likely), note), least, most)
