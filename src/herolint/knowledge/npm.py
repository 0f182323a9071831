"""What npm packages weigh: the rows of npm_sizes.json, and what the packages that stay in a slug add to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from herolint.knowledge.measured import MB
from herolint.knowledge.slug import Part, Share

BASE_BYTES = 52 * MB
"""Compressed bytes of Node.js 24 with its npm: the program as it is published, of which the buildpack keeps nearly all."""
BASE_BOUNDS = (0.8, 1.1)
"""Bounds of the runtime."""
_UNLISTED = (4_000, 15_000, 60_000)
"""Bytes that a package outside the table adds at least, mostly and at most: nearly all of those are small."""
_LISTED = (0.75, 1.25)
"""Bounds of a package of the table, whose release may be another one."""


class NpmRow(msgspec.Struct, frozen=True):
    """A package as published: bytes of its archive and unpacked; `closure` names what it pulls in of the table, `others` counts the rest."""

    version: str
    size: int
    unpacked: int
    date: str
    closure: tuple[str, ...] = ()
    others: int = 0


@cache
def npm_sizes() -> dict[str, NpmRow]:
    """The table by name."""
    return msgspec.json.decode(files("herolint.knowledge").joinpath("npm_sizes.json").read_bytes(), type=dict[str, NpmRow])


def npm_date() -> str:
    """The day of the newest measurement."""
    return max(row.date for row in npm_sizes().values())


def node_shares(names: Iterable[str], *, locked: bool, counts: Mapping[str, int] | None = None) -> list[Share]:
    """What Node.js and its packages add to a slug. `locked`: the names are all that is installed, `counts` of them several times.

    Else they are asked for directly, and what they pull in is added.
    """
    table = npm_sizes()
    wanted = dict.fromkeys(names)
    listed = {name: (table[name], "") for name in wanted if name in table}
    unlisted = [name for name in wanted if name not in table]
    more = 0
    if not locked:
        for name, (row, _) in list(listed.items()):
            for other in row.closure:
                listed.setdefault(other, (table[other], f"pulled in by {name}"))
        others = [row.others for row, _ in listed.values()]
        more = (max(others, default=0) + sum(others)) // 2
    shares = [Share(Part("node", BASE_BYTES, "runtime and npm"), BASE_BYTES * BASE_BOUNDS[0], BASE_BYTES * BASE_BOUNDS[1])]
    for name, (row, note) in listed.items():
        size = row.size * (counts or {}).get(name, 1)
        shares.append(Share(Part(name, size, note or f"as of {row.version}"), size * _LISTED[0], size * _LISTED[1]))
    rest = len(unlisted) + more
    if rest:
        least, likely, most = (rest * size for size in _UNLISTED)
        shares.append(Share(Part("others", likely, f"{rest} small package{'s' if rest > 1 else ''}"), least, most))
    return shares
