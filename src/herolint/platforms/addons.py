"""Add-on plans and dyno sizes: what is retired, what replaced it, and the limits that plans carry."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from importlib.resources import files

import msgspec


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


class Addon(msgspec.Struct, frozen=True):
    """An add-on of the platform's own: the config vars it sets, and words in the slugs of others that do the same."""

    slug: str
    sets: tuple[str, ...]
    others: tuple[str, ...] = ()


class Addons(msgspec.Struct, frozen=True):
    """The whole table. `memory_mb` in MB; `connections` by plan."""

    checked: datetime.date
    retired: tuple[Retired, ...]
    retired_size: tuple[RetiredSize, ...]
    connections: dict[str, int]
    memory_mb: dict[str, int]
    web_concurrency: dict[str, int]
    addon: tuple[Addon, ...]

    def retired_plan(self, plan: str) -> Retired | None:
        """The row for a plan such as `heroku-redis:hobby-dev`, or for its add-on."""
        wanted = plan.lower()
        return next(
            (row for row in self.retired if wanted == row.plan or (":" not in row.plan and wanted.partition(":")[0] == row.plan)), None
        )

    def retired_dyno(self, size: str) -> RetiredSize | None:
        """The row for a dyno size that is gone."""
        return next((row for row in self.retired_size if row.size == size.lower()), None)


@cache
def load_addons() -> Addons:
    """The shipped table."""
    return msgspec.convert(tomllib.loads(files("herolint.platforms").joinpath("addons.toml").read_text("utf-8")), Addons)
