"""Which of a project's config classes production takes: those that `from_object` is given, or the likeliest where that is chosen elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known, Ref
from herolint.code import facts
from herolint.code.facts import NONE

if TYPE_CHECKING:
    from herolint.app.program import Program

_ELSEWHERE = ("dev", "test", "local", "staging", "docker", "debug")
_LIKELY = (("heroku",), ("prod", "live", "release"))
"""Words in the names of classes for production, the surest first."""
_NEVER = 99
"""A rank behind that of every name for production."""


class Config(msgspec.Struct, frozen=True):
    """A config class: its module and its number there."""

    path: str
    number: int


class Taken(msgspec.Struct, frozen=True):
    """How production takes a class. `assumed`: the class's name where another may be chosen; `among`: whether others are as likely."""

    assumed: str = ""
    among: bool = False


class ConfigClasses:
    """The classes of one program. `named`: those that code names as the one to take; `open`: some code takes one that cannot be known."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.named: set[Config] = set()
        self.open = False
        self._ranked: dict[str, list[tuple[int, Config, str]]] = {}
        for mod in program.modules:
            for fact in mod.facts.calls:
                func = fact.call.func
                if isinstance(func, facts.Attr) and func.name == "from_object" and fact.call.args:
                    if any(r.runs(mod, fact.guard) is not False for r in program.reach.values() if mod.path in r.modules):
                        self._add(mod, fact.function, fact.call.args[0])

    def taken(self, mod: Mod, klass: int, name: str) -> Taken | None:
        """How production takes a setting from a class that gives it; None where it does not."""
        if not _for_production(mod.facts.classes[klass].name):
            return None
        if not self.named and not self.open:
            return Taken()
        if not self.open:
            return Taken() if Config(mod.path, klass) in {self._giver(one, name) for one in self.named} else None
        likely = self._likely(name)
        if not likely or likely[0][1] != Config(mod.path, klass):
            return None
        rank, _, taken = likely[0]
        return Taken(taken, len(likely) > 1 or rank == len(_LIKELY)) if self._is_disputed(name) else Taken()

    def _is_disputed(self, name: str) -> bool:
        """Whether more than one class gives the setting a value of its own."""
        return sum(name in own for mod in self.program.modules for own in mod.class_body.values()) > 1

    def _likely(self, name: str) -> list[tuple[int, Config, str]]:
        """Classes that give a setting its value in production, the likeliest first, each with its rank and the class that has it from there."""
        if name not in self._ranked:
            best: dict[Config, tuple[int, str]] = {}
            for mod in self.program.modules:
                for number, one in enumerate(mod.facts.classes):
                    giver = self._giver(Config(mod.path, number), name) if _for_production(one.name) else None
                    if giver is not None:
                        best[giver] = min(best.get(giver, (_NEVER, "")), (_rank(one.name), one.name))
            self._ranked[name] = sorted(((rank, giver, one) for giver, (rank, one) in best.items()), key=lambda found: found[0])
        return self._ranked[name]

    def _giver(self, config: Config, name: str, seen: frozenset[Config] = frozenset()) -> Config | None:
        """The class from which one has a setting: itself, or the first of its bases that gives it."""
        mod = self.program.code.mod(config.path)
        if mod is None or config in seen:
            return None
        if name in mod.class_body.get(config.number, {}):
            return config
        bases = (Config(b.mod.path, b.number) for b in self.program.linker.bases(mod, config.number) if b.kind == "class" and b.mod)
        return next((found for base in bases if (found := self._giver(base, name, seen | {config})) is not None), None)

    def _add(self, mod: Mod, function: int, given: facts.AnyExpr) -> None:
        """Note what one `from_object` takes: a class, its object, or its dotted name; modules are no classes."""
        linker = self.program.linker
        made = given.func if isinstance(given, facts.Call) else given
        target = linker.resolve(mod, function, made)
        if target is not None and target.kind == "class" and target.mod is not None:
            self.named.add(Config(target.mod.path, target.number))
            return
        if target is not None and target.kind == "module" or isinstance(given, facts.Name) and given.id == "__name__":
            return
        value = self.program.fold(mod, function, given)
        if isinstance(value, Ref) and ":" in value.name:
            path, _, name = value.name.partition(":")
        elif isinstance(value, Known) and isinstance(value.value, str):
            if self.program.code.find(value.value) is not None:
                return
            module, _, name = value.value.replace(":", ".").rpartition(".")
            path = self.program.code.find(module) or ""
        else:
            self.open = True
            return
        found = self._class_named(path, name)
        self.open |= found is None
        self.named |= {found} if found is not None else set()

    def _class_named(self, path: str, name: str) -> Config | None:
        mod = self.program.code.mod(path)
        classes = mod.facts.classes if mod is not None else ()
        return next((Config(path, i) for i, one in enumerate(classes) if one.qualname == name and one.parent_function == NONE), None)


def _for_production(name: str) -> bool:
    """Whether a config class is one that production may take: not named for development or tests."""
    return not any(word in name.lower() for word in _ELSEWHERE)


def _rank(name: str) -> int:
    """How likely production takes a class of that name; 0 is the likeliest."""
    return next((at for at, words in enumerate(_LIKELY) if any(word in name.lower() for word in words)), len(_LIKELY))
