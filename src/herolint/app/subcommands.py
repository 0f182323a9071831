"""Programs with subcommands that are described by objects: what only other subcommands run than the one that a process asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herolint.app.codebase import Mod
from herolint.app.link import Linker
from herolint.code import facts
from herolint.code.queries import argument

_RUNS = frozenset({"Run", "RunE", "Action", "PreRun", "PreRunE", "PostRun", "PostRunE", "Before", "After"})
"""Fields of subcommands that hold what they run."""


class Subcommands:
    """`fields` names the field that holds a subcommand's name, by type; `words` are those that the process gives its programs."""

    def __init__(self, fields: Mapping[str, str], words: frozenset[str]) -> None:
        self.fields = fields
        self.words = words

    def others(self, linker: Linker, mods: Iterable[Mod]) -> dict[str, list[tuple[int, int]]]:
        """Where functions stand that only other subcommands run, by file; nothing where the process names none that is known."""
        found: list[tuple[Mod, facts.Call, str]] = []
        for mod in mods if self.fields else ():
            for fact in mod.facts.calls:
                field = self.fields.get(linker.qualified(mod, fact.function, fact.call.func) or "")
                given = argument(fact.call, None, field) if field is not None else None
                if isinstance(given, facts.Const) and isinstance(given.value, str) and given.value.split():
                    found.append((mod, fact.call, given.value.split()[0]))
        spans: dict[str, list[tuple[int, int]]] = {}
        if any(name in self.words for _, _, name in found):
            for mod, call, name in found:
                runs = [arg.value for arg in call.args if isinstance(arg, facts.Keyword) and arg.name in _RUNS and name not in self.words]
                spans.setdefault(mod.path, []).extend((one.start, one.end) for one in runs)
        return spans
