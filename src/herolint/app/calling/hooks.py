"""Functions that frameworks call while the app starts, before it answers anybody: startup events, lifespans, an app's `ready`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code import facts
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.program import Program
    from herolint.knowledge.calls import CallRow


def start_hooks(code: Program, reach: Reach) -> Iterator[FunctionRef]:
    """Such functions of the modules that a process loads."""
    for mod in reach.mods():
        yield from _decorated(code, mod)
        yield from _given(code, mod)
        yield from _methods(code, mod)


def _rows(code: Program, mod: Mod, function: int, func: facts.AnyExpr) -> list[CallRow]:
    name = code.linker.qualified(mod, function, func)
    rows = code.knows(mod).effects(name) if name is not None else ()
    return [row for row in rows if row.effect == "starts-up"]


def _decorated(code: Program, mod: Mod) -> Iterator[FunctionRef]:
    for i, fn in enumerate(mod.facts.functions):
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            for row in _rows(code, mod, fn.parent, inner):
                if not row.path and _event(decorator, row.kind):
                    yield FunctionRef(mod.path, i)


def _event(call: facts.AnyExpr, wanted: str) -> bool:
    """Whether the first argument names the event, where the call is about several."""
    first = argument(call, 0, None)
    return not wanted or (isinstance(first, facts.Const) and first.value == wanted)


def _given(code: Program, mod: Mod) -> Iterator[FunctionRef]:
    for fact in mod.facts.calls:
        for row in _rows(code, mod, fact.function, fact.call.func) if fact.call.args else ():
            for word in row.path.split() if _event(fact.call, row.kind) else ():
                expr = argument(fact.call, int(word), None) if word.isdigit() else argument(fact.call, None, word)
                for target in functions_in(code.linker, mod, fact.function, expr) if expr is not None else ():
                    if target.mod is not None:
                        yield FunctionRef(target.mod.path, target.number)


def _methods(code: Program, mod: Mod) -> Iterator[FunctionRef]:
    wanted = code.knows(mod).startup
    for i in range(len(mod.facts.classes)) if wanted else ():
        for base in code.linker.ancestors(mod, i) & wanted.keys():
            if (number := mod.methods.get(i, {}).get(wanted[base])) is not None:
                yield FunctionRef(mod.path, number)
