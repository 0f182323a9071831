"""How long something takes, as an interval with the arithmetic behind it: what is known at least, and what it may come to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Step
from herolint.app.calling.loops import Rounds, loops_around
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.limits import ends_by_itself
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.calling.waiting import Waiting
    from herolint.app.program import Effect, Program

Way = Sequence[tuple[Mod, CallFact]]
"""The calls that lead to a place, last to first, the place itself first of all."""
MAX_GIVERS = 3
"""Through how many calls a number is followed to where it is written."""


_BRIEF_S = 2.0
"""Pauses between a few tries that together are shorter than this many seconds are no wait, for however many things they are made."""


class Lasts(msgspec.Struct, frozen=True):
    """Seconds, at least and at most (infinite where nothing ends it), and how a message writes the sum (`5 x 4 x 2 s`)."""

    least: float
    most: float
    said: str


class Pause(msgspec.Struct, frozen=True):
    """A wait while a visitor waits: where it is decided how long, in whose request, by which way, and how long; `sure`: no condition on it."""

    mod: Mod
    fact: CallFact
    step: Step
    label: str
    lasts: Lasts
    sure: bool


def way_of(effect: Effect, step: Step) -> Way:
    """The calls from a handler to an effect, the effect first."""
    return ((effect.mod, effect.fact), *step.calls())


def repeated(code: Program, way: Way, once: float, most: float | None = None) -> Lasts:
    """How long something of `once` seconds (or up to `most`) takes with all the loops on its way."""
    least, upper, within = once, once if most is None else most, None
    factors: list[Rounds] = []
    for mod, fact in way:
        for loop in loops_around(code, mod, fact):
            if loop.within is not None:
                within = loop.within if within is None else min(within, loop.within)
                least, upper, factors = min(least, within), max(within, upper), []
                continue
            if upper < _BRIEF_S and math.isinf(loop.most) and any(one.least < one.most for one in factors):
                continue  # tries again, for what fails alone
            least, upper = least * loop.least, upper * loop.most
            factors.append(loop)
    return Lasts(least, upper, _said(factors, most is not None, once if most is None else most, within, upper))


def _said(factors: list[Rounds], unsure: bool, once: float, within: float | None, upper: float) -> str:
    """The sum in words, outer loops first."""
    if within is not None:
        return f"up to {upper:g} s"
    numbers = [factor.most for factor in reversed(factors) if factor.most != 1]
    if math.inf in numbers:
        return f"as long as it takes, {once:g} s at a time"
    open_ended = any(factor.least < factor.most for factor in factors)
    product = " x ".join([*(f"{number:.0f}" for number in numbers), f"{'up to ' if unsure and numbers else ''}{once:g} s"])
    return f"up to {product}" if open_ended or (unsure and not numbers) else product


def pauses(code: Program, waiting: Waiting) -> Iterator[Pause]:
    """Sleeps of a known length that visitors wait for."""
    for effect in code.effects_of("sleeps"):
        if "web" not in effect.processes:
            continue
        for mod, fact, step, once in _lengths(code, waiting, effect):
            label = waiting.label(step)
            way = way_of(effect, step)
            if waiting.visitor_waits(way) and not any(ends_by_itself(m, f) for m, f in way):
                sure = effect.runs is True and all(code.guards.holds(m, f.guard) is True for m, f in way)
                yield Pause(mod, fact, step, label, repeated(code, way, once), sure)


def _lengths(code: Program, waiting: Waiting, effect: Effect) -> Iterator[tuple[Mod, CallFact, Step, float]]:
    """Where the length of a sleep is written, the way to it, and the seconds: at the sleep, or at each call that hands it on."""
    ref = FunctionRef(effect.mod.path, effect.fact.function)
    step = waiting.steps.get(ref)
    if step is None:
        return
    expr, value = code.argument(effect, effect.row.path)
    if isinstance(value, Known) and isinstance(value.value, int | float):
        yield effect.mod, effect.fact, step, value.value * effect.row.unit
    elif isinstance(expr, facts.Name):
        for mod, fact, inner, number in _given(code, waiting, effect.mod, step, expr.id, MAX_GIVERS):
            yield mod, fact, inner, number * effect.row.unit


def _given(code: Program, waiting: Waiting, mod: Mod, step: Step, name: str, depth: int) -> Iterator[tuple[Mod, CallFact, Step, float]]:
    """The numbers that callers give a parameter, each with its own way from a handler."""
    ref, inner = step.ref, [step]
    while ref.number != NONE and not any(param.name == name for param in mod.facts.functions[ref.number].handed):
        ref = FunctionRef(ref.path, mod.facts.functions[ref.number].parent)  # a closure: the function around it has the parameter
        around = waiting.steps.get(ref)
        if around is None:
            return
        inner.append(around)
    if ref.number == NONE or depth == 0:
        return
    position, param = next((i, param) for i, param in enumerate(mod.facts.functions[ref.number].handed) if param.name == name)
    for caller, where, fact in waiting.callers.get(ref, ()):
        before = waiting.steps.get(caller)
        if before is None:
            continue
        way = Step(ref, (where, fact), before)
        for closure in reversed(inner[:-1]):
            way = Step(closure.ref, closure.call, way)
        expr = argument(fact.call, position, name) or param.default
        value = code.fold(where, fact.function, expr) if expr is not None else None
        if isinstance(value, Known) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
            yield where, fact, way, value.value
        elif isinstance(expr, facts.Name):
            for at, given, outer, number in _given(code, waiting, where, before, expr.id, depth - 1):
                yield at, given, _behind(way, before, outer), number


def _behind(way: Step, before: Step, outer: Step) -> Step:
    """The same way with another beginning."""
    if way is before:
        return outer
    return msgspec.structs.replace(way, before=_behind(way.before, before, outer)) if way.before is not None else outer
