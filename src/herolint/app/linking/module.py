"""A source file of the project: its facts, and tables of what names are bound to in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter

import msgspec

from herolint.code import facts
from herolint.code.facts import NONE, Assign, CallFact, Class, Function, Import
from herolint.code.queries import last_name, walk
from herolint.finding import Place
from herolint.source import SourceFile, Span

_start = itemgetter(0)
SCRAMBLED_NAMES = 20
"""From so many names like `_0x5581fe` on, a file counts as scrambled."""


def is_scrambled(source: SourceFile) -> bool:
    """Whether a tool has made names and texts of a file unreadable: what it calls and reads stands nowhere."""
    return source.text.count("_0x") >= SCRAMBLED_NAMES


class Binding(msgspec.Struct, frozen=True, gc=False):
    """What a name is bound to at one place: an import, function, class or assignment, under a guard."""

    what: Import | Function | Class | Assign
    number: int
    guard: int
    start: int


class Mod:
    """A source file of the project with its facts and name tables."""

    def __init__(self, source: SourceFile, module: facts.Module, name: str) -> None:
        self.source = source
        self.path = source.path
        self.facts = module
        self.name = name

    def __repr__(self) -> str:
        return f"Mod({self.path!r})"

    @property
    def package(self) -> str:
        """The dotted package that relative imports start from."""
        if self.path.endswith("__init__.py"):
            return self.name
        return self.name.rpartition(".")[0]

    @cached_property
    def is_scrambled(self) -> bool:
        """Whether what the file calls and reads stands nowhere in it."""
        return is_scrambled(self.source)

    @cached_property
    def names(self) -> dict[int, dict[str, list[Binding]]]:
        """Bindings by scope: function index (-1: the module) → name → bindings in source order. Class bodies are left out."""
        table: dict[int, dict[str, list[Binding]]] = {}

        def bind(scope: int, name: str, what: Import | Function | Class | Assign, index: int, guard: int, start: int) -> None:
            table.setdefault(scope, {}).setdefault(name, []).append(Binding(what, index, guard, start))

        declared = {(f, n) for f, n in self.facts.globals}
        for i, imp in enumerate(self.facts.imports):
            bind(imp.function, imp.alias, imp, i, imp.guard, imp.start)
        for i, fn in enumerate(self.facts.functions):
            if fn.klass == NONE:
                bind(fn.parent, fn.name, fn, i, fn.guard, fn.start)
        for i, cls in enumerate(self.facts.classes):
            if cls.parent_class == NONE:
                bind(cls.parent_function, cls.name, cls, i, cls.guard, cls.start)
        for i, assign in enumerate(self.facts.assigns):
            if assign.klass != NONE:
                continue
            for name in _target_names(assign.target):
                scope = NONE if (assign.function, name) in declared else assign.function
                bind(scope, name, assign, i, assign.guard, assign.start)
        for names in table.values():
            for found in names.values():
                if len(found) > 1:
                    found.sort(key=lambda b: b.start)
        return table

    @cached_property
    def imports_of(self) -> dict[int, list[Import]]:
        """Imports by the function that makes them (-1: the module)."""
        table: dict[int, list[Import]] = {}
        for imp in self.facts.imports:
            table.setdefault(imp.function, []).append(imp)
        return table

    @cached_property
    def imports_all(self) -> tuple[Import, ...]:
        """Imports of all names that another module has, while this one is loaded; the last one first."""
        return tuple(imp for imp in reversed(self.facts.imports) if imp.name == "*" and imp.function == NONE)

    @cached_property
    def base_classes(self) -> frozenset[int]:
        """The identities of the expressions that stand as bases of classes."""
        return frozenset(id(base) for cls in self.facts.classes for base in cls.bases)

    @cached_property
    def decorated_inside(self) -> dict[int, list[int]]:
        """Decorated functions that stand inside another one, by that one."""
        table: dict[int, list[int]] = {}
        for i, fn in enumerate(self.facts.functions):
            if fn.parent != NONE and fn.klass == NONE and fn.decorators:
                table.setdefault(fn.parent, []).append(i)
        return table

    @cached_property
    def class_body(self) -> dict[int, dict[str, list[Assign]]]:
        """Assignments in class bodies: class index → name → assignments."""
        table: dict[int, dict[str, list[Assign]]] = {}
        for assign in self.facts.assigns:
            if assign.klass != NONE:
                for name in _target_names(assign.target):
                    table.setdefault(assign.klass, {}).setdefault(name, []).append(assign)
        return table

    @cached_property
    def calls_of(self) -> dict[int, list[CallFact]]:
        """Calls by the function that makes them (-1: the module)."""
        table: dict[int, list[CallFact]] = {}
        for fact in self.facts.calls:
            table.setdefault(fact.function, []).append(fact)
        return table

    @cached_property
    def calls_by_word(self) -> dict[str, list[CallFact]]:
        """Calls by the last word of what they call."""
        table: dict[str, list[CallFact]] = {}
        for fact in self.facts.calls:
            table.setdefault(last_name(fact.call.func), []).append(fact)
        return table

    @cached_property
    def read_fields(self) -> dict[int, list[facts.Attr]]:
        """The fields that are read, by the function that does."""
        table: dict[int, list[facts.Attr]] = {}
        spots = [(fact.function, arg) for fact in self.facts.calls for arg in fact.call.args]
        spots += [(fact.function, fact.call.func.base) for fact in self.facts.calls if isinstance(fact.call.func, facts.Attr)]
        spots += [(one.function, one.value) for one in self.facts.assigns if one.value is not None]
        spots += [(one.function, one.value) for one in self.facts.returns if one.value is not None]
        seen: set[int] = set()
        for function, expr in spots:
            for inner in walk(expr):
                if isinstance(inner, facts.Attr) and inner.end not in seen:
                    seen.add(inner.end)
                    table.setdefault(function, []).append(inner)
        return table

    @cached_property
    def methods(self) -> dict[int, dict[str, int]]:
        """Methods: class index → name → function index (the last definition)."""
        table: dict[int, dict[str, int]] = {}
        for i, fn in enumerate(self.facts.functions):
            if fn.klass != NONE:
                table.setdefault(fn.klass, {})[fn.name] = i
        return table

    @cached_property
    def self_assigns(self) -> dict[tuple[int, str], list[Assign]]:
        """`self.x = value` in methods: (class index, x) → assignments."""
        table: dict[tuple[int, str], list[Assign]] = {}
        for assign in self.facts.assigns:
            target = assign.target
            if isinstance(target, facts.Attr) and isinstance(target.base, facts.Name) and assign.function != NONE:
                fn = self.facts.functions[assign.function]
                if fn.klass != NONE and fn.receiver == target.base.id:
                    table.setdefault((fn.klass, target.name), []).append(assign)
        return table

    def function_at(self, offset: int) -> int:
        """The innermost function whose definition holds a place; -1 for the module's own level."""
        for at in range(bisect_right(self._extents, offset, key=_start) - 1, -1, -1):
            _, end, index = self._extents[at]
            if offset < end:
                return index
        return NONE

    @cached_property
    def _extents(self) -> list[tuple[int, int, int]]:
        return sorted((fn.start, fn.end, i) for i, fn in enumerate(self.facts.functions))

    def place(self, fact: facts.Expr | Assign | Import, label: str = "") -> Place:
        """A fact's place in this file."""
        return Place(self.path, Span(fact.start, fact.end), label)


def _target_names(target: facts.AnyExpr) -> Iterator[str]:
    if isinstance(target, facts.Name):
        yield target.id
    elif isinstance(target, facts.Sequence):
        for item in target.items:
            yield from _target_names(item)
    elif isinstance(target, facts.Star):
        yield from _target_names(target.value)
