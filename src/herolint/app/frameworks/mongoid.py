"""Where Mongoid looks for MongoDB in production: config/mongoid.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.loading import rails_yaml
from herolint.app.building.ruby_build import builds_ruby, installed_gems
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.rails_yaml import RailsValue, Section

_FILE = "config/mongoid.yml"
_KINDS = ("clients", "sessions")
"""What the file calls its clients: since Mongoid 5, and before."""


class MongoAddress(msgspec.Struct, frozen=True):
    """An address that stands in the file as it is: no ERB makes any of it."""

    text: str
    at: Place


def mongo_addresses(app: App) -> tuple[MongoAddress, ...]:
    """The written addresses of production's default client, where the gem is installed."""
    if not builds_ruby(app) or "mongoid" not in installed_gems(app):
        return ()
    file = rails_yaml(app, _FILE)
    production = file.sections.get("production") if file is not None else None
    client = _client(production) if production is not None else None
    if client is None:
        return ()
    given = [*client.lists.get("hosts", ()), *(v for name in ("uri", "hosts") if (v := client.values.get(name)) is not None)]
    return tuple(MongoAddress(str(one.value), Place(_FILE, one.span)) for one in given if _written(one))


def _client(production: Section) -> Section | None:
    kind = next((production.sections[name] for name in _KINDS if name in production.sections), None)
    return kind.sections.get("default") if kind is not None else None


def _written(value: RailsValue) -> bool:
    return not value.erb and isinstance(value.value, str)
