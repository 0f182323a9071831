"""Promises: functions that give one, and calls whose end the visitor waits for because it answers."""

from __future__ import annotations

from herolint.app.calling.answers import ANSWERS
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import last_name


def hands_answer(fact: CallFact) -> bool:
    """Whether a call is given the answer to write: whoever made it, the visitor waits."""
    return any(isinstance(arg, facts.Name) and arg.id in ANSWERS for arg in fact.call.args)


def answers_then(mod: Mod, fact: CallFact) -> bool:
    """Whether a promise's end is what the visitor gets: it is returned, or a function that is called then answers with it."""
    if _closure_answers(mod, fact):
        return True
    start = fact.call.start
    if any(one.function == fact.function and one.value is not None and one.value.start == start for one in mod.facts.returns):
        return True
    for other in mod.calls_of.get(fact.function, ()):
        if other.call.start != start or last_name(other.call.func) not in ("then", "finally"):
            continue
        if _closure_answers(mod, other):
            return True
    return False


def _closure_answers(mod: Mod, fact: CallFact) -> bool:
    """Whether a call is given a function that answers the visitor."""
    closures = (given for given in fact.call.args if isinstance(given, facts.Closure))
    return any(_answers(inner) for closure in closures for inner in mod.calls_of.get(closure.number, ()))


def _answers(fact: CallFact) -> bool:
    base: facts.AnyExpr = fact.call.func
    while isinstance(base, facts.Attr | facts.Call):
        base = base.base if isinstance(base, facts.Attr) else base.func
    return (isinstance(base, facts.Name) and base.id in ANSWERS) or hands_answer(fact)


def left_alone(linker: Linker, mod: Mod, fact: CallFact) -> bool:
    """Whether a call stands for itself: nobody awaits, keeps, returns or hands on what it gives, and it is given nothing to call back."""
    call = fact.call
    if fact.awaited or hands_answer(fact) or any(_may_be_called(linker, mod, fact, arg) for arg in call.args):
        return False
    kept = [one.value for one in mod.facts.returns if one.function == fact.function]
    kept += [one.value for one in mod.facts.assigns if one.function == fact.function]
    kept += [other.call for other in mod.calls_of.get(fact.function, ()) if other.call is not call]
    return not any(one is not None and one.start <= call.start and call.end <= one.end for one in kept)


def _may_be_called(linker: Linker, mod: Mod, fact: CallFact, arg: facts.AnyExpr) -> bool:
    """Whether an argument may be a function, and is not seen to hold data."""
    if isinstance(arg, facts.Name):
        return not isinstance(origin(linker, mod, fact.function, arg)[2], facts.Mapping | facts.Sequence | facts.Const | facts.Concat)
    return isinstance(arg, facts.Closure)


def gives_promise(mod: Mod, number: int) -> bool:
    """Whether a function returns a promise that it makes, or a chain of them."""
    found: frozenset[int] | None = mod.__dict__.get("_gives_promise")
    if found is None:
        returns = mod.facts.returns
        found = frozenset(one.function for one in returns if isinstance(one.value, facts.Call) and _is_promise(one.value.func))
        mod.__dict__["_gives_promise"] = found
    return number in found


def _is_promise(func: facts.AnyExpr) -> bool:
    """Whether what is called makes a promise: the class itself, or a method that promises have."""
    return last_name(func) == "Promise" or (isinstance(func, facts.Attr) and func.name in ("then", "catch", "finally"))
