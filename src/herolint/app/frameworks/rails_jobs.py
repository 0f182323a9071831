"""Active Job with the adapter that keeps jobs in the memory of the process that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import dotted
from herolint.finding import Place
from herolint.formats.gem_requirement import satisfies
from herolint.knowledge.gems import load as load_gems

if TYPE_CHECKING:
    from herolint.app.frameworks.rails import Rails

_QUEUED = frozenset({"perform_later", "deliver_later"})
_ADAPTER = "queue_adapter"


class MemoryJobs(msgspec.Struct, frozen=True):
    """Where the adapter is set (or the first job is queued, where none is), and jobs that are queued."""

    at: Place
    chosen: bool
    queued: tuple[Place, ...]


def memory_jobs(rails: Rails) -> MemoryJobs | None:
    """Jobs of a Rails app that wait in the memory of web; None where another adapter is or may be set, or nothing is queued."""
    setting = rails.setting(f"active_job.{_ADAPTER}")
    if rails.version is None or satisfies(rails.version, f">= {load_gems().async_jobs}.a") is not True:
        return None
    if setting is not None and setting.word != "async":
        return None
    mods = [mod for path in sorted(rails.app.slug) if _of_the_app(path) and (mod := rails.mod(path)) is not None]
    if any(_sets_adapter(mod) for mod in (*rails.layers, *mods)):
        return None
    queued = [mod.place(fact.call.func, "queued here") for mod in mods for fact in _queued(rails, mod)]
    if not queued:
        return None
    at = setting.value_place("in memory") if setting is not None else queued[0]
    return MemoryJobs(at, setting is not None, tuple(queued[:3]))


def _of_the_app(path: str) -> bool:
    return path.startswith("app/") and path.endswith(".rb")


def _sets_adapter(mod: Mod) -> bool:
    """Whether classes of jobs are given an adapter: `self.queue_adapter = :sidekiq`, `ActiveJob::Base.queue_adapter = :sidekiq`."""
    targets = (dotted(assign.target) or "" for assign in mod.facts.assigns)
    return any(target.endswith(f".{_ADAPTER}") and "active_job." not in target for target in targets)


def _queued(rails: Rails, mod: Mod) -> Iterator[CallFact]:
    for fact in mod.facts.calls:
        func = fact.call.func
        if isinstance(func, facts.Attr) and func.name in _QUEUED and rails.holds(mod, fact.guard) is not False:
            yield fact
