"""What Apt packages add to a slug, by apt_sizes.json: themselves, and what they need or recommend and no stack has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from herolint.knowledge.measured import MB
from herolint.knowledge.slug import Part, Share
from herolint.tables import shipped

_LISTED = (0.6, 1.4)
"""Bounds of a package that was weighed: as another system and another day have it."""
_UNLISTED = (0, 3 * MB // 2, 20 * MB)
"""Bytes that a package outside the table adds at least, mostly and at most, with what it needs."""


class AptSizes(msgspec.Struct, frozen=True):
    """Bytes by package, and what comes along with those that Aptfiles name; `system` is where that was asked."""

    date: str
    system: str
    bytes: dict[str, int]
    brings: dict[str, str]


@cache
def apt_sizes() -> AptSizes:
    """The shipped table."""
    return msgspec.json.decode(shipped("herolint.knowledge", "apt_sizes.json").read_bytes(), type=AptSizes)


def apt_shares(names: Iterable[str], *, sure: bool) -> Iterator[Share]:
    """What the packages add, each thing counted where it comes first. `sure`: it is known that they are installed."""
    table = apt_sizes()
    counted: set[str] = set()
    unknown = 0
    for name in dict.fromkeys(names):
        listed = name if name in table.bytes else name.removesuffix("t64")
        if listed not in table.bytes:
            unknown += 1
            continue
        new = [one for one in (listed, *table.brings.get(listed, "").split()) if one not in counted]
        counted.update(new)
        size = sum(table.bytes[one] for one in new)
        others = len(new) - (listed in new)
        note = "Aptfile" + (f", with {others} package{'s' if others > 1 else ''} that it brings" if others else "")
        yield Share(Part(name, size, note), size * _LISTED[0] if sure else 0, size * _LISTED[1])
    if unknown:
        least, likely, most = (unknown * size for size in _UNLISTED)
        yield Share(Part(f"{unknown} other Apt package{'s' if unknown > 1 else ''}", likely, "outside the table"), least, most)
