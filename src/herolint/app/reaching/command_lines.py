"""Functions that are commands of a command line program, which run only where a process starts that program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.queries import dotted, last_name

_ANY = "*"
"""Stands in the table for an object that cannot be followed: an app that is a parameter."""


class Commands:
    """What decorators and calls make commands, and of which program: by the rows of the tables (see `Knowledge.commands`)."""

    def __init__(self, linker: Linker, rows: Mapping[str, str]) -> None:
        self.linker = linker
        self.rows = {name: program for name, program in rows.items() if not name.startswith(_ANY)}
        self.endings = {name.removeprefix(_ANY): program for name, program in rows.items() if name.startswith(_ANY)}
        self.objects = frozenset(rows.values())
        self.words = frozenset(name.rpartition(".")[2] for name in rows)

    def programs(self, mod: Mod, fn: facts.Function) -> Iterator[str]:
        """The programs that decorators make a function a command of; empty text for one that nothing has yet."""
        for decorator in fn.decorators:
            program = self.program(mod, fn.parent, decorator.func if isinstance(decorator, facts.Call) else decorator)
            if program is not None:
                yield program

    def program(self, mod: Mod, function: int, expr: facts.AnyExpr) -> str | None:
        """The program that what is called gives a command to; None where it is no such call."""
        last = last_name(expr)
        if last not in self.words and isinstance(expr, facts.Attr):
            return None
        found = self.rows.get(self.linker.qualified(mod, function, expr) or "")
        if found is not None:
            return found
        if not isinstance(expr, facts.Attr):
            return None
        spelled = dotted(expr) or ""
        found = next((program for ending, program in self.endings.items() if spelled.endswith(ending)), None)
        return found if found is not None else self._of_group(mod, function, expr)

    def _of_group(self, mod: Mod, function: int, expr: facts.Attr) -> str | None:
        """The program of a group that is a function itself: `@app.cli.group() def users()`, then `@users.command()`."""
        group = self.linker.resolve(mod, function, expr.base)
        if group is None or group.kind != "function" or group.mod is None:
            return None
        fn = group.mod.facts.functions[group.number]
        return next((program for program in self.programs(group.mod, fn) if program), None) if fn.decorators else None
