"""How often timers go off, as far as that is written: `setInterval(work, hours * 60 * 60 * 1000)` never more than once an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Known
from herolint.app.timing.limits import seconds
from herolint.code import facts
from herolint.code.queries import last_name

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program


def shortest(code: Program, effect: Effect) -> float | None:
    """The seconds between two rounds of a timer, at least; what is counted in a unit that a factor spells is taken for one or more of it."""
    known = seconds(code, effect)
    if known is not None:
        return known
    expr, _ = code.argument(effect, effect.row.path)
    if expr is None:
        return None
    mod, function, made = origin(code.linker, effect.mod, effect.fact.function, expr)
    if not isinstance(made, facts.Binary) or made.op != "*":
        return None
    return _product(code, mod, function, made) * effect.row.unit


def _product(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> float:
    """The factors that are known, multiplied."""
    if isinstance(expr, facts.Binary) and expr.op == "*":
        return _product(code, mod, function, expr.left) * _product(code, mod, function, expr.right)
    value = code.fold(mod, function, expr)
    number = value.value if isinstance(value, Known) and not isinstance(value.value, bool) else None
    return float(number) if isinstance(number, int | float) else 1.0


_PUTS_OFF = frozenset({"setTimeout", "setImmediate", "nextTick", "queueMicrotask", "once", "then", "finally"})
"""Calls that run a function once, a moment later."""


def is_put_off(mod: Mod, number: int) -> bool:
    """Whether a function is written where the one around it puts it off: `setTimeout(() => { … }, delay)`."""
    return any(
        last_name(fact.call.func) in _PUTS_OFF and any(isinstance(arg, facts.Closure) and arg.number == number for arg in fact.call.args)
        for fact in mod.calls_of.get(mod.facts.functions[number].parent, ())
    )
