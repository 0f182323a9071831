"""Plug-ins of WordPress that keep uploads elsewhere. Reads wordpress.toml."""

import re
from functools import cache

import msgspec

from herolint.tables import load_table


class _Plugins(msgspec.Struct, frozen=True):
    """What the fields mean stands in the head of wordpress.toml."""

    names: frozenset[str]
    stores: frozenset[str]
    kept: frozenset[str]
    others: frozenset[str]


@cache
def _load() -> _Plugins:
    return msgspec.convert(load_table("herolint.knowledge", "wordpress.toml"), _Plugins)


def keeps_uploads_elsewhere(plugin: str) -> bool:
    """Whether a plug-in of that name sends uploads to a store outside."""
    known, name = _load(), plugin.lower()
    words = set(re.split(r"[-_.]", name))
    return name in known.names or bool(words & known.stores and words & known.kept and not words & known.others)
