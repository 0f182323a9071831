"""Stores of the project's own: classes whose objects read a file and write it anew as their data change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted, last_name, walk

if TYPE_CHECKING:
    from herolint.app.keeping.opened import Write
    from herolint.app.program import Program

_SERIALIZES = frozenset({"stringify", "dumps", "serialize"})
"""Last words of calls that make text of data."""


def is_own_store(code: Program, write: Write) -> bool:
    """Whether a method writes data as a whole to the path in a field, and the same class reads that file again, and never removes it."""
    mod, fact, field = write.effect.mod, write.effect.fact, dotted(write.expr)
    klass = _class_of(mod, fact.function)
    if klass == NONE or field is None or not isinstance(write.expr, facts.Attr) or not isinstance(write.expr.base, facts.Name):
        return False
    if not any(isinstance(one, facts.Call) and last_name(one.func) in _SERIALIZES for arg in fact.call.args for one in walk(arg)):
        return False
    files = code.knows(mod).files
    names = {last_name(other.func) for other in _with(mod, klass, field)}
    return not names.isdisjoint(files.reads) and names.isdisjoint(files.removes)


def _class_of(mod: Mod, function: int) -> int:
    """The class whose method a function is, or stands in."""
    while function != NONE and mod.facts.functions[function].klass == NONE:
        function = mod.facts.functions[function].parent
    return mod.facts.functions[function].klass if function != NONE else NONE


def _with(mod: Mod, klass: int, field: str) -> Iterator[facts.Call]:
    """The calls in methods of a class that are given the field first."""
    for fact in mod.facts.calls:
        if fact.call.args and dotted(fact.call.args[0]) == field and _class_of(mod, fact.function) == klass:
            yield fact.call
