"""State that is left in a framework's cache while that lives in the memory of each worker."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.keeping.cached_state import CachedState, cached_state
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.disk.spread import Spread
from herolint.rules.registry import WARNING, report


def state_in_cache(app: App, spread: Spread, cache: Place | None, confidence: Confidence) -> Iterator[Finding]:
    """One finding for all that visitors leave in a cache in memory; `cache` is where it is chosen, where it is."""
    found = cached_state(app.code)
    if not spread.several:
        found = tuple(one for one in found if one.elsewhere)
    if not found:
        return
    first = found[0]
    names = list(dict.fromkeys(one.key for one in found))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    yield report(
        "HL206",
        f"{first.key}{more} {'are' if more else 'is'} kept in Django's cache, which is in {spread.where}: {_what(app, first)}",
        first.change.mod.place(first.change.fact.call, "written into memory"),
        confidence=min(confidence, Confidence.MEDIUM),
        severity=WARNING,
        why=spread.lost if not first.elsewhere else f"the processes share no memory: what {first.elsewhere} writes never reaches web",
        related=(
            *((first.read.mod.place(first.read.fact.call, "needed here"),) if first.read is not None else ()),
            *((cache,) if cache is not None else ()),
            *spread.places,
        ),
        fix='point CACHES at Redis (`"BACKEND": "django.core.cache.backends.redis.RedisCache"`) or at the database (`DatabaseCache`)',
        process="web",
    )


def _what(app: App, state: CachedState) -> str:
    """What goes wrong with it, in words."""
    if state.kind == "lock":
        return f"no other worker sees the lock {state.key}"
    if state.kind == "count":
        return f"each worker counts {state.key} for itself"
    read = state.read.label if state.read is not None else "web"
    return f"{state.elsewhere or state.change.label} writes {state.key}, {read} needs it"
