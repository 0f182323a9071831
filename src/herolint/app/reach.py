"""Which process reaches which code: modules by imports, functions by calls and references, from what each process starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from herolint.app.codebase import CodeBase, Mod
from herolint.app.command_lines import Commands
from herolint.app.guards import Guards
from herolint.app.link import Linker, Target
from herolint.app.own_classes import is_plain, reflects
from herolint.app.search_path import add_folders
from herolint.app.subcommands import Subcommands
from herolint.app.values import text_of
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, dotted, walk
from herolint.finding import Place

HAND_OFFS = frozenset(
    """
    perform_later perform_async perform_in perform_at deliver_later
    delay apply_async enqueue enqueue_in enqueue_at send send_with_options schedule add_task submit add_job run_in_executor
    create_task start spawn defer kiq run_async send_task s si signature map_async
    """.split()
)

_LOADS_BY_NAME = frozenset({"import_module", "__import__", "import_string", "register_blueprint_from", "load_extension"})


_SERVES_BY_NAME = frozenset({"run", "Config"})
"""Calls that are given an application as `"module:attribute"`: `uvicorn.run("service.api:app")`."""


class FunctionRef(NamedTuple):
    """A function of the project; index -1 is the module's own body."""

    path: str
    number: int


class Entry(msgspec.Struct, frozen=True):
    """A module that a process starts with, and whether it runs as `__main__`."""

    path: str
    main: bool


class Waiting(msgspec.Struct, frozen=True):
    """A method of an object that stays in the project's hands: it runs if reached code says its name."""

    name: str
    method: FunctionRef


