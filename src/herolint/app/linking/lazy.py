"""What is made at its first use and kept: it costs one visitor time, not each of them."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name, walk

_KEEPS = frozenset({"cache", "lru_cache", "cached_property", "cache_resource", "cache_data", "experimental_singleton", "memoize", "once"})


def made_once(mod: Mod, fact: CallFact, *, in_fields: bool = True) -> bool:
    """Whether a call only runs while its result is not there yet: `if model is None: model = load()`, or in a function that is cached.

    `in_fields`: what an object keeps in a field counts as well, though each request may make such an object.
    """
    keeps = _KEEPS if in_fields else _KEEPS - {"cached_property", "memoize"}
    if fact.function != NONE and any(_last(one) in keeps for one in mod.facts.functions[fact.function].decorators):
        return True
    kept = {
        name
        for assign in mod.facts.assigns
        if assign.function == fact.function and assign.value is not None and (in_fields or isinstance(assign.target, facts.Name))
        and assign.value.start <= fact.call.start and fact.call.end <= assign.value.end
        for name in _names(assign.target)
    }  # fmt: skip
    at = fact.guard
    while at != NONE:
        if kept & set(_names(mod.facts.guards[at].test)):
            return True
        at = mod.facts.guards[at].parent
    return False


def _names(expr: facts.AnyExpr) -> list[str]:
    """The names and fields in an expression."""
    return [one.id if isinstance(one, facts.Name) else one.name for one in walk(expr) if isinstance(one, facts.Name | facts.Attr)]


def _last(decorator: facts.AnyExpr) -> str:
    return last_name(decorator.func if isinstance(decorator, facts.Call) else decorator)
