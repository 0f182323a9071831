"""Options of calls in languages that gather them in objects: where a named option stands, and what its value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.values import UNKNOWN, Made, Table, Value, options
from herolint.code import facts
from herolint.code.queries import argument, option

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

Given = tuple[facts.AnyExpr | None, Value]
"""An argument and its folded value."""


def option_given(code: Program, effect: Effect, names: list[str], expr: facts.AnyExpr | None) -> Given:
    """The first of the named options that a call is given; `expr` is what stands at the place of an argument of that name."""
    mod, fact = effect.mod, effect.fact
    given = ((argument(fact.call, None, word) or option(fact.call, word)) for word in names)
    held = next((found for found in given if found is not None), None)
    if held is None and any(isinstance(given, facts.Keyword) and given.value is expr for given in fact.call.args):
        held = expr  # a named argument, in languages that have both
    expr = held if held is not None else expr
    if held is None and names:
        inside = _in_factory(code, effect, names) or _in_bound_options(code, effect, names)
        if inside is not None:
            return inside
        if isinstance(expr, facts.Mapping | facts.Closure):
            return None, UNKNOWN  # the options themselves, or a callback where an optional argument was left out
    value = code.fold(mod, fact.function, expr) if expr is not None else UNKNOWN
    if held is None and names and isinstance(value, Table) and value.whole:
        return None, UNKNOWN
    return expr, value


def _in_factory(code: Program, effect: Effect, names: list[str]) -> Given | None:
    """An option of the object that a function gives back which the call is handed to make its options (`useFactory`)."""
    mod, factory = effect.mod, option(effect.fact.call, "useFactory")
    if isinstance(factory, facts.Lambda):
        scope, results = effect.fact.function, [factory.body]
    elif isinstance(factory, facts.Closure):
        scope = factory.number
        results = [one.value for one in mod.facts.returns if one.function == scope and one.value is not None]
    else:
        return None
    for result in results:
        for name in names:
            found = option(facts.Call(result.start, result.end, result, (result,)), name)
            if found is not None:
                return found, code.fold(mod, scope, found)
    return None


def _in_bound_options(code: Program, effect: Effect, names: list[str]) -> Given | None:
    """An option of an object that was bound to a name before it is given, or that a function gives back: in one of the ways it may."""
    for given in effect.fact.call.args:
        if isinstance(given, facts.Name | facts.Attr | facts.Index | facts.Call):
            value = code.fold(effect.mod, effect.fact.function, given)
            for one in options(value):
                for name in names:
                    found: Value | None = one
                    for part in name.split("."):
                        found = found.get(part) if isinstance(found, Table) else found.keyword(part) if isinstance(found, Made) else None
                    if found is not None:
                        return given, found
    return None
