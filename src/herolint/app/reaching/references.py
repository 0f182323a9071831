"""What code refers to, and so may run: functions by name or value, methods of the objects that it makes, and words that it says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.own_classes import is_plain, reflects
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import HAND_OFFS, FunctionRef, Reach
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted, last_name, root_of, spoken

_WRAPPERS = frozenset({
    "property", "staticmethod", "classmethod", "cached_property", "lru_cache", "cache", "wraps", "contextmanager", "setter", "abstractmethod",
    "overload",
})  # fmt: skip
"""Decorators that only change how a function is called: they hand it to nobody."""
_START, _END = attrgetter("start"), attrgetter("end")
_RUN = frozenset({"function", "class", "instance"})
"""Kinds of what a name means that something can run of."""


class IfNamed(msgspec.Struct, frozen=True, gc=False):
    """A method of an object that stays in the project's hands: it runs if reached code says its name."""

    name: str
    method: FunctionRef


class _Scope(msgspec.Struct, frozen=True):
    """One function, or a module's body, while its references are collected."""

    mod: Mod
    number: int
    unused: list[tuple[int, int]]
    """Where functions stand that only other subcommands run."""
    found: list[FunctionRef | IfNamed | str]
    """What it refers to."""
    kept: set[int] = msgspec.field(default_factory=set)
    """Identities of expressions whose value nobody is given."""
    seen: set[tuple[str, bool]] = msgspec.field(default_factory=set)
    """Names that have been followed, and whether what they mean is kept here."""
    outside: set[str] = msgspec.field(default_factory=set)
    """Names that are known so far to come from outside the project."""
    nowhere: dict[str, bool] = msgspec.field(default_factory=dict)
    """Whether names lead nowhere, those that were asked about."""


