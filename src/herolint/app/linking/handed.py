"""Functions that are handed on: what a parameter stands for when it is called, by what the callers give."""

from __future__ import annotations

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument

MAX_CALLERS = 20
"""A function that is called in more places may be several functions of one name."""


def handed_callee(linker: Linker, mod: Mod, fact: CallFact) -> str | None:
    """The qualified name of a called parameter, or of a parameter's method, where every call of its function that is seen gives a known one."""
    func, methods = fact.call.func, ""
    while isinstance(func, facts.Attr):
        methods = f".{func.name}{methods}"
        func = func.base
    if not isinstance(func, facts.Name) or fact.function == NONE:
        return None
    fn = mod.facts.functions[fact.function]
    position = next((i for i, param in enumerate(fn.handed) if param.name == func.id and param.kind == "plain"), None)
    if position is None or (methods and len(linker.code.calls_named(fn.name)) > MAX_CALLERS):
        return None
    names = []
    for caller, call in linker.code.calls_named(fn.name):
        given = argument(call.call, position, func.id)
        target = linker.resolve(caller, call.function, given) if given is not None else None
        if target is None or target.kind != "external":
            return None
        names.append(target.name)
    return f"{names[0]}{methods}" if names and (not methods or len(set(names)) == 1) else None
