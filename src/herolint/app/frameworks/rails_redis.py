"""What opens Redis by its configuration: Sidekiq, and in a Rails app Action Cable and the cache; whether Action Cable is used at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.ruby_build import installed_gems
from herolint.app.frameworks.rails import env_name, env_names
from herolint.app.frameworks.rails_settings import Setting, settings_in
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Table, Value
from herolint.code import facts
from herolint.code.queries import dotted, walk
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.frameworks.rails import Rails
    from herolint.app.model import App

_VARIABLES = frozenset({"REDIS_URL", "REDIS_TLS_URL"})
_TOLD = "ssl_params"
_OWNER = "Sidekiq.configure_"
_CHANNELS = "app/channels/"
_BROADCASTS = frozenset(
    """
    broadcasts broadcasts_to broadcasts_refreshes broadcasts_refreshes_to broadcast_append_to broadcast_prepend_to broadcast_replace_to
    broadcast_append_later_to broadcast_prepend_later_to broadcast_replace_later_to broadcast_refresh_to
    """.split()
)
"""What models call that send to whoever listens."""


class RedisUse(msgspec.Struct, frozen=True):
    """A place that hands REDIS_URL on without a word about its certificate. `yaml`: it stands in a YAML file."""

    at: Place
    sure: bool
    worker: bool
    yaml: bool


def sidekiq_uses(app: App) -> Iterator[RedisUse]:
    """What Sidekiq is told where a process runs it: in the files that Rails loads, else in all that is reached."""
    if not any(one.tool == "sidekiq" for process in app.processes.values() for one in process.launches):
        return
    rails = app.rails
    loaded = rails.layers if rails is not None else (mod for mod in app.code.modules if _OWNER in mod.source.text)
    for setting in (one for mod in loaded for one in settings_in(mod)):
        runs = rails.holds(setting.mod, setting.guard) if rails is not None else app.code.guards.holds(setting.mod, setting.guard)
        told = setting.name == "redis" and setting.owner.startswith(_OWNER)
        if told and runs is not False and _silent(setting.mod, setting.value):
            yield RedisUse(setting.value_place("checks the certificate"), runs is True, True, False)


def sidekiq_addresses(app: App) -> Iterator[tuple[Setting, Value, bool | None]]:
    """What Sidekiq is told for an address, in a Rails app that has jobs of it: the setting, its value, whether it counts."""
    rails = app.rails
    if rails is None or not _hands_on(rails):
        return
    for setting in (one for mod in rails.layers for one in settings_in(mod)):
        if setting.name == "redis" and setting.owner.startswith(_OWNER) and setting.value is not None:
            value = app.code.fold(setting.mod, setting.fact.function, setting.value)
            url = value.get("url") if isinstance(value, Table) else value
            runs = rails.holds(setting.mod, setting.guard)
            if url is not None and runs is not False:
                yield setting, url, runs


def _hands_on(rails: Rails) -> bool:
    """Whether code of the app gives Sidekiq work: jobs of its own, or what is sent later in its older way (`Mailer.delay`)."""
    mods = [mod for path in sorted(rails.app.slug) if path.startswith("app/") and (mod := rails.mod(path)) is not None]
    later = "delayed_job" not in installed_gems(rails.app)
    return any(
        "Sidekiq::Worker" in one.source.text or "Sidekiq::Job" in one.source.text or (later and _calls(one, "delay")) for one in mods
    )


def _calls(mod: Mod, name: str) -> bool:
    return any(isinstance(fact.call.func, facts.Attr) and fact.call.func.name == name for fact in mod.facts.calls)


def redis_uses(rails: Rails) -> Iterator[RedisUse]:
    """Action Cable's and the cache's, each place once."""
    cache = rails.cache_store
    if cache is not None and cache.word in ("redis_cache_store", "redis_store") and _silent(cache.mod, cache.value):
        yield RedisUse(cache.value_place("checks the certificate"), rails.holds(cache.mod, cache.guard) is True, False, False)
    cable = rails.cable
    url = cable.values.get("url") if cable is not None and cable.text("adapter") == "redis" else None
    if url is not None and cable is not None and _TOLD not in cable.sections and not _VARIABLES.isdisjoint(env_names(url)):
        if uses_cable(rails):
            yield RedisUse(Place("config/cable.yml", url.span, "checks the certificate"), True, False, True)


def uses_cable(rails: Rails) -> bool:
    """Whether the app has channels of its own, or models that send to listeners."""
    paths = [path for path in rails.app.slug if path.startswith(_CHANNELS) and path.endswith("_channel.rb")]
    if paths:
        return True
    models = (mod for path in sorted(rails.app.slug) if path.startswith("app/models/") and (mod := rails.mod(path)) is not None)
    return any(isinstance(fact.call.func, facts.Name) and fact.call.func.id in _BROADCASTS for mod in models for fact in mod.facts.calls)


def _silent(mod: Mod, value: facts.AnyExpr | None) -> bool:
    """Whether REDIS_URL is part of a value in which nothing tells about the certificate, through the file's own names."""
    reads, queue, seen = False, [value] if value is not None else [], set()
    while queue:
        for inner in walk(queue.pop()):
            reads = reads or env_name(inner) in _VARIABLES
            if isinstance(inner, facts.Star) or (isinstance(inner, facts.Const) and inner.value == _TOLD):
                return False
            name = dotted(inner)
            if name is not None and name not in seen:
                seen.add(name)
                queue += [one.value for one in mod.facts.assigns if dotted(one.target) == name and one.value is not None]
    return reads