class References:
    """What the functions that one process reaches refer to. Each function and class is told once, by the first that refers to it."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.code = reach.code
        self.linker = reach.linker
        self.commands = reach.commands
        self._expressions: dict[str, dict[int, list[facts.AnyExpr]]] = {}
        self._foreign: dict[tuple[str, str], bool] = {}
        """Whether names of modules mean nothing of the project, by file and name."""
        self._said: set[str] = set()
        """Words that have been told."""
        self._followed: set[tuple[tuple[str, bool, int], bool]] = set()
        """Functions and classes that something was seen to refer to, and whether it kept them to itself."""

    def of(self, ref: FunctionRef) -> list[FunctionRef | IfNamed | str]:
        """What a function, or a module's body, runs: functions, methods of objects that it makes once they are called, and words that it says."""
        mod = self.code.mod(ref.path)
        if mod is None:
            return []
        # A nested function is reached with its parent when it is decorated or returned; names below find the rest.
        inside = (i for i in mod.decorated_inside.get(ref.number, ()) if not self._is_idle(mod, mod.facts.functions[i]))
        scope = _Scope(mod, ref.number, self._other_subcommands.get(mod.path, []), [FunctionRef(mod.path, i) for i in inside])
        for expr in self._scope_expressions(mod).get(ref.number, ()):
            if not isinstance(expr, facts.Call):
                if id(expr) in mod.base_classes:
                    scope.kept.add(id(expr))
            elif self._adds_idle(mod, ref.number, expr):
                continue
            else:
                scope.kept.add(id(expr.func))
            self._add_spoken(scope, expr)
        return scope.found

    def _add_spoken(self, scope: _Scope, expr: facts.AnyExpr) -> None:
        """Add what an expression refers to."""
        unused = scope.unused
        for inner in spoken(expr):
            if unused and any(start <= inner.start and inner.end <= end for start, end in unused):
                continue
            if type(inner) is facts.Name:
                if not self._leads_nowhere(scope, inner.id):
                    self._add_meant(scope, inner, inner.id)
            elif type(inner) is facts.Attr:
                self._add_attribute(scope, inner)
            elif type(inner) is facts.Const:
                if inner.value not in self._said and inner.value.isidentifier():
                    self._say(scope, inner.value)
            elif isinstance(inner, facts.Closure):
                scope.found.append(FunctionRef(scope.mod.path, inner.number))

    def _add_attribute(self, scope: _Scope, attribute: facts.Attr) -> None:
        """Add what an attribute means; on a chain of names (`shop.orders.load`) also what all of those before it mean, the last one first."""
        root = root_of(attribute)
        foreign = root is not None and (self._leads_nowhere(scope, root.id) or self._is_outside(scope, root))
        at: facts.AnyExpr = attribute
        while isinstance(at, facts.Attr):
            if at.name not in self._said:
                self._say(scope, at.name)
            base = at.base
            if at.name in HAND_OFFS and self._queues(scope, base):
                return
            if not foreign:
                scope.kept.add(id(base.func if isinstance(base, facts.Call) else base))
                only_named = isinstance(base, facts.Name) and self._only_named(scope.mod, scope.number, at.name, base)
                self._add_meant(scope, at, dotted(at) if root is not None else None)
                if root is None or only_named:
                    return
            at = base
        if root is not None and not foreign:
            self._add_meant(scope, root, root.id)

    def _queues(self, scope: _Scope, named: facts.AnyExpr) -> bool:
        """Whether something is a job that no program of this process runs: `resize.delay(…)` only leaves word for another one."""
        target = self.linker.resolve(scope.mod, scope.number, named) if isinstance(named, facts.Name | facts.Attr) else None
        if target is None or target.kind != "function" or target.mod is None:
            return False
        return self._is_idle(target.mod, target.mod.facts.functions[target.number])

    def _say(self, scope: _Scope, word: str) -> None:
        self._said.add(word)
        scope.found.append(word)

    def _add_meant(self, scope: _Scope, named: facts.Name | facts.Attr, key: str | None) -> None:
        """Add what a name leads to in the project, where nothing has yet. `key`: the whole name, which is followed once in a function."""
        quiet = id(named) in scope.kept and not self._by_name
        if key is not None:
            if (key, False) in scope.seen or (key, quiet) in scope.seen:
                return
            scope.seen.add((key, quiet))
        target = self.linker.resolve(scope.mod, scope.number, named)
        if target is None or target.mod is None or target.kind not in _RUN:
            return
        whole = target.mod.path, target.kind == "function", target.number
        if (whole, False) not in self._followed and (whole, quiet) not in self._followed:
            self._followed.add((whole, quiet))
            scope.found.extend(self._if_named(target) if quiet else self.members(target))

    def _scope_expressions(self, mod: Mod) -> dict[int, list[facts.AnyExpr]]:
        """The expressions of each function, and of the module's body, that may run."""
        table = self._expressions.get(mod.path)
        if table is None:
            table, runs = {}, self.reach.runs
            for call in mod.facts.calls:  # outer ones first
                found = table.setdefault(call.function, [])
                if not (found and call.call.end <= found[-1].end) and (call.guard == NONE or runs(mod, call.guard) is not False):
                    found.append(call.call)
            for assign in mod.facts.assigns:
                if assign.value is not None and (assign.guard == NONE or runs(mod, assign.guard) is not False):
                    table.setdefault(assign.function, []).append(assign.value)
            for returned in mod.facts.returns:
                if returned.value is not None:
                    table.setdefault(returned.function, []).append(returned.value)
            for cls in mod.facts.classes:
                for base in cls.bases:
                    table.setdefault(cls.parent_function, []).append(base)
            for fn in mod.facts.functions:
                for decorator in fn.decorators:
                    table.setdefault(fn.parent, []).append(decorator)
                for param in fn.params:
                    for inner in (param.default, param.annotation):
                        if inner is not None:
                            table.setdefault(fn.parent, []).append(inner)
            table = self._expressions[mod.path] = {function: _outermost(found) for function, found in table.items()}
        return table

    def registered(self, mod: Mod, fn: facts.Function) -> bool:
        """Whether a decorator hands the function to someone else who will call it."""
        if self._is_idle(mod, fn):
            return False
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            name = last_name(inner)
            if name not in _WRAPPERS:
                return True
        return False

    def _is_idle(self, mod: Mod, fn: facts.Function) -> bool:
        """Whether a decorator makes the function a command, and no program that this process runs has it."""
        programs = tuple(self.commands.programs(mod, fn)) if fn.decorators else ()
        return bool(programs) and self._called_programs.isdisjoint(programs)

    def _adds_idle(self, mod: Mod, function: int, call: facts.Call) -> bool:
        """Whether a call only gives commands to a program that this process does not run."""
        program = self.commands.program(mod, function, call.func)
        return program is not None and program not in self._called_programs

    @cached_property
    def _called_programs(self) -> frozenset[str]:
        """Command line programs that this process runs: by its command, or by `app()` of `app = typer.Typer()`."""
        objects = self.commands.objects
        called = {
            name
            for mod in (self.reach.mods() if objects else ())
            for fact in mod.facts.calls
            if self.reach.runs(mod, fact.guard) is not False
            and (name := self.linker.qualified(mod, fact.function, fact.call.func)) in objects
        }
        return self.reach.programs.union(called)

    @cached_property
    def _other_subcommands(self) -> dict[str, list[tuple[int, int]]]:
        """Where functions stand that only other subcommands run than the one that the process asks for, by file."""
        subcommands = self.reach.subcommands
        return subcommands.others(self.linker, self.reach.mods()) if subcommands is not None else {}

    def _leads_nowhere(self, scope: _Scope, name: str) -> bool:
        """Whether a name means nothing of the project, wherever it stands in a function: what need not be followed."""
        known = scope.nowhere.get(name)
        if known is None:
            known = scope.nowhere[name] = self._is_foreign_in(scope.mod, scope.number, name)
        return known

    def _is_foreign_in(self, mod: Mod, function: int, name: str) -> bool:
        """Whether a name is a parameter of which nothing is known, or one that the module does not have from the project."""
        while function != NONE:
            fn = mod.facts.functions[function]
            if fn.receiver == name:
                return False
            for param in fn.params:
                if param.name == name:
                    return param.annotation is None and param.default is None
            if name in mod.names.get(function, ()):
                return False
            function = fn.parent
        key = mod.path, name
        if key not in self._foreign:
            self._foreign[key] = self.linker.is_foreign(mod, name)
        return self._foreign[key]

    def _is_outside(self, scope: _Scope, root: facts.Name) -> bool:
        """Whether what a chain of names starts with comes from outside the project, as in `answer.headers.get`."""
        if root.id not in scope.outside:
            target = self.linker.resolve(scope.mod, scope.number, root)
            if target is None or target.kind != "external":
                return False
            scope.outside.add(root.id)
        return True

    def _only_named(self, mod: Mod, function: int, name: str, base: facts.Name) -> bool:
        """Whether a class, or in a method the object itself, is named only for one thing in it (`Model.load()`): that runs nothing else."""
        whose = self.linker.resolve(mod, function, base)
        if whose is None or whose.mod is None or whose.kind not in ("class", "instance"):
            return False
        if whose.kind == "instance":
            fn = mod.facts.functions[function] if function != NONE else None
            if fn is None or fn.klass == NONE or not fn.params or fn.params[0].name != base.id:
                return False
        return name in self.linker.methods(whose.mod, whose.number) or name in whose.mod.class_body.get(whose.number, {})

    @cached_property
    def _by_name(self) -> bool:
        """Whether reached code may call methods whose names it puts together."""
        return reflects(self.linker, self.reach.mods())

    def _if_named(self, target: Target) -> Iterator[FunctionRef | IfNamed]:
        """The methods of an object that is made or asked for something here, and given to nobody: they run when they are called by name."""
        plain = target.mod is not None and target.kind in ("class", "instance") and is_plain(self.linker, target.mod, target.number)
        for ref in self.members(target):
            mod = self.code.mod(ref.path)
            fn = mod.facts.functions[ref.number] if mod is not None else None
            if plain and fn is not None and not fn.decorators and not fn.name.startswith("__"):
                yield IfNamed(fn.name, ref)
            else:
                yield ref

    def members(self, target: Target, seen: frozenset[tuple[str, int]] = frozenset()) -> Iterator[FunctionRef]:
        """A function itself; of a class or an object all methods, also those of its bases."""
        if target.mod is None or (target.mod.path, target.number) in seen:
            return
        if target.kind == "function":
            yield FunctionRef(target.mod.path, target.number)
        elif target.kind in ("class", "instance"):
            for where, method in self.linker.methods(target.mod, target.number).values():
                yield FunctionRef(where.path, method)
            for base in self.linker.bases(target.mod, target.number):
                if base.kind == "class":
                    yield from self.members(base, seen | {(target.mod.path, target.number)})


def _outermost(exprs: list[facts.AnyExpr]) -> list[facts.AnyExpr]:
    """The expressions that lie in none of the others, in source order: to walk over them is to walk over all."""
    kept: list[facts.AnyExpr] = []
    exprs.sort(key=_END, reverse=True)
    exprs.sort(key=_START)
    for expr in exprs:
        if not kept or expr.end > kept[-1].end:
            kept.append(expr)
    return kept