class Reach:
    """The code that one process runs: modules with the import that brought each, and functions with what refers to each."""

    def __init__(
        self,
        code: CodeBase,
        linker: Linker,
        guards: Guards,
        entries: Iterable[Entry],
        extra: Iterable[str] = (),
        named: Iterable[Target] = (),
        commands: Mapping[str, str] = MappingProxyType({}),
        programs: frozenset[str] = frozenset(),
        factories: Iterable[FunctionRef] = (),
        subcommands: Subcommands | None = None,
    ) -> None:
        self.code = code
        self.linker = linker
        self.guards = guards
        self.named = tuple(named)
        """Functions and classes that a framework calls by a name in its settings."""
        self.commands = Commands(linker, commands)
        self.programs = programs
        """Programs of the process's command line that run commands of the project."""
        self.factories = tuple(factories)
        """Functions that the command itself calls, to make the app."""
        self.subcommands = subcommands
        self.mains = {e.path for e in entries if e.main}
        self._followed: set[tuple[tuple[str, bool, int], bool]] = set()
        """Functions and classes that something was seen to refer to, and whether it kept them to itself."""
        self.modules: dict[str, str | None] = {}
        self.import_places: dict[str, Place] = {}
        queue: deque[str] = deque()
        for entry in [*entries, *(Entry(p, False) for p in extra)]:
            if entry.path not in self.modules:
                self.modules[entry.path] = None
                queue.append(entry.path)
        while queue:
            path = queue.popleft()
            for found, place in self._imports(path):
                if found not in self.modules:
                    self.modules[found] = path
                    self.import_places[found] = place
                    queue.append(found)

    def _imports(self, path: str) -> Iterator[tuple[str, Place]]:
        mod = self.code.mod(path)
        for beside in self.linker.dialect(mod).alongside(path):
            yield beside, Place(path)
        if mod is None:
            return
        add_folders(mod, self.guards)
        for imp in mod.facts.imports:
            if self.guards.holds(mod, imp.guard, path in self.mains) is False:
                continue
            for found in self.linker.dialect(mod).imported(mod, imp):
                yield found, mod.place(facts.Expr(imp.start, imp.end))
        for export in mod.facts.exports:
            if export.module and self.guards.holds(mod, export.guard, path in self.mains) is not False:
                handed = facts.Import(export.module, None, "", 0, NONE, export.guard, False, export.start, export.end)
                for found in self.linker.dialect(mod).imported(mod, handed):
                    yield found, mod.place(handed)
        for call in mod.facts.calls:
            func = call.call.func
            name = func.id if isinstance(func, facts.Name) else func.name if isinstance(func, facts.Attr) else ""
            if name in _LOADS_BY_NAME or name in _SERVES_BY_NAME:
                given = text_of(self.guards.folder.fold(mod, call.function, argument(call.call, 0, "name"))) or ""
                if name in _SERVES_BY_NAME:
                    given, colon, _ = given.partition(":")
                    given = given if colon and self.runs(mod, call.guard) is not False else ""
                for found in self._named_modules(mod, given) if given else ():
                    yield found, mod.place(call.call)

    def _named_modules(self, mod: Mod, given: str) -> Iterator[str]:
        """The modules that a dotted name means, as an import system or a framework reads it; all of a package for `package.{}`."""
        dotted = given.strip(".")
        if dotted.endswith(".{}"):
            root = self.code.find(dotted.removesuffix(".{}")) or dotted.removesuffix(".{}").replace(".", "/") + "/"
            folder = root.rpartition("/")[0]
            yield from sorted(path for path in self.code.files if path.rpartition("/")[0] == folder and folder)
            return
        for name in (dotted, dotted.rpartition(".")[0], f"{mod.package}.{dotted}"):
            path = self.code.find(name)
            if path:
                yield path

    def mods(self) -> Iterator[Mod]:
        """The reached modules that could be parsed."""
        for path in self.modules:
            mod = self.code.mod(path)
            if mod is not None:
                yield mod

    def chain(self, path: str) -> tuple[str, ...]:
        """Files from the entry point to this one, by imports."""
        steps = [path]
        while (parent := self.modules.get(steps[-1])) is not None and len(steps) < 40:
            steps.append(parent)
        return tuple(reversed(steps))

    def runs(self, mod: Mod, guard: int) -> bool | None:
        """Whether a guard of a reached module lets its statements run in this process."""
        return self.guards.holds(mod, guard, mod.path in self.mains)

    @cached_property
    def functions(self) -> dict[FunctionRef, FunctionRef | None]:
        """Functions that run, each with the one that refers to it; module bodies are index -1."""
        found: dict[FunctionRef, FunctionRef | None] = {}
        queue: deque[FunctionRef] = deque()

        def add(ref: FunctionRef, by: FunctionRef | None) -> None:
            if ref not in found:
                found[ref] = by
                queue.append(ref)

        for mod in self.mods():
            add(FunctionRef(mod.path, NONE), None)
            dialect = self.linker.dialect(mod)
            for i in (*dialect.starts(mod), *dialect.exposed(mod)):
                add(FunctionRef(mod.path, i), FunctionRef(mod.path, NONE))
            for i, fn in enumerate(mod.facts.functions):
                if fn.decorators and self.runs(mod, fn.guard) is not False and self._registered(mod, fn):
                    add(FunctionRef(mod.path, i), FunctionRef(mod.path, NONE))
        for target in self.named:
            for ref in self._members(target):
                add(ref, None)
        for ref in self.factories:
            add(ref, None)
        called: set[str] = set()
        waiting: dict[str, list[tuple[FunctionRef, FunctionRef]]] = {}
        while queue:
            ref = queue.popleft()
            for other in self._refers(ref):
                if isinstance(other, str):
                    if other not in called:
                        called.add(other)
                        for method, by in waiting.pop(other, ()):
                            add(method, by)
                elif isinstance(other, Waiting):
                    if other.name in called:
                        add(other.method, ref)
                    elif other.method not in found:
                        waiting.setdefault(other.name, []).append((other.method, ref))
                elif other.path in self.modules:
                    add(other, ref)
        return found

    def _registered(self, mod: Mod, fn: facts.Function) -> bool:
        """Whether a decorator hands the function to someone else who will call it."""
        if self._is_idle(mod, fn):
            return False
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            name = inner.name if isinstance(inner, facts.Attr) else inner.id if isinstance(inner, facts.Name) else ""
            if name in (
                "property",
                "staticmethod",
                "classmethod",
                "cached_property",
                "lru_cache",
                "cache",
                "wraps",
                "contextmanager",
                "setter",
                "abstractmethod",
                "overload",
            ):
                continue
            return True
        return False

    def _is_idle(self, mod: Mod, fn: facts.Function) -> bool:
        """Whether a decorator makes the function a command, and no program that this process runs has it."""
        programs = tuple(self.commands.programs(mod, fn)) if fn.decorators else ()
        return bool(programs) and self._called_programs.isdisjoint(programs)

    @cached_property
    def _called_programs(self) -> frozenset[str]:
        """Command line programs that this process runs: by its command, or by `app()` of `app = typer.Typer()`."""
        objects = self.commands.objects
        called = {
            name
            for mod in (self.mods() if objects else ())
            for fact in mod.facts.calls
            if self.runs(mod, fact.guard) is not False and (name := self.linker.qualified(mod, fact.function, fact.call.func)) in objects
        }
        return self.programs.union(called)

    @cached_property
    def _expressions(self) -> dict[str, dict[int, list[facts.AnyExpr]]]:
        return {}

    def _scope_expressions(self, mod: Mod) -> dict[int, list[facts.AnyExpr]]:
        table = self._expressions.get(mod.path)
        if table is None:
            table = {}
            for call in mod.facts.calls:
                if self.runs(mod, call.guard) is not False:
                    table.setdefault(call.function, []).append(call.call)
            for assign in mod.facts.assigns:
                if assign.value is not None and self.runs(mod, assign.guard) is not False:
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

    def _refers(self, ref: FunctionRef) -> Iterator[FunctionRef | Waiting | str]:
        """What a function, or a module's body, runs: functions, methods of objects that it makes once they are called, and words that it says."""
        mod = self.code.mod(ref.path)
        if mod is None:
            return
        seen: set[tuple[str, bool]] = set()
        outside: set[str] = set()
        # A nested function is reached with its parent when it is decorated or returned; names below find the rest.
        for i in mod.decorated_inside.get(ref.number, ()):
            if not self._is_idle(mod, mod.facts.functions[i]):
                yield FunctionRef(mod.path, i)
        unused = self._other_subcommands.get(mod.path, ())
        for expr in self._scope_expressions(mod).get(ref.number, ()):
            if isinstance(expr, facts.Call) and self._adds_idle(mod, ref.number, expr):
                continue
            named = None
            kept = {id(expr.func)} if isinstance(expr, facts.Call) else {id(expr)} & mod.base_classes
            for inner in walk(expr):  # an attribute comes before its base
                if unused and any(start <= inner.start and inner.end <= end for start, end in unused):
                    continue
                if isinstance(inner, facts.Closure):
                    yield FunctionRef(mod.path, inner.number)
                    continue
                if isinstance(inner, facts.Attr):
                    yield inner.name
                    kept.add(id(inner.base.func if isinstance(inner.base, facts.Call) else inner.base))
                    if self._is_outside(mod, ref.number, inner, outside):
                        continue
                    if self._only_named(mod, ref.number, inner):
                        named = inner.base
                    key = dotted(inner)
                elif isinstance(inner, facts.Name):
                    key = inner.id if inner is not named else ""
                else:
                    if isinstance(inner, facts.Const) and isinstance(inner.value, str) and inner.value.isidentifier():
                        yield inner.value
                    continue
                quiet = id(inner) in kept and not self._by_name
                if key is not None:
                    if not key or (key, False) in seen or (key, quiet) in seen:
                        continue
                    seen.add((key, quiet))
                target = self.linker.resolve(mod, ref.number, inner)
                if target is None or target.mod is None:
                    continue
                whole = target.mod.path, target.kind == "function", target.number
                if (whole, False) not in self._followed and (whole, quiet) not in self._followed:
                    self._followed.add((whole, quiet))
                    yield from self._waiting(target) if quiet else self._members(target)

    def _is_outside(self, mod: Mod, function: int, attribute: facts.Attr, outside: set[str]) -> bool:
        """Whether a chain of names starts at something outside the project, as `request.form.get` does; `outside` are the starts known so far."""
        root: facts.AnyExpr = attribute
        while isinstance(root, facts.Attr):
            root = root.base
        if not isinstance(root, facts.Name):
            return False
        if root.id not in outside:
            target = self.linker.resolve(mod, function, root)
            if target is None or target.kind != "external":
                return False
            outside.add(root.id)
        return True

    @cached_property
    def _by_name(self) -> bool:
        """Whether reached code may call methods whose names it puts together."""
        return reflects(self.mods())

    def _waiting(self, target: Target) -> Iterator[FunctionRef | Waiting]:
        """The methods of an object that is made or asked for something here, and given to nobody: they run when they are called by name."""
        plain = target.mod is not None and target.kind in ("class", "instance") and is_plain(self.linker, target.mod, target.number)
        for ref in self._members(target):
            mod = self.code.mod(ref.path)
            fn = mod.facts.functions[ref.number] if mod is not None else None
            if plain and fn is not None and not fn.decorators and not fn.name.startswith("__"):
                yield Waiting(fn.name, ref)
            else:
                yield ref

    @cached_property
    def _other_subcommands(self) -> dict[str, list[tuple[int, int]]]:
        """Where functions stand that only other subcommands run than the one that the process asks for, by file."""
        return self.subcommands.others(self.linker, self.mods()) if self.subcommands is not None else {}

    def _adds_idle(self, mod: Mod, function: int, call: facts.Call) -> bool:
        """Whether a call only gives commands to a program that this process does not run."""
        program = self.commands.program(mod, function, call.func)
        return program is not None and program not in self._called_programs

    def _only_named(self, mod: Mod, function: int, attribute: facts.Attr) -> bool:
        """Whether a class, or in a method the object itself, is named only for one thing in it (`Model.load()`): that runs nothing else."""
        if not isinstance(attribute.base, facts.Name):
            return False
        whose = self.linker.resolve(mod, function, attribute.base)
        if whose is None or whose.mod is None or whose.kind not in ("class", "instance"):
            return False
        if whose.kind == "instance":
            fn = mod.facts.functions[function] if function != NONE else None
            if fn is None or fn.klass == NONE or not fn.params or fn.params[0].name != attribute.base.id:
                return False
        is_method = attribute.name in self.linker.methods(whose.mod, whose.number)
        return is_method or attribute.name in whose.mod.class_body.get(whose.number, {})

    def _members(self, target: Target, seen: frozenset[tuple[str, int]] = frozenset()) -> Iterator[FunctionRef]:
        if target.mod is None or (target.mod.path, target.number) in seen:
            return
        if target.kind == "function":
            yield FunctionRef(target.mod.path, target.number)
        elif target.kind in ("class", "instance"):
            for where, method in self.linker.methods(target.mod, target.number).values():
                yield FunctionRef(where.path, method)
            for base in self.linker.bases(target.mod, target.number):
                if base.kind == "class":
                    yield from self._members(base, seen | {(target.mod.path, target.number)})

    @cached_property
    def implementations(self) -> dict[str, tuple[FunctionRef, ...]]:
        """Methods by name, those with a body of their own."""
        found: dict[str, list[FunctionRef]] = {}
        for mod in self.mods():
            for i, fn in enumerate(mod.facts.functions):
                if fn.klass != NONE:
                    found.setdefault(fn.name, []).append(FunctionRef(mod.path, i))
        return {name: tuple(refs) for name, refs in found.items()}

    @cached_property
    def properties(self) -> frozenset[str]:
        """Names of methods that run when they are read like a field."""
        return frozenset(
            fn.name
            for mod in self.mods()
            for fn in mod.facts.functions
            if any(isinstance(one, facts.Name) and one.id in ("property", "cached_property") for one in fn.decorators)
        )

    def has_function(self, mod: Mod, index: int) -> bool:
        """Whether the function (or the module body, -1) runs in this process."""
        return FunctionRef(mod.path, index) in self.functions


def _outermost(exprs: list[facts.AnyExpr]) -> list[facts.AnyExpr]:
    """The expressions that lie in none of the others, in source order: to walk over them is to walk over all."""
    kept: list[facts.AnyExpr] = []
    for expr in sorted(exprs, key=lambda one: (one.start, -one.end)):
        if not kept or expr.end > kept[-1].end:
            kept.append(expr)
    return kept
