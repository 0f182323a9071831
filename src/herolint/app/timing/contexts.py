"""Contexts that calls are given, in languages where those end calls: which have an end, and which only ever hear that a visitor left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Known
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program

_MOST_CALLERS = 5
"""So many functions may hand a context on before it is given up."""

Way = Sequence[tuple["Mod", CallFact]]
"""The calls that lead to a place, last to first, the place itself first of all; empty where every way counts."""
Placed = tuple["Mod", int, facts.AnyExpr]
"""An expression, and the module and function that it stands in."""


def contexts_of(code: Program, effect: Effect) -> Iterator[Placed]:
    """The contexts that a call is given, or with which what it is given, or is called on, was made."""
    func = effect.fact.call.func
    if effect.row.note == "context" and (given := code.argument(effect, effect.row.timeout)[0]) is not None:
        yield effect.mod, effect.fact.function, given
    for given in (*effect.fact.call.args, *((func.base,) if isinstance(func, facts.Attr) else ())):
        mod, function, made = origin(code.linker, effect.mod, effect.fact.function, given)
        row = code.row_of(mod, function, made, "limits-time")
        context = argument(made, int(row.path), None) if row is not None else None
        if context is not None:
            yield mod, function, context


def deadline(code: Program, at: Placed, way: Way = (), steps: int = 0) -> float | None:
    """After how many seconds a context ends, where that is known of all that it may be."""
    mod, function, made = origin(code.linker, *at)
    row = code.row_of(mod, function, made, "sets-deadline")
    if row is not None:
        value = code.fold(mod, function, argument(made, int(row.path), None))
        return value.value * row.unit if isinstance(value, Known) and isinstance(value.value, int | float) else None
    ends = [deadline(code, one, way, steps + 1) for one in _before(code, (mod, function, made), way, steps)]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def is_shared(code: Program, effect: Effect) -> bool:
    """Whether a call gets its context from the function that calls its own: all that it does then ends together."""
    return any(isinstance(origin(code.linker, *one)[2], facts.Name) for one in contexts_of(code, effect))


def never_ends(code: Program, at: Placed, way: Way = (), steps: int = 0) -> bool:
    """Whether nothing ends a context by the clock: the empty one, or a request's own, which the router's limit does not end."""
    mod, function, made = origin(code.linker, *at)
    name = code.linker.qualified(mod, function, made.func) if isinstance(made, facts.Call) else None
    known = code.knows(mod).contexts
    if name in known.empty:
        return True
    if name in known.requests:
        return not any(True for _ in code.calls_named(*known.limits))
    before = list(_before(code, (mod, function, made), way, steps))
    return bool(before) and all(never_ends(code, one, way, steps + 1) for one in before)


def _before(code: Program, at: Placed, way: Way, steps: int) -> Iterator[Placed]:
    """What a context was made of, or, for a parameter, what the calls of its function give it: the one on the way, or all."""
    mod, function, made = at
    if steps >= _MOST_CALLERS:
        return
    if isinstance(made, facts.Call):
        if code.linker.qualified(mod, function, made.func) in code.knows(mod).contexts.wraps and made.args:
            yield mod, function, made.args[0]
        return
    while isinstance(made, facts.Name) and function != NONE:
        params = mod.facts.functions[function].params
        position = next((i for i, param in enumerate(params) if param.name == made.id), None)
        if position is not None:
            led = next((call for inner, call in pairwise(way) if inner[0] is mod and inner[1].function == function), None)
            if led is not None and (expr := argument(led[1].call, position, None)) is not None:
                yield led[0], led[1].function, expr
                return
            for given in code.guards.folder.givers.of_parameter(mod, function, position):
                yield given.mod, given.function, given.expr
            return
        function = mod.facts.functions[function].parent
