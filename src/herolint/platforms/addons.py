"""Add-on plans and dyno sizes: what is retired, what replaced it, and the limits that plans carry."""

import datetime
from collections.abc import Iterable
from functools import cache

import msgspec

from herolint.tables import load_table


class Retired(msgspec.Struct, frozen=True):
    """A plan (or an add-on as a whole, without colon) that is gone. `warning`: it still works, or its end is not certain."""

    plan: str
    instead: str
    since: datetime.date | None = None
    warning: bool = False


class RetiredSize(msgspec.Struct, frozen=True):
    """A dyno size that is gone."""

    size: str
    instead: str
    since: datetime.date | None = None


class GoneHost(msgspec.Struct, frozen=True):
    """A domain under which a provider ran databases until it shut them down."""

    domain: str
    since: datetime.date
    instead: str


class Addon(msgspec.Struct, frozen=True):
    """An add-on of the platform's own: what it is, the config vars it sets, and words in the slugs of others that do the same."""

    slug: str
    serves: str
    sets: tuple[str, ...]
    others: tuple[str, ...] = ()


class Addons(msgspec.Struct, frozen=True):
    """The whole table. `memory_mb` in MB; `connections` by plan; `stands_for` names an add-on for each kind of service."""

    checked: datetime.date
    retired: tuple[Retired, ...]
    retired_size: tuple[RetiredSize, ...]
    connections: dict[str, int]
    memory_mb: dict[str, int]
    web_concurrency: dict[str, int]
    addon: tuple[Addon, ...]
    tls_only: dict[str, datetime.date]
    """Add-on → the day from which every plan of it refuses connections without TLS."""
    addresses: tuple[str, ...] = ()
    gone_host: tuple[GoneHost, ...] = ()
    also_sets: dict[str, tuple[str, ...]] = {}
    stands_for: dict[str, str] = {}

    def sets(self, plan: str, alias: str | None, name: str) -> bool:
        """Whether an add-on, ordered as `plan` and attached under `alias`, sets a config var of that name."""
        slug = plan.lower().partition(":")[0]
        if alias and name.startswith(alias.upper()):
            return True
        own = slug.replace("-", "").removeprefix("heroku")
        return matches(name, self.also_sets.get(slug, ())) or name.replace("_", "").lower().startswith(own)

    def retired_plan(self, plan: str) -> Retired | None:
        """The row for a plan such as `heroku-redis:hobby-dev`, or for its add-on."""
        wanted = plan.lower()
        return next(
            (row for row in self.retired if wanted == row.plan or (":" not in row.plan and wanted.partition(":")[0] == row.plan)), None
        )

    def retired_dyno(self, size: str) -> RetiredSize | None:
        """The row for a dyno size that is gone."""
        return next((row for row in self.retired_size if row.size == size.lower()), None)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of those written, where a final `*` stands for any rest."""
    return any(name.startswith(p[:-1]) if p.endswith("*") else name == p for p in patterns)


@cache
def load_addons() -> Addons:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.platforms", "addons.toml"), Addons)
