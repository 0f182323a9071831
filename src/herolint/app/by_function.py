"""What a module does, by the function that does it."""

from __future__ import annotations

from herolint.app.module import Mod
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import walk


def calls_of(mod: Mod) -> dict[int, list[CallFact]]:
    """The module's call facts by the function that makes them."""
    table = mod.__dict__.get("_calls_of")
    if table is None:
        table = {}
        for fact in mod.facts.calls:
            table.setdefault(fact.function, []).append(fact)
        mod.__dict__["_calls_of"] = table
    return table


def read_fields(mod: Mod) -> dict[int, list[facts.Attr]]:
    """The fields that are read in a module, by the function that does."""
    table: dict[int, list[facts.Attr]] | None = mod.__dict__.get("_read_fields")
    if table is None:
        table = {}
        spots = [(fact.function, arg) for fact in mod.facts.calls for arg in fact.call.args]
        spots += [(fact.function, fact.call.func.base) for fact in mod.facts.calls if isinstance(fact.call.func, facts.Attr)]
        spots += [(one.function, one.value) for one in mod.facts.assigns if one.value is not None]
        spots += [(one.function, one.value) for one in mod.facts.returns if one.value is not None]
        seen: set[int] = set()
        for function, expr in spots:
            for inner in walk(expr):
                if isinstance(inner, facts.Attr) and inner.end not in seen:
                    seen.add(inner.end)
                    table.setdefault(function, []).append(inner)
        mod.__dict__["_read_fields"] = table
    return table
