"""Settings by name, wherever frameworks without a settings module keep them: config tables, their updates, config classes and modules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.frameworks.config_classes import Taken
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Value
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.program import Program


class Found(msgspec.Struct, frozen=True):
    """One place that gives a setting its value. `runs`: whether it surely runs (None: unknown); `processes`: who reaches it.

    `assumed` names the config class that it stands in, where another one may be chosen.
    """

    name: str
    value: Value
    place: Place
    mod: Mod
    guard: int
    runs: bool | None
    processes: tuple[str, ...]
    assumed: str = ""


def settings_named(python: Program, names: Collection[str]) -> Iterator[Found]:
    """`app.config["X"] = …`, `X = …`, `config.update(X=…)`, `{"X": …}` in a call, and the attributes of config classes that production takes."""
    for mod in python.modules:
        if not any(name in mod.source.text for name in names):
            continue
        who = python.reached_by(mod.path)
        for assign in mod.facts.assigns:
            name = _setting_name(assign.target)
            if name not in names or assign.value is None:
                continue
            taken = python.config_classes.taken(mod, assign.klass, name) if assign.klass != NONE else Taken()
            runs = _runs(python, mod, assign.guard)
            if taken is not None and runs is not False:
                value = python.fold(mod, assign.function, assign.value)
                runs = None if taken.among else runs
                yield Found(name, value, mod.place(assign.value), mod, assign.guard, runs, who, taken.assumed)
        for fact in mod.facts.calls:
            runs = _runs(python, mod, fact.guard)
            if runs is False:
                continue
            for name, expr in _given(python, mod, fact, names):
                yield Found(name, python.fold(mod, fact.function, expr), mod.place(expr), mod, fact.guard, runs, who)


def _given(python: Program, mod: Mod, fact: facts.CallFact, names: Collection[str]) -> Iterator[tuple[str, facts.AnyExpr]]:
    """Settings that a call is given: as keywords of `update` and `from_mapping`, or in a table."""
    func = fact.call.func
    updates = isinstance(func, facts.Attr) and func.name in ("update", "from_mapping")
    for arg in fact.call.args:
        if updates and isinstance(arg, facts.Keyword) and arg.name in names:
            yield arg.name, arg.value
        table = arg.value if isinstance(arg, facts.Keyword) else arg
        for key, value in table.items if isinstance(table, facts.Mapping) else ():
            if isinstance(key, facts.Const) and key.value in names:
                yield str(key.value), value


def _runs(python: Program, mod: Mod, guard: int) -> bool | None:
    states = [r.runs(mod, guard) for r in python.reach.values() if mod.path in r.modules]
    return True if True in states else None if None in states else False


def _setting_name(target: facts.AnyExpr) -> str:
    match target:
        case facts.Index(key=facts.Const(value=str() as name)):
            return name
        case facts.Name(id=name) | facts.Attr(name=name):
            return name
    return ""
