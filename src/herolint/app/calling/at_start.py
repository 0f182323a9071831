"""What surely happens while the web process starts: calls under no condition that may not hold, through callers that are sure too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program


def runs_at_start(code: Program, effect: Effect) -> bool:
    """Whether a known call is reached whenever a process starts."""
    if effect.runs is not True:
        return False
    if effect.fact.function == NONE:
        return True
    if FunctionRef(effect.mod.path, effect.fact.function) not in code.started:
        return False
    return all(code.guards.holds(mod, call.guard) is True for mod, call in _callers(code, effect))


def surely_starts(code: Program, effect: Effect) -> bool:
    """Whether a call runs, and all calls on the way to it from the start of the web process do."""
    called = code.boot.called if code.boot is not None else {}
    number = effect.fact.function
    while FunctionRef(effect.mod.path, number) not in called and number != NONE:
        number = effect.mod.facts.functions[number].parent  # a function inside another one that the start lets run beside it
    if effect.runs is not True:
        return False
    if number == NONE:
        return not _only_where_told(code, FunctionRef(effect.mod.path, effect.fact.function))
    step = called[FunctionRef(effect.mod.path, number)]
    return all(code.guards.holds(mod, fact.guard) is True for mod, fact in step.calls())


def _only_where_told(code: Program, ref: FunctionRef) -> bool:
    """Whether every call of a function that runs beside the start stands under a condition that may not hold: `if address != ""`."""
    mod = code.code.mod(ref.path)
    if mod is None or ref.number == NONE or code.boot is None:
        return False
    name = mod.facts.functions[ref.number].name
    held = []
    for caller in code.boot.reach.mods() if name else ():
        for fact in caller.facts.calls:
            to = code.linker.resolve(caller, fact.function, fact.call.func) if last_name(fact.call.func) == name else None
            if to is not None and to.mod is not None and FunctionRef(to.mod.path, to.number) == ref:
                held.append(code.guards.holds(caller, fact.guard))
    return bool(held) and True not in held


def caught(code: Program, effect: Effect) -> bool:
    """Whether the call, or one on the way to it, stands in a `try`."""
    calls = [(effect.mod, effect.fact), *_callers(code, effect)]
    return any(block.kind == "try" and block.start <= call.call.start < block.end for mod, call in calls for block in mod.facts.blocks)


def _callers(code: Program, effect: Effect) -> Iterator[tuple[Mod, CallFact]]:
    """The calls that lead to the function of a known call, the nearest first."""
    step = code.started.get(FunctionRef(effect.mod.path, effect.fact.function))
    while step is not None and step.call is not None:
        yield step.call
        step = step.before
