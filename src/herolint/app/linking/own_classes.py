"""Classes that are the project's own affair: nobody outside knows what their methods are called."""

from __future__ import annotations

from collections.abc import Iterable

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.code import facts
from herolint.code.queries import dotted, last_name

_REFLECTS = frozenset({"getattr", "getmembers", "methodcaller", "dir", "vars", "eval", "exec"})
"""Calls behind which a method may be called whose name stands nowhere."""
_LOADERS = frozenset({"import_module", "__import__"})
"""Calls that load a module by a name that they are given."""
_INERT = frozenset({"object", "ABC", "ABCMeta", "dataclass", "total_ordering", "final"})
"""Bases and decorators of classes that call none of their methods."""


def is_plain(linker: Linker, mod: Mod, number: int, seen: frozenset[tuple[str, int]] = frozenset()) -> bool:
    """Whether a class derives from nothing foreign, and nothing decorates it that may call its methods."""
    if not linker.dialect(mod).calls_by_name or (mod.path, number) in seen:
        return False
    cls = mod.facts.classes[number]
    if any(_last(one.func if isinstance(one, facts.Call) else one) not in _INERT for one in cls.decorators):
        return False
    for base in cls.bases:
        if _last(base.value if isinstance(base, facts.Keyword) else base) in _INERT:
            continue
        target = linker.resolve(mod, cls.parent_function, base)
        if target is None or target.mod is None or target.kind != "class":
            return False
        if not is_plain(linker, target.mod, target.number, seen | {(mod.path, number)}):
            return False
    return True


def reflects(linker: Linker, mods: Iterable[Mod]) -> bool:
    """Whether some module calls methods by names that it puts together."""
    return any(
        last_name(fact.call.func) in _REFLECTS
        and not (len(fact.call.args) > 1 and isinstance(fact.call.args[1], facts.Const))
        and not _of_something_else(linker, mod, fact)
        for mod in mods
        for fact in mod.facts.calls
    )


def _of_something_else(linker: Linker, mod: Mod, fact: facts.CallFact) -> bool:
    """Whether a call asks for what a module holds, or something from outside the project: neither has methods of the project's objects."""
    if _last(fact.call.func) in ("eval", "exec", "methodcaller") or not fact.call.args:
        return False
    where, function, made = origin(linker, mod, fact.function, fact.call.args[0])
    if isinstance(made, facts.Call) and _last(made.func) in _LOADERS:
        return True
    target = linker.resolve(where, function, made)
    return target is not None and target.kind in ("module", "external")


def _last(expr: facts.AnyExpr) -> str:
    """The last word of a name."""
    return (dotted(expr) or "").rpartition(".")[2]
