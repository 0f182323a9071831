"""Questions to large models that one request asks one after the other: each answer takes seconds, and their number is what counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.durations import way_of
from herolint.app.timing.limits import ends_by_itself, time_limit
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_FEW = 3
"""So many answers, of a few seconds to half a minute each, may take longer together than the router waits."""
_MOST = 50
_AT_ONCE = frozenset("gather wait as_completed create_task ensure_future submit map run_in_executor to_thread all allSettled".split())
"""Calls whose arguments run beside one another."""


class Questions(msgspec.Struct, frozen=True):
    """How many questions a handler's way asks at least, and the call that leads to the first of them in the function that asks most."""

    label: str
    number: int
    mod: Mod
    fact: CallFact
    effect: Effect


def questions(code: Program, limit: float) -> Iterator[Questions]:
    """The requests that ask so many, in files order; those that ask in streams, or each with a short limit, are not among them."""
    asking: dict[FunctionRef, list[Effect]] = defaultdict(list)
    for effect in code.effects_of("network"):
        if effect.row.kind == "model" and effect.runs is not False and _takes_long(code, effect, limit):
            asking[FunctionRef(effect.mod.path, effect.fact.function)].append(effect)
    if not asking or code.waiting is None:
        return
    counted = _Count(code, asking)
    for handler in sorted(code.handlers.get("web", ()), key=lambda one: one.ref):
        if not handler.socket and counted.of(handler.ref) >= _FEW:
            found = counted.place(handler.ref)
            if found is not None:
                yield Questions(handler.label, counted.of(handler.ref), *found)


def _takes_long(code: Program, effect: Effect, limit: float) -> bool:
    """Whether a visitor waits for the answer, and so many of them may take too long."""
    reached = code.waiting.reached(effect.mod, effect.fact) if code.waiting is not None else None
    if reached is None:
        return False
    way = way_of(effect, reached[0])
    each = time_limit(code, effect, way)
    return not any(ends_by_itself(mod, fact) for mod, fact in way) and (each is None or each * _FEW >= limit)


class _Count:
    """The number of questions below each function, as many as one way through it asks for sure once it is taken."""

    def __init__(self, code: Program, asking: dict[FunctionRef, list[Effect]]) -> None:
        self.code = code
        self.asking = asking
        self.known: dict[FunctionRef, int] = {}

    def of(self, ref: FunctionRef) -> int:
        """The number below a function."""
        if ref not in self.known:
            self.known[ref] = 0  # a function that calls itself asks no more by that
            self.known[ref] = min(max((sum(n for _, n, _ in sites) for sites in self._ways(ref)), default=0), _MOST)
        return self.known[ref]

    def place(self, ref: FunctionRef) -> tuple[Mod, CallFact, Effect] | None:
        """The first call of the way that asks most, in the innermost function whose calls make up the number together."""
        mod = self.code.code.mod(ref.path)
        best = max(self._ways(ref), key=lambda sites: sum(n for _, n, _ in sites), default=[])
        if mod is None or not best:
            return None
        if len(best) == 1 and isinstance(best[0][2], FunctionRef):
            return self.place(best[0][2])
        fact, _, below = best[0]
        while isinstance(below, FunctionRef):
            inner = max(self._ways(below), key=lambda sites: sum(n for _, n, _ in sites), default=[])
            if not inner:
                return None
            below = inner[0][2]
        return mod, fact, below

    def _ways(self, ref: FunctionRef) -> list[list[tuple[CallFact, int, FunctionRef | Effect]]]:
        """For each condition in a function, the calls that are made when it holds and that lead to questions, with how many."""
        mod = self.code.code.mod(ref.path)
        if mod is None or self.code.waiting is None:
            return []
        sites: list[tuple[CallFact, int, FunctionRef | Effect]] = [(e.fact, 1, e) for e in self.asking.get(ref, ())]
        sites += [(fact, self.of(callee), callee) for _, fact, callee in self.code.waiting.flow.calls(ref, waits=True)]
        sites = [one for one in sites if one[1] and not _beside_others(mod, one[0]) and self._holds(mod, one[0])]
        sites.sort(key=lambda one: one[0].call.start)
        ways = []
        for last in {fact.guard for fact, _, _ in sites}:
            chain = set(_chain(mod, last))
            ways.append([one for one in sites if one[0].guard in chain])
        return ways

    def _holds(self, mod: Mod, fact: CallFact) -> bool:
        return all(guard == NONE or mod.facts.guards[guard].kind != "except" for guard in _chain(mod, fact.guard))


def _chain(mod: Mod, guard: int) -> Iterator[int]:
    """A condition with those around it."""
    while guard != NONE:
        yield guard
        guard = mod.facts.guards[guard].parent
    yield NONE


def _beside_others(mod: Mod, fact: CallFact) -> bool:
    """Whether a call stands among the arguments of one that lets them run at once."""
    call = fact.call
    return any(
        other.call.start < call.start and call.end <= other.call.end and last_name(other.call.func) in _AT_ONCE
        for other in mod.calls_of.get(fact.function, ())
    )
