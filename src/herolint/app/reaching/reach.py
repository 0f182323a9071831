"""Which process reaches which code: modules by imports, functions by calls and references, from what each process starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from herolint.app.folding.guards import Guards
from herolint.app.folding.search_path import add_folders
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.target import Target
from herolint.app.linking.values import text_of
from herolint.app.reaching.command_lines import Commands
from herolint.app.reaching.started_files import started_files
from herolint.app.reaching.subcommands import Subcommands
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument, last_name
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.reaching.references import References

HAND_OFFS = frozenset(
    """
    perform_later perform_async perform_in perform_at deliver_later
    delay apply_async enqueue enqueue_in enqueue_at send send_with_options schedule add_task submit add_job run_in_executor
    create_task start spawn defer kiq run_async send_task s si signature map_async
    """.split()
)
"""Methods that hand work to something else: to a queue, a thread or an event loop."""

_LOADS_BY_NAME = frozenset({"import_module", "__import__", "import_string", "register_blueprint_from", "load_extension"})
"""Calls that are given a module's name as text."""
_SERVES_BY_NAME = frozenset({"run", "Config"})
"""Calls that are given an application as `"module:attribute"`: `uvicorn.run("service.api:app")`."""


class FunctionRef(NamedTuple):
    """A function of the project; index -1 is the module's own body."""

    path: str
    number: int


Follows = tuple[Mod, CallFact, FunctionRef]
"""A call, with the module that makes it and the function of the project that it leads to."""


class Entry(msgspec.Struct, frozen=True):
    """A module that a process starts with, and whether it runs as `__main__`."""

    path: str
    main: bool


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
        self.modules: dict[str, str | None] = {}
        self.import_places: dict[str, Place] = {}
        self.followed: dict[bool, dict[tuple[FunctionRef, bool], tuple[Follows, ...]]] = {False: {}, True: {}}
        """What functions were found to call, without and with what runs beside them: kept for the next one who asks (`app.calling.flow`)."""
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
                    code.foresee(found)

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
        for started in started_files(self.guards.folder, mod):
            if self.runs(mod, started.call.guard) is not False:
                self.mains.update(started.paths)
                for found in started.paths:
                    yield found, mod.place(started.call.call)
        for call in mod.facts.calls:
            func = call.call.func
            name = last_name(func)
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
        return guard == NONE or self.guards.holds(mod, guard, mod.path in self.mains)

    @cached_property
    def functions(self) -> dict[FunctionRef, FunctionRef | None]:
        """Functions that run, each with the one that refers to it; module bodies are index -1."""
        from herolint.app.reaching.references import IfNamed, References

        refers = References(self)
        found: dict[FunctionRef, FunctionRef | None] = {}
        queue: deque[FunctionRef] = deque()

        def add(ref: FunctionRef, by: FunctionRef | None) -> None:
            if ref not in found:
                found[ref] = by
                queue.append(ref)

        for ref, by in self._beginnings(refers):
            add(ref, by)
        said: set[str] = set()
        unsaid: dict[str, list[tuple[FunctionRef, FunctionRef]]] = {}
        while queue:
            ref = queue.popleft()
            for other in refers.of(ref):
                if isinstance(other, str):
                    if other not in said:
                        said.add(other)
                        for method, by in unsaid.pop(other, ()):
                            add(method, by)
                elif isinstance(other, IfNamed):
                    if other.name in said:
                        add(other.method, ref)
                    elif other.method not in found:
                        unsaid.setdefault(other.name, []).append((other.method, ref))
                elif other.path in self.modules:
                    add(other, ref)
        return found

    def _beginnings(self, refers: References) -> Iterator[tuple[FunctionRef, FunctionRef | None]]:
        """Functions that run without any reached code that refers to them, with the module's body that brings them."""
        for mod in self.mods():
            body = FunctionRef(mod.path, NONE)
            yield body, None
            dialect = self.linker.dialect(mod)
            for i in (*dialect.starts(mod), *dialect.exposed(mod)):
                yield FunctionRef(mod.path, i), body
            for i, fn in enumerate(mod.facts.functions):
                if fn.decorators and self.runs(mod, fn.guard) is not False and refers.registered(mod, fn):
                    yield FunctionRef(mod.path, i), body
        for target in self.named:
            for ref in refers.members(target):
                yield ref, None
        for ref in self.factories:
            yield ref, None

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
