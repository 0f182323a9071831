"""The option of the command line by which a program could be given its port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import text_of
from herolint.code import facts
from herolint.code.queries import walk

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder

_DEEPEST = 5
"""Names that may stand for each other before the search is given up."""


def port_option(folder: Folder, mod: Mod, function: int, expr: facts.AnyExpr, port: str) -> str:
    """The flag behind an expression that a call listens on, as a command would give it the platform's port; empty where there is none.

    `port` is the number that stands there now, by which one of several flags is told.
    """
    for where, scope, call in _calls_behind(folder, mod, function, expr):
        name = folder.calls.flags.option(where, scope, call)
        text = text_of(folder.environment.if_unset(folder.fold(where, scope, call))) or ""
        if name and text.rpartition(":")[2] == port:
            return f"{name}={':' if ':' in text else ''}$PORT"
    return ""


def _calls_behind(folder: Folder, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> Iterator[tuple[Mod, int, facts.Call]]:
    """The calls that the value of an expression comes from, through names, fields and parameters."""
    if depth > _DEEPEST:
        return
    for inner in walk(expr):
        if isinstance(inner, facts.Call):
            yield mod, function, inner
        elif isinstance(inner, facts.Name):
            where, scope, found = origin(folder.linker, mod, function, inner)
            if found is not inner:
                yield from _calls_behind(folder, where, scope, found, depth + 1)
                continue
            params = mod.facts.functions[function].params if function != facts.NONE else ()
            at = next((i for i, param in enumerate(params) if param.name == inner.id), None)
            for given in folder.givers.of_parameter(mod, function, at) if at is not None else ():
                yield from _calls_behind(folder, given.mod, given.function, given.expr, depth + 1)
        elif isinstance(inner, facts.Attr):
            owner = folder.linker.resolve(mod, function, inner.base)
            if owner is not None and owner.kind in ("class", "instance") and owner.mod is not None:
                for given in folder.givers.of_field(owner.mod, owner.number, inner.name) or ():
                    yield from _calls_behind(folder, given.mod, given.function, given.expr, depth + 1)
