"""Objects that a program keeps in a table and takes out by a name that only a request knows: `SOURCES = {"a": A(), "b": B()}`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.target import Target
from herolint.code import facts

_TAKES = frozenset({"get", "pop"})
MAX_OBJECTS = 12
"""A table with more objects is no choice between a few ways to do one thing."""
_MAX_STEPS = 4
"""Through how many names and functions an object is followed to its table."""


def taken_from_table(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr, steps: int = _MAX_STEPS) -> Iterator[Target]:
    """The objects of the table that an expression takes one of, directly or through names and functions that give it back."""
    mod, function, expr = origin(linker, mod, function, expr)
    if isinstance(expr, facts.Unary):
        expr = expr.value
    if isinstance(expr, facts.Call) and _table_taken_from(expr.func) is not None:
        expr = expr.func  # a class is taken out, and an object made of it
    table = _table_taken_from(expr)
    if table is not None:
        yield from _objects(linker, mod, function, table)
    if steps == 0:
        return
    if isinstance(expr, facts.Call):
        made = linker.resolve(mod, function, expr.func)
        if made is not None and made.kind == "function" and made.mod is not None:
            for one in made.mod.facts.returns:
                if one.function == made.number and one.value is not None:
                    yield from taken_from_table(linker, made.mod, made.number, one.value, steps - 1)
    elif isinstance(expr, facts.Attr):
        base = linker.resolve(mod, function, expr.base)
        if base is not None and base.kind == "external" and base.name in linker.settings.keeps:
            for where, assign in linker.code.put_on(base.name.rpartition(".")[2], expr.name):
                if assign.value is not None:
                    yield from taken_from_table(linker, where, assign.function, assign.value, steps - 1)


def _table_taken_from(expr: facts.AnyExpr) -> facts.AnyExpr | None:
    match expr:
        case facts.Index(base=base):
            return base
        case facts.Call(func=facts.Attr(base=base, name=name), args=(_, *_)) if name in _TAKES:
            return base
    return None


def _objects(linker: Linker, mod: Mod, function: int, table: facts.AnyExpr) -> Iterator[Target]:
    """The project's objects in a table; of classes, which the code makes objects of, such objects."""
    mod, function, table = origin(linker, mod, function, table)
    if not isinstance(table, facts.Mapping) or len(table.items) > MAX_OBJECTS:
        return
    for _, value in table.items:
        target = linker.resolve(mod, function, value)
        if target is not None and target.kind in ("class", "instance"):
            yield msgspec.structs.replace(target, kind="instance")
