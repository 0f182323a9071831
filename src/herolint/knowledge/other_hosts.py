"""What other hosts of apps and pages leave in a repository. Reads other_hosts.toml."""

from functools import cache

import msgspec

from herolint.tables import load_table


class OtherHosts(msgspec.Struct, frozen=True):
    """What the fields mean stands in the head of other_hosts.toml."""

    domains: tuple[str, ...]
    pages: tuple[str, ...]
    blueprints: tuple[str, ...]


@cache
def load() -> OtherHosts:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "other_hosts.toml"), OtherHosts)
