"""Programs with subcommands that are described by objects: what only other subcommands run than the one that a process asks for."""

from __future__ import annotations

from collections.abc import Iterable

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.code import facts
from herolint.code.queries import argument
from herolint.knowledge.subcommands import SubcommandTable

_DEEPEST = 4
"""Functions that may hand on a command before it is given up as unknown."""


class Subcommands:
    """`table` says how objects describe subcommands; `words` are those that the process gives its programs."""

    def __init__(self, table: SubcommandTable, words: frozenset[str]) -> None:
        self.table = table
        self.words = words

    def others(self, linker: Linker, mods: Iterable[Mod]) -> dict[str, list[tuple[int, int]]]:
        """Where functions stand that only other subcommands run, by file; nothing where the process names none that is known."""
        found: list[tuple[Mod, facts.Call, str]] = []
        for mod in mods if self.table.names else ():
            for fact in mod.facts.calls:
                field = self.table.names.get(linker.qualified(mod, fact.function, fact.call.func) or "")
                given = argument(fact.call, None, field) if field is not None else None
                if isinstance(given, facts.Const) and isinstance(given.value, str) and given.value.split():
                    found.append((mod, fact.call, given.value.split()[0]))
        spans: dict[str, list[tuple[int, int]]] = {}
        known = any(name in self.words for _, _, name in found)
        roots = self._roots(linker, found) if found and not self.words else frozenset()
        for mod, call, name in found:
            runs = [arg.value for arg in call.args if isinstance(arg, facts.Keyword) and arg.name in self.table.runs]
            other = known and name not in self.words
            unnamed = bool(roots) and (mod.path, call.start) not in roots
            if other or unnamed or (not self.words and self._wants_arguments(call)):
                spans.setdefault(mod.path, []).extend((one.start, one.end) for one in runs)
        return spans

    def _roots(self, linker: Linker, found: list[tuple[Mod, facts.Call, str]]) -> frozenset[tuple[str, int]]:
        """The commands that the program itself executes (`root.Execute()`), by file and place; they run where no subcommand is named."""
        places = {(mod.path, call.start): call for mod, call, _ in found}
        roots = set()
        for mod in {mod.path: mod for mod, _, _ in found}.values():
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


def _made(linker: Linker, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> tuple[str, int]:
    """Where the object is made that an expression leads to, also through what a function of the project gives back."""
    mod, function, made = origin(linker, mod, function, expr)
    if isinstance(made, facts.Call) and depth < _DEEPEST:
        target = linker.resolve(mod, function, made.func)
        if target is not None and target.kind == "function" and target.mod is not None:
            for returned in target.mod.facts.returns:
                if returned.function == target.number and returned.value is not None and returned.op == "return":
                    return _made(linker, target.mod, target.number, returned.value, depth + 1)
    return mod.path, made.start
