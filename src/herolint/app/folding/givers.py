"""What a parameter or a field is given elsewhere in the project, in languages whose types tell whose field or function it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, last_name

if TYPE_CHECKING:
    from herolint.app.linking.link import Linker

FILLERS = frozenset(
    "Unmarshal UnmarshalExact UnmarshalKey UnmarshalStrict Process MustProcess Parse Decode DecodeFile ReadConfig ReadEnv Unpack Load".split()
)
"""Last words of calls outside the project that fill the objects they are given: from files, variables, requests."""
MOST_GIVERS = 4
"""With more of them, nothing is said."""
MOST_CALLS = 8
"""Calls by one name that are looked at; of a name that stands in more of them, one is no help."""


class Given(msgspec.Struct, frozen=True):
    """An expression, and the function of the module that it stands in. `changes`: an object that was made before is given it."""

    mod: Mod
    function: int
    expr: facts.AnyExpr
    changes: bool = False


class Givers:
    """Looks through the modules that have been loaded so far."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._loaded = -1
        self._filled: set[tuple[str, int]] = set()
        self._calls: dict[str, list[tuple[Mod, facts.CallFact]]] = {}
        self._fields: dict[str, list[Given]] = {}
        """Arguments by name and values of assigned attributes, whatever they belong to; the expression is the owner."""
        self._values: dict[str, list[facts.AnyExpr]] = {}

    def of_parameter(self, mod: Mod, number: int, position: int) -> tuple[Given, ...]:
        """What the calls of a function give its parameter; empty where a call cannot be followed, or where there are many."""
        found: list[Given] = []
        for where, fact in self.calls_to(mod, number):
            expr = argument(fact.call, position, None)
            if expr is None or len(found) == MOST_GIVERS:
                return ()
            found.append(Given(where, fact.function, expr))
        return tuple(found)

    def told(self, mod: Mod, number: int, position: int) -> tuple[Given, ...]:
        """What the few calls of a function, or of a class that it makes the objects of, give its parameter, in languages without types.

        Empty where a call by that name may lead elsewhere or cannot be followed, or where there are many.
        """
        self._look()
        function = mod.facts.functions[number]
        makes = function.klass != NONE and function.name == self.linker.dialect(mod).constructor
        name = mod.facts.classes[function.klass].name if makes else function.name
        wanted = ("class", function.klass) if makes else ("function", number)
        calls = self._calls.get(name, ())
        found: list[Given] = []
        for where, fact in calls if name and len(calls) <= MOST_CALLS else ():
            target = self.linker.resolve(where, fact.function, fact.call.func)
            if target is None or target.kind in ("variable", "instance"):
                return ()
            if target.mod is not mod or (target.kind, target.number) != wanted:
                continue
            given, param = argument(fact.call, position, None), function.params[position]
            if isinstance(given, facts.Name) and given.id == param.name and where is mod and _lies_in(mod, fact.function, number):
                continue  # it hands on what it was given
            expr = given if given is not None else param.default
            if expr is None or len(found) == MOST_GIVERS or any(isinstance(arg, facts.Star) for arg in fact.call.args):
                return ()
            found.append(Given(where, fact.function, expr) if given is not None else Given(mod, function.parent, expr))
        return tuple(found)

    def calls_to(self, mod: Mod, number: int) -> Iterator[tuple[Mod, facts.CallFact]]:
        """The calls of a function by its name."""
        self._look()
        for where, fact in self._calls.get(mod.facts.functions[number].name, ()):
            target = self.linker.resolve(where, fact.function, fact.call.func)
            if target is not None and target.kind == "function" and target.mod is mod and target.number == number:
                yield where, fact

    def of_field(self, mod: Mod, number: int, name: str) -> tuple[Given, ...] | None:
        """What the fields of that name are given in the objects of a class: where they are made, and by assignments.

        None where an object that cannot be told is given such a field, or where there are many.
        """
        self._look()
        found: list[Given] = []
        for owner, value in zip(self._fields.get(name, ()), self._values.get(name, ()), strict=True):
            target = self.linker.resolve(owner.mod, owner.function, owner.expr)
            if owner.changes and (target is None or target.kind == "variable"):
                return None
            if target is not None and target.kind in ("class", "instance") and target.mod is mod and target.number == number:
                if len(found) == MOST_GIVERS:
                    return None
                found.append(Given(owner.mod, owner.function, value, owner.changes))
        return tuple(found)

    def is_filled(self, mod: Mod, number: int) -> bool:
        """Whether objects of a class are handed to something outside the project that fills their fields."""
        self._look()
        if not self._filled:
            self._filled = {("", NONE)}
            for name in FILLERS:
                for where, fact in self._calls.get(name, ()):
                    for given in fact.call.args if self.linker.qualified(where, fact.function, fact.call.func) is not None else ():
                        target = self.linker.resolve(where, fact.function, given)
                        if target is not None and target.kind == "instance" and target.mod is not None:
                            self._fill(target.mod, target.number)
        return (mod.path, number) in self._filled

    def _fill(self, mod: Mod, number: int) -> None:
        """A class, and those of its fields."""
        if (mod.path, number) in self._filled:
            return
        self._filled.add((mod.path, number))
        for fields in mod.class_body.get(number, {}).values():
            declared = fields[-1].annotation
            target = self.linker.resolve(mod, NONE, declared) if declared is not None else None
            if target is not None and target.kind == "class" and target.mod is not None:
                self._fill(target.mod, target.number)

    def changed(self, name: str) -> bool:
        """Whether some object is given a field of that name after it was made."""
        self._look()
        return any(owner.changes for owner in self._fields.get(name, ()))

    def _look(self) -> None:
        if self.linker.code.asked_for == self._loaded:
            return
        self._loaded = self.linker.code.asked_for
        self._calls, self._fields, self._values, self._filled = {}, {}, {}, set()
        for mod in tuple(self.linker.code.loaded()):
            for fact in mod.facts.calls:
                func = fact.call.func
                last = last_name(func)
                self._calls.setdefault(last, []).append((mod, fact))
                for arg in fact.call.args:
                    if isinstance(arg, facts.Keyword):
                        self._add(arg.name, Given(mod, fact.function, func), arg.value)
            for owner, target, value in _attributes(mod):
                self._add(target, owner, value)

    def _add(self, name: str, owner: Given, value: facts.AnyExpr) -> None:
        self._fields.setdefault(name, []).append(owner)
        self._values.setdefault(name, []).append(value)


def _lies_in(mod: Mod, inner: int, outer: int) -> bool:
    """Whether a function is another one, or stands inside it."""
    while inner not in (outer, NONE):
        inner = mod.facts.functions[inner].parent
    return inner == outer


def _attributes(mod: Mod) -> Iterator[tuple[Given, str, facts.AnyExpr]]:
    for assign in mod.facts.assigns:
        if isinstance(assign.target, facts.Attr) and assign.value is not None and assign.op == "=" and assign.klass == NONE:
            yield Given(mod, assign.function, assign.target.base, True), assign.target.name, assign.value
