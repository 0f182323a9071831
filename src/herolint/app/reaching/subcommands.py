"""Programs with subcommands that are described by objects: what only other subcommands run than the one that a process asks for."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.code import facts
from herolint.code.queries import argument, dotted, last_name
from herolint.knowledge.subcommands import SubcommandTable

_DEEPEST = 4
"""Functions that may hand on a command before it is given up as unknown."""

_Placed = tuple[str, int]
"""Where an object is made: its file and byte offset."""


class Idle(msgspec.Struct, frozen=True):
    """A program that a process starts without a subcommand, and that has nothing else to run: where it is made, and its subcommands."""

    mod: Mod
    made: facts.Call
    subcommands: tuple[str, ...]


class _Described(msgspec.Struct, frozen=True):
    """The objects of a program's code that describe its subcommands (with their names), and programs that hold some."""

    commands: list[tuple[Mod, facts.Call, str]]
    programs: list[tuple[Mod, facts.Call]]


class Subcommands:
    """`table` says how objects describe subcommands; `words` are those that the process gives its programs."""

    def __init__(self, table: SubcommandTable, words: frozenset[str]) -> None:
        self.table = table
        self.words = words

    def others(self, linker: Linker, mods: Iterable[Mod]) -> dict[str, list[tuple[int, int]]]:
        """Where functions stand that only other subcommands run, by file; nothing where the process names none that is known."""
        mods = list(mods) if self.table.names else []
        found = self._described(linker, mods)
        spans: dict[str, list[tuple[int, int]]] = {}
        known = any(name in self.words for _, _, name in found.commands)
        roots = self._roots(linker, mods, found) if found.commands and not self._plain_words else frozenset()
        for mod, call, name in found.commands:
            runs = [arg.value for arg in call.args if isinstance(arg, facts.Keyword) and arg.name in self.table.runs]
            other = known and name not in self.words
            unnamed = not known and bool(roots or (found.programs and not self._plain_words)) and (mod.path, call.start) not in roots
            if other or unnamed or (not self.words and self._wants_arguments(call)):
                spans.setdefault(mod.path, []).extend((one.start, one.end) for one in runs)
        return spans

    def idle(self, linker: Linker, mods: Iterable[Mod]) -> Idle | None:
        """The program that prints its help and ends, since the process names no subcommand of it; None where it may run something."""
        mods = list(mods)
        found = self._described(linker, mods)
        if self._plain_words or any(name in self.words for _, _, name in found.commands) or self._asks_itself(mods):
            return None
        roots = self._roots(linker, mods, found)
        held = [(mod, call) for mod, call, _ in found.commands if (mod.path, call.start) in roots] or found.programs
        names = tuple(name for mod, call, name in found.commands if (mod.path, call.start) not in roots)
        if len(held) != 1 or not names or self._runs(linker, mods, *held[0]):
            return None
        return Idle(*held[0], names)

    @property
    def _plain_words(self) -> frozenset[str]:
        """The words that may be a subcommand: no options, and nothing that the shell fills in."""
        return frozenset(word for word in self.words if not word.startswith("-") and "$" not in word)

    def _described(self, linker: Linker, mods: Iterable[Mod]) -> _Described:
        found = _Described([], [])
        for mod in mods:
            for fact in mod.facts.calls:
                name = linker.qualified(mod, fact.function, fact.call.func) or ""
                if name in self.table.programs:
                    found.programs.append((mod, fact.call))
                field = self.table.names.get(name)
                given = argument(fact.call, None, field) if field is not None else None
                if isinstance(given, facts.Const) and isinstance(given.value, str) and given.value.split():
                    found.commands.append((mod, fact.call, given.value.split()[0]))
        return found

    def _asks_itself(self, mods: Iterable[Mod]) -> bool:
        """Whether the code names a subcommand in place of the command line."""
        for mod in mods:
            if any(dotted(assign.target) == "os.Args" for assign in mod.facts.assigns):
                return True
            for fact in mod.facts.calls:
                given = {arg.name for arg in fact.call.args if isinstance(arg, facts.Keyword)}
                if last_name(fact.call.func) in self.table.asked or given & self.table.asked:
                    return True
        return False

    def _runs(self, linker: Linker, mods: Iterable[Mod], mod: Mod, made: facts.Call) -> bool:
        """Whether what holds the subcommands runs something itself: a field that it is made with, or given afterwards."""
        for arg in made.args:
            if isinstance(arg, facts.Keyword) and arg.name in self.table.runs and not _is_nothing(arg.value):
                return True
        for where in mods:
            for assign in where.facts.assigns:
                target = assign.target
                if isinstance(target, facts.Attr) and target.name in self.table.runs:
                    at = _made(linker, where, assign.function, target.base)
                    if at == (mod.path, made.start) or not _is_known(at, where, target.base):
                        return True
        return False

    def _roots(self, linker: Linker, mods: Iterable[Mod], found: _Described) -> frozenset[_Placed]:
        """The commands that the program itself executes (`root.Execute()`), by file and place; they run where no subcommand is named."""
        places = {(mod.path, call.start) for mod, call, _ in found.commands}
        roots = set()
        for mod in mods:
            for fact in mod.facts.calls:
                func = fact.call.func
                if isinstance(func, facts.Attr) and func.name in self.table.executes:
                    where = _made(linker, mod, fact.function, func.base)
                    if where in places:
                        roots.add(where)
        return frozenset(roots)

    def _wants_arguments(self, call: facts.Call) -> bool:
        """Whether a command refuses to run without arguments: `Args: cobra.MinimumNArgs(1)`."""
        given = argument(call, None, self.table.checks)
        if not isinstance(given, facts.Call) or not isinstance(given.func, facts.Attr) or not given.args:
            return False
        least = given.args[0]
        return given.func.name in self.table.demands and isinstance(least, facts.Const) and isinstance(least.value, int) and least.value > 0


def _is_nothing(value: facts.AnyExpr) -> bool:
    return isinstance(value, facts.Const) and value.value is None


def _is_known(at: _Placed, mod: Mod, expr: facts.AnyExpr) -> bool:
    """Whether the object that an expression means was found, rather than the expression itself."""
    return at != (mod.path, expr.start)


def _made(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> _Placed:
    """Where the object is made that an expression leads to, also through what a function of the project gives back."""
    mod, function, made = origin(linker, mod, function, expr)
    if isinstance(made, facts.Call) and depth < _DEEPEST:
        target = linker.resolve(mod, function, made.func)
        if target is not None and target.kind == "function" and target.mod is not None:
            for returned in target.mod.facts.returns:
                if returned.function == target.number and returned.value is not None and returned.op == "return":
                    return _made(linker, target.mod, target.number, returned.value, depth + 1)
    return mod.path, made.start
