"""Functions that only make something for others: where the one that wanted it asks for it."""

from __future__ import annotations

from herolint.app.calling.flow import Step
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact


def asked_for(mod: Mod, fact: CallFact, step: Step | None) -> tuple[Mod, CallFact]:
    """The call itself, or the one of the function that gives back what the call makes: `open_browser()`, where that returns `launch()`."""
    while step is not None and step.call is not None and _gives_back(mod, fact):
        (mod, fact), step = step.call, step.before
    return mod, fact


def _gives_back(mod: Mod, fact: CallFact) -> bool:
    """Whether a function gives back what a call in it makes, and not only something that is asked of it."""
    if fact.function == NONE:
        return False
    names = {
        assign.target.id
        for assign in mod.facts.assigns
        if assign.function == fact.function and isinstance(assign.target, facts.Name) and _is(assign.value, fact)
    }
    return any(
        _is(value, fact) or isinstance(value, facts.Name) and value.id in names
        for one in mod.facts.returns
        if one.function == fact.function and one.value is not None
        for value in _parts(one.value)
    )


def _is(expr: facts.AnyExpr | None, fact: CallFact) -> bool:
    while isinstance(expr, facts.Unary):  # awaited
        expr = expr.value
    return expr is not None and expr.start == fact.call.start and expr.end == fact.call.end


def _parts(expr: facts.AnyExpr) -> list[facts.AnyExpr]:
    """What a function gives back at once: `return browser, page`, `return { browser, page }`."""
    match expr:
        case facts.Sequence(items=items):
            return list(items)
        case facts.Mapping(items=pairs):
            return [value for _, value in pairs]
    return [expr]
