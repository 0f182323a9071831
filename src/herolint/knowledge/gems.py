"""What is known of Ruby gems: the programs they install, and the web servers among them. Reads gems.toml."""

import datetime
from functools import cache

import msgspec

from herolint.tables import load_table


class WithRuby(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gem whose releases below `below` do not run with Ruby `ruby` and newer; `name` is what people call it."""

    gem: str
    name: str
    below: str
    ruby: str
    reason: str


class Uncompiled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gem whose releases below `below` are compiled against `library`, whose header files Debian's `package` has and the image has not."""

    gem: str
    below: str
    library: str
    package: str


class Gems(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table. `until` holds gems that install a program only below a release; `webrick` is the last Ruby that brings WEBrick.

    `async_jobs` is the first Rails whose Active Job keeps jobs in memory where no adapter is set.
    """

    source: tuple[str, ...]
    checked: datetime.date
    servers: frozenset[str]
    webrick: str
    async_jobs: str
    programs: dict[str, tuple[str, ...]]
    until: dict[str, dict[str, str]]
    with_ruby: tuple[WithRuby, ...]
    uncompiled: tuple[Uncompiled, ...]


@cache
def load() -> Gems:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "gems.toml"), Gems)
