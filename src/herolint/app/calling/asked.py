"""Branches of a function that none of its callers asks for, by what they give to its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Items, Known, Made, Table, Text, Value
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument, last_name

if TYPE_CHECKING:
    from herolint.app.program import Program

_NOTHING = frozenset({"nil?", "blank?", "empty?"})
_EQUAL = frozenset({"==", "===", "is"})
_UNEQUAL = frozenset({"!=", "!==", "is not"})


def never_asked(code: Program, mod: Mod, fact: CallFact, callers: Sequence[tuple[Mod, CallFact]]) -> bool:
    """Whether a condition on a call depends on a parameter, and is false for what every caller gives."""
    name = mod.facts.functions[fact.function].name
    if any(last_name(call.call.func) != name for _, call in callers):
        return False  # handed on, and called with who knows what
    at = fact.guard
    while at != NONE and callers:
        guard = mod.facts.guards[at]
        if guard.kind in ("if", "else"):
            wanted = guard.kind == "if"
            answers = {_truth(code, mod, fact.function, guard.test, caller) for caller in callers}
            if answers == {not wanted}:
                return True
        at = guard.parent
    return False


def _truth(code: Program, mod: Mod, function: int, test: facts.AnyExpr, caller: tuple[Mod, CallFact]) -> bool | None:
    match test:
        case facts.Unary(op="not" | "!", value=inner):
            answer = _truth(code, mod, function, inner, caller)
            return None if answer is None else not answer
        case facts.Name(id=name):
            value = _given(code, mod, function, name, caller)
            return bool(value.value) if isinstance(value, Known) else _is_something(value)
        case facts.Attr(base=facts.Name(id=name), name=asked) if asked in _NOTHING:
            value = _given(code, mod, function, name, caller)
            something = value.value is not None if isinstance(value, Known) else _is_something(value)
            return None if something is None else not something
        case facts.Call(func=facts.Attr() as func, args=()):
            return _truth(code, mod, function, func, caller)
        case facts.Binary(op=op, left=facts.Name(id=name), right=facts.Const(value=wanted)) if op in _EQUAL | _UNEQUAL:
            value = _given(code, mod, function, name, caller)
            if isinstance(value, Known):
                return (value.value == wanted) is (op in _EQUAL)
            return None if wanted is not None or _is_something(value) is None else op in _UNEQUAL
    return None


def _is_something(value: Value | None) -> bool | None:
    """Whether a value is surely not nothing."""
    return True if isinstance(value, Table | Items | Made | Text) else None


def _rebound(mod: Mod, fact: CallFact, expr: facts.AnyExpr) -> facts.AnyExpr:
    """What a name was given last before a call, where that is written out: `data = {…}`, a parameter though it be."""
    found = mod.names.get(fact.function, {}).get(expr.id, ()) if isinstance(expr, facts.Name) else ()
    values = [b.what.value for b in found if isinstance(b.what, facts.Assign) and b.what.end <= fact.call.start and b.guard == fact.guard]
    return values[-1] if values and isinstance(values[-1], facts.Mapping | facts.Sequence | facts.Const) else expr


def _given(code: Program, mod: Mod, function: int, name: str, caller: tuple[Mod, CallFact]) -> Value | None:
    """What a caller gives to a parameter, or its default; None where the name is no parameter."""
    fn = mod.facts.functions[function] if function != NONE else None
    position = next((i for i, param in enumerate(fn.handed) if param.name == name), None) if fn is not None else None
    if fn is None or position is None or fn.handed[position].kind != "plain":
        return None
    where, fact = caller
    if any(isinstance(arg, facts.Star) for arg in fact.call.args):
        return None
    expr = argument(fact.call, position, name)
    if expr is not None:
        return code.fold(where, fact.function, _rebound(where, fact, expr))
    default = fn.handed[position].default
    return code.fold(mod, fn.parent, default) if default is not None else None
