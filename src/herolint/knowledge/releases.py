"""Releases of compiled distributions, and what an installer finds of each for which Python. Reads python_wheels.json."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from herolint.knowledge.names import normalise
from herolint.tables import shipped

if TYPE_CHECKING:
    from packaging.version import Version


class Offer(Enum):
    """What the index offers of a release for a Python on a dyno."""

    WHEEL = "w"
    SOURCE = "s"
    OTHER_PYTHON = "x"
    """Only files that ask for another version of Python."""
    NOTHING = "-"
    """Neither a wheel that fits nor a source archive."""


class _Table(msgspec.Struct, frozen=True):
    """`releases`: for each distribution a word with one letter for each Python, and the releases (by spaces) that it is true of."""

    date: str
    pythons: tuple[str, ...]
    releases: dict[str, dict[str, str]]


@cache
def _table() -> _Table:
    return msgspec.json.decode(shipped("herolint.knowledge", "python_wheels.json").read_bytes(), type=_Table)


def date() -> str:
    """The day on which the index was read."""
    return _table().date


def offer(name: str, version: str, python: str) -> Offer | None:
    """What there is of one release, spelled as the index does, for a Python; None for what the table does not know."""
    found = _table()
    if python not in found.pythons:
        return None
    words = found.releases.get(normalise(name), {})
    word = next((word for word, versions in words.items() if version in versions.split()), None)
    return Offer(word[found.pythons.index(python)]) if word is not None else None


@cache
def releases(name: str, python: str) -> dict[Version, Offer]:
    """Every final release of a distribution and what there is of it for a Python; empty for what the table does not know."""
    found = _table()
    words = found.releases.get(normalise(name))
    if words is None or python not in found.pythons:
        return {}
    from packaging.version import Version

    at = found.pythons.index(python)
    return {Version(version): Offer(word[at]) for word, versions in words.items() for version in versions.split()}
