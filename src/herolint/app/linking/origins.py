"""The expression that a name was bound to, here or in the module that gives it away."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.target import Target
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import walk

MAX_STEPS = 6
"""Names that may stand for each other before the chain is given up."""


def origin(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[Mod, int, facts.AnyExpr]:
    """Where a name leads: module, function and expression of its (last) assignment; the expression itself where there is none."""
    for _ in range(MAX_STEPS):
        found = _step(linker, mod, function, expr)
        if found is None:
            break
        mod, function, expr = found
    return mod, function, expr


def _step(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[Mod, int, facts.AnyExpr] | None:
    if isinstance(expr, facts.Attr):
        base = linker.resolve(mod, function, expr.base)
        if base is not None and base.kind == "module" and base.mod is not None:
            return _exported(linker, base.mod, expr.name)
        return None
    if not isinstance(expr, facts.Name):
        return None
    scope = function
    while True:
        bindings = mod.names.get(scope, {}).get(expr.id, ())
        earlier = [one for one in bindings if one.start <= expr.start] if scope == function else []
        for binding in reversed(earlier or bindings):
            what = binding.what
            if isinstance(what, Assign):
                return (mod, what.function, what.value) if what.value is not None and what.op in ("=", ":=", "with") else None
            if isinstance(what, facts.Import):
                other = linker.dialect(mod).holder(mod, what)
                if other is not None:
                    whole = _exported(linker, other, "=") if what.name == "default" else None
                    return _exported(linker, other, what.name or "=") or whole
            return None
        if scope == NONE:
            return _shared(linker, mod, expr.id)
        scope = mod.facts.functions[scope].parent


def _shared(linker: Linker, mod: Mod, name: str) -> tuple[Mod, int, facts.AnyExpr] | None:
    """What another file binds a name to whose names this one uses as its own."""
    for path in linker.dialect(mod).sharing(mod.path):
        other = linker.code.mod(path)
        found = _exported(linker, other, name) if other is not None else None
        if found is not None:
            return found
    return None


def _exported(linker: Linker, mod: Mod, name: str) -> tuple[Mod, int, facts.AnyExpr] | None:
    given = linker.dialect(mod).value(mod, name)
    if given is not None:
        return given[0], NONE, given[1]
    bindings = mod.names.get(NONE, {}).get(name)
    what = bindings[-1].what if bindings else None
    return (mod, NONE, what.value) if isinstance(what, Assign) and what.value is not None else None


def given_to(linker: Linker, mod: Mod, imp: facts.Import) -> tuple[Mod, list[Binding]] | None:
    """The module that assigns the name that an import takes, perhaps through others that hand it on, and its bindings there."""
    for _ in range(MAX_STEPS):
        other = linker.dialect(mod).holder(mod, imp)
        bindings = other.names.get(NONE, {}).get(imp.name or "", []) if other is not None else []
        if other is None or not bindings:
            return None
        if any(isinstance(one.what, Assign) for one in bindings):
            return other, bindings
        last = bindings[-1].what
        if not isinstance(last, facts.Import):
            return None
        mod, imp = other, last
    return None


def functions_in(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> Iterator[Target]:
    """The project's functions that an expression hands on: closures and names, inside tables and wrapped in calls, here or where names lead."""
    called: set[int] = set()
    for inner in walk(expr):
        if id(inner) in called or not isinstance(inner, facts.Closure | facts.Name | facts.Attr | facts.Call):
            continue
        if isinstance(inner, facts.Call) and not (isinstance(inner.func, facts.Attr) and inner.func.name == "bind"):
            called.add(id(inner.func))  # what is called here is not handed on, but what it gives back may be
        target = linker.resolve(mod, function, inner)
        if target is not None and target.kind == "function":
            yield target
        if depth < MAX_STEPS and isinstance(inner, facts.Name | facts.Attr):
            where, scope, found = origin(linker, mod, function, inner)
            if found is not inner and isinstance(found, facts.Call | facts.Mapping | facts.Sequence):
                held = found.args if isinstance(found, facts.Call) else (found,)
                for one in held:
                    yield from functions_in(linker, where, scope, one, depth + 2)
