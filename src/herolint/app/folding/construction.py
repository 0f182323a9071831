"""What is done while an object is made, and so is no change of a finished one."""

from __future__ import annotations

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import last_name


def constructs(linker: Linker, mod: Mod, function: int) -> bool:
    """Whether a function makes an object, or is a method that only such functions call."""
    if function == NONE:
        return False
    functions, constructor = mod.facts.functions, linker.dialect(mod).constructor
    fn = functions[function]
    if fn.name == constructor or fn.klass == NONE:
        return fn.name == constructor
    callers = [fact.function for fact in mod.facts.calls if last_name(fact.call.func) == fn.name]
    return bool(callers) and all(one != NONE and functions[one].name == constructor for one in callers)


def is_own(mod: Mod, function: int, expr: facts.AnyExpr) -> bool:
    """Whether an expression is a part of the object that a method belongs to."""
    while isinstance(expr, facts.Attr | facts.Index):
        expr = expr.base
    params = mod.facts.functions[function].params
    return isinstance(expr, facts.Name) and bool(params) and expr.id == params[0].name
