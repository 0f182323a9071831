"""What npm packages weigh: the rows of npm_sizes.json, and an estimate of the slug from the packages that stay in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from herolint.knowledge.measured import MB
from herolint.knowledge.slug import Estimate, Part

BASE_BYTES = 52 * MB
"""Compressed bytes of Node.js 24 with its npm: the program as it is published, of which the buildpack keeps nearly all."""
_BASE = (0.8, 1.1)
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


def estimate_node(names: Iterable[str], *, locked: bool, repo_bytes: int, counts: Mapping[str, int] | None = None) -> Estimate:
    """What the compressed slug of a Node.js app weighs. `locked`: the names are all that is installed, `counts` of them several times.

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
    parts = [Part(name, row.size * (counts or {}).get(name, 1), note or f"as of {row.version}") for name, (row, note) in listed.items()]
    low = BASE_BYTES * _BASE[0] + repo_bytes + sum(part.bytes for part in parts) * _LISTED[0]
    high = BASE_BYTES * _BASE[1] + repo_bytes + sum(part.bytes for part in parts) * _LISTED[1]
    rest = len(unlisted) + more
    if rest:
        parts.append(Part("others", rest * _UNLISTED[1], f"{rest} small package{'s' if rest > 1 else ''}"))
        low, high = low + rest * _UNLISTED[0], high + rest * _UNLISTED[2]
    parts.append(Part("node", BASE_BYTES, "runtime and npm"))
    if repo_bytes:
        parts.append(Part("app", repo_bytes, "the app's own files"))
    return Estimate(round(low), round(high), tuple(sorted(parts, key=lambda part: (-part.bytes, part.name))), ())
