"""Calls to what lies outside the project, by the qualified name of what they call; found once and asked for by many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge

import msgspec

from herolint.app.linking.handed import handed_callee
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.code.facts import Attr, CallFact


class NamedCall(msgspec.Struct, frozen=True):
    """A call with the qualified name of what it calls; where that is a parameter, of what the callers give for it."""

    order: int
    mod: Mod
    fact: CallFact
    name: str


def _method(linker: Linker, fact: CallFact) -> str | None:
    """`.method`, where the tables know it by that alone: whatever it is called on."""
    name = f".{fact.call.func.name}" if isinstance(fact.call.func, Attr) else ""
    return name if name and linker.rows(name) else None


class NamedCalls:
    """The calls of some modules that name something outside of the project, in files order."""

    def __init__(self, linker: Linker, mods: Iterable[Mod]) -> None:
        self._by_name: dict[str, list[NamedCall]] = {}
        self.all: list[NamedCall] = []
        for mod in mods:
            for fact in mod.facts.calls:
                name = linker.qualified(mod, fact.function, fact.call.func) or handed_callee(linker, mod, fact) or _method(linker, fact)
                if name is not None:
                    call = NamedCall(len(self.all), mod, fact, name)
                    self.all.append(call)
                    self._by_name.setdefault(name, []).append(call)

    def of(self, names: Iterable[str]) -> Iterator[NamedCall]:
        """The calls of one of the names, in files order."""
        found = [self._by_name[name] for name in dict.fromkeys(names) if name in self._by_name]
        return merge(*found, key=lambda call: call.order)
