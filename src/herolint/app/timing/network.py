"""Calls to the network and to other programs that a visitor waits for: how many one after the other, and how long each may take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Step
from herolint.app.calling.loops import leaves_early, loops_around
from herolint.app.calling.promises import left_alone
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.commands import brief_program
from herolint.app.timing.contexts import is_shared
from herolint.app.timing.durations import Way, way_of
from herolint.app.timing.limits import ends_by_itself, time_limit
from herolint.app.timing.tries import Tries, tries_of
from herolint.code import facts
from herolint.code.queries import last_name

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program
    from herolint.code.facts import CallFact

_MANY = 10
"""So many calls one after the other are many, where nothing says how long each may take."""
_SOME = 5
"""So many are worth a sum."""


class Calls(msgspec.Struct, frozen=True):
    """A call with how often it is made (infinite: as often as there are items), and the sum in words."""

    effect: Effect
    step: Step
    label: str
    times: float
    said: str

    def repeated(self, code: Program) -> tuple[Mod, CallFact]:
        """The call that stands in the loop: itself, or one on the way to it."""
        way = way_of(self.effect, self.step)
        return next(((mod, fact) for mod, fact in way if any(loop.most > 1 for loop in loops_around(code, mod, fact))), way[0])


def nobody_waits(code: Program, effect: Effect) -> bool:
    """Whether a call to the network is made and left alone, in a language where only what is awaited is waited for."""
    return effect.row.effect == "network" and code.linker.dialect(effect.mod).promises and left_alone(code.linker, effect.mod, effect.fact)


def slow_calls(code: Program, limit: float) -> Iterator[Calls]:
    """Calls that may together take longer than `limit` seconds."""
    seen: set[FunctionRef] = set()
    for effect in code.effects_of("network", "runs-process"):
        reached = code.waiting.reached(effect.mod, effect.fact) if code.waiting is not None and "web" in effect.processes else None
        ref = FunctionRef(effect.mod.path, effect.fact.function)
        if reached is None or ref in seen or brief_program(code, effect) or nobody_waits(code, effect):
            continue
        found = _judged(code, effect, *reached, limit)
        if found is not None:
            seen.add(ref)
            yield found


def _judged(code: Program, effect: Effect, step: Step, label: str, limit: float) -> Calls | None:
    way = way_of(effect, step)
    if any(ends_by_itself(mod, fact) for mod, fact in way):
        return None
    each = time_limit(code, effect, way)
    times = 1 if each is not None and not math.isinf(each) and is_shared(code, effect) else _times(code, effect, step)
    tries = tries_of(code, effect, step)
    if tries is not None and each is not None and not math.isinf(each) and times == 1:
        total = tries.number * each + tries.pause * (tries.number - 1)
        return Calls(effect, step, label, 1, _tried(tries, each)) if total >= limit and tries.number > 1 else None
    if times is None:
        return None
    if each is None or math.isinf(each) or math.isinf(times):
        known = each is not None and not math.isinf(each)
        said = f"up to {each:g} s each" if known else ""
        # Who gives a program a limit expects it to need one, whatever the number is.
        lasts = effect.row.effect == "network" or each is None or known
        return Calls(effect, step, label, times, said) if times >= _MANY and lasts else None
    if times == 1:
        return Calls(effect, step, label, 1, f"up to {each:g} s") if each >= limit and each != effect.row.default_timeout else None
    return Calls(effect, step, label, times, f"{times:.0f} x up to {each:g} s") if times >= _SOME and times * each >= limit else None


def _tried(tries: Tries, each: float) -> str:
    pauses = f" and {tries.number - 1} x {tries.pause:g} s between them" if tries.pause else ""
    return f"{tries.number} tries x up to {each:g} s{pauses}"


def _times(code: Program, effect: Effect, step: Step) -> float | None:
    """How often the call is made one after the other; None where a loop ends as soon as one succeeds, or gives up by the clock."""
    times = 1.0
    way = way_of(effect, step)
    if _all_at_once(code, way):
        return times
    for mod, fact in way:
        for loop in loops_around(code, mod, fact):
            if loop.within is not None:
                return None
            times *= max(loop.most, 1)
    return None if _until_one(effect) else times


def _all_at_once(code: Program, way: Way) -> bool:
    """Whether a call is given a function to call back and nobody awaits anything, so that loops around it start all of them together."""
    mod, fact = way[0]
    if not code.linker.dialect(mod).promises or not any(isinstance(arg, facts.Closure) for arg in fact.call.args):
        return False
    return not last_name(fact.call.func).endswith("Sync") and not any(one.awaited for _, one in way)


def _until_one(effect: Effect) -> bool:
    """Whether the innermost loop around the call ends with its first good answer."""
    at = effect.fact.block
    while at != -1:
        block = effect.mod.facts.blocks[at]
        if block.kind == "while":
            return leaves_early(effect.mod, block)
        if block.kind == "for":
            return b"return" in effect.mod.source.data[block.start : block.end]
        at = block.parent
    return False
