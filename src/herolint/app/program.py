"""The app's code, in every language, seen from its processes: reach, handlers, and what each reached call does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.installing import release_taken
from herolint.app.building.python_build import python_minor
from herolint.app.calling.boot import Boot
from herolint.app.calling.conditions import applies
from herolint.app.calling.conventions import Placed, placed_files, placed_handlers
from herolint.app.calling.events import events_of
from herolint.app.calling.flow import Flow, Step
from herolint.app.calling.handlers import Handler, handlers_of
from herolint.app.calling.waiting import Waiting
from herolint.app.folding.config_vars import values_at_runtime
from herolint.app.folding.environment import Environment
from herolint.app.folding.guards import Guards
from herolint.app.folding.search_path import add_roots
from herolint.app.frameworks.config_classes import ConfigClasses
from herolint.app.frameworks.django import Django
from herolint.app.keeping.shared_files import SharedFile, shared_files
from herolint.app.launching.given_options import given_options
from herolint.app.linking.calls import NamedCalls
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.target import Target
from herolint.app.linking.values import UNKNOWN, Value
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.app.reaching.subcommands import Subcommands
from herolint.app.running.entry_points import EntryPoints
from herolint.app.running.processes import Process
from herolint.app.services.encryption import is_declared
from herolint.code import facts, language_of
from herolint.code.facts import CallFact
from herolint.code.queries import argument
from herolint.finding import Problem
from herolint.knowledge.call_tables import extend, load, merged
from herolint.knowledge.calls import CallRow, Knowledge
from herolint.knowledge.installs import matches
from herolint.knowledge.sections import Server
from herolint.platforms.addons import load_addons

if TYPE_CHECKING:
    from herolint.app.linking.dialects.node_paths import NodePaths
    from herolint.app.model import App
    from herolint.app.needs.variables import EnvRead

_OWN_COMMANDS = frozenset({"run", "db", "shell", "routes", "beat", "flower", "events", "inspect"})
"""What `flask` with its extensions and `celery` do by themselves, without a command or job of the project."""


class Effect(msgspec.Struct, frozen=True):
    """A reached call and what it does. `runs`: whether its guard holds (None: unknown). `processes`: who reaches it."""

    mod: Mod
    fact: CallFact
    row: CallRow
    name: str
    runs: bool | None
    processes: tuple[str, ...]


class Program:
    """Everything that rules ask about the app's code, in whatever language it is written."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.code = CodeBase(app.workspace, app.cache, app.problems)
        self.tables = {language: _knowledge(app, language) for language in self.code.languages}
        self.knowledge = merged(self.tables.values())
        parameters = {language: known.parameters for language, known in self.tables.items()}
        self.linker = Linker(
            self.code, self.knowledge.returns, parameters, self.knowledge.constants, self.knowledge.mixins, self.knowledge.injecting,
            self.knowledge.effects, self.knowledge.settings,
        )  # fmt: skip
        self._conditions: dict[tuple[str, int, int], bool] = {}
        always = frozenset(app.platform.config.set_by_platform) | {"PORT", "DYNO", "HOME", "PATH", "PWD"}
        known = (always, values_at_runtime(app), frozenset(load_addons().addresses), _words(app), _version(app), _options(app))
        self.environment = Environment(*known)
        self.guards = Guards(self.linker, self.environment)
        self.as_written = Guards(self.linker, Environment(*known, as_written=True))
        """Guards as they are while nobody sets a variable that has a default."""
        self.as_written.scripts = self.guards.scripts
        add_roots(app, self.code)
        self.entry_points = EntryPoints(self)
        self.guards.scripts.update(self.entry_points.scripts())

    @cached_property
    def servers(self) -> dict[str, Server]:
        """Servers that commands start, by program: those of the languages of the sources, and of the buildpack that installs them."""
        named = (*self.tables, *({"node": "javascript"}.get(self.app.language, self.app.language),))
        return {program: known for language in dict.fromkeys(named) if language for program, known in load(language).servers.items()}

    def reads_browser(self, path: str) -> bool:
        """Whether a browser could run a source file: its language has packages that build pages."""
        language = language_of(path)
        return language is not None and language in self.tables and bool(self.tables[language].browser.packages)

    def knows(self, mod: Mod) -> Knowledge:
        """The table of what calls do in a module's language."""
        return self.tables[mod.facts.language]

    def row_of(self, mod: Mod, function: int, made: facts.AnyExpr, effect: str) -> CallRow | None:
        """The row with an effect for what an expression calls; None where it is no call, or none that does that."""
        name = self.linker.qualified(mod, function, made.func) if isinstance(made, facts.Call) else None
        return next((row for row in self.knows(mod).effects(name) if row.effect == effect), None) if name is not None else None

    def spell(self, mod: Mod | None, what: str, **words: object) -> str:
        """How a fix writes something in a module's language (`read`, `read-number`, `required`, `named`, …); empty where its table does not say."""
        language = mod.facts.language if mod is not None else self.app.language
        table = self.tables.get(language) or next(iter(self.tables.values()), None)
        return table.spelling.get(what, "").format(**words) if table is not None else ""

    @cached_property
    def node_paths(self) -> NodePaths:
        """How specifiers and built files are found."""
        from herolint.app.linking.dialects.node_paths import NodePaths

        return NodePaths(self.app.workspace)

    @cached_property
    def django(self) -> Django | None:
        """The Django project, if the processes start one."""
        found = self.entry_points.django_settings()
        return Django(self.code, self.linker, self.guards, found, self._unread("django")) if found else None

    def _unread(self, distribution: str) -> frozenset[str]:
        """Settings that the release of a distribution that will be installed does not read; none where nobody asks for it by name."""
        dependency = self.app.dependencies.packages.get(distribution)
        if dependency is None:
            return frozenset()
        release = release_taken(dependency, python_minor(self.app))
        readers = self.knowledge.read_by.get(distribution, {})
        return frozenset(name for name, versions in readers.items() if not matches(versions, release))

    def runs_django(self, process: Process) -> bool:
        """Whether a process loads the Django project (its wiring then counts as reached)."""
        return self.django is not None and self.entry_points.loads_django(process)

    @cached_property
    def reach(self) -> dict[str, Reach]:
        """What each process type reaches."""
        with self.code.reading_ahead():
            found = {name: reach for name, process in self.app.processes.items() if (reach := self._reach(name, process)) is not None}
        if len(found) == len(self.app.processes):
            self.code.counted = frozenset(path for reach in found.values() for path in reach.modules)
        for guards in (self.guards, self.as_written):
            guards.folder.forget()
        return found

    def _reach(self, name: str, process: Process) -> Reach | None:
        """What a process reaches; None when it starts nothing that is known."""
        starts = self.entry_points.of(process)
        placed = self.placed[name]
        if not starts and not placed and not self.runs_django(process):
            return None
        django = self.django if self.django is not None and self.runs_django(process) else None
        extra = (*(django.wiring.reached if django is not None else ()), *(one.path for one in placed))
        named = (*(django.wiring.named_in_settings if django is not None else ()), *self._placed_functions(name))
        words = frozenset(word.text for launch in process.launches for word in launch.words[1:])
        subcommands = Subcommands(self.knowledge.subcommands, words)
        made = self.entry_points.factories(process)
        return Reach(self.code, self.linker, self.guards, starts, extra, named, self._commands, _programs(process), made, subcommands)

    @cached_property
    def _commands(self) -> dict[str, str]:
        """What makes a function a command of a program, or a job of one that some process runs: where none does, who runs jobs is not known."""
        run = frozenset(program for process in self.app.processes.values() for program in _programs(process))
        return self.knowledge.commands | {name: program for name, program in self.knowledge.jobs.items() if program in run}

    @cached_property
    def placed(self) -> dict[str, tuple[Placed, ...]]:
        """Files that frameworks load by their place, by process type."""
        return {name: placed_files(self, process) for name, process in self.app.processes.items()}

    def _placed_functions(self, process: str) -> Iterator[Target]:
        for one in self.placed[process]:
            mod = self.code.mod(one.path)
            for ref, _ in placed_handlers(self.linker, mod, one) if mod is not None else ():
                if (found := self.code.mod(ref.path)) is not None:
                    yield Target("function", found.facts.functions[ref.number].qualname, found, ref.number)

    @cached_property
    def config_classes(self) -> ConfigClasses:
        """Which config classes production takes."""
        return ConfigClasses(self)

    def reached_by(self, path: str) -> tuple[str, ...]:
        """The process types that load a file."""
        return tuple(n for n, r in self.reach.items() if path in r.modules)

    @cached_property
    def modules(self) -> tuple[Mod, ...]:
        """All modules that some process reaches, by path."""
        paths = sorted({p for r in self.reach.values() for p in r.modules})
        return tuple(m for p in paths if (m := self.code.mod(p)))

    @cached_property
    def calls(self) -> NamedCalls:
        """The calls in reached modules to what lies outside the project."""
        return NamedCalls(self.linker, self.modules)

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Every reached call that the knowledge tables know, in files order."""
        found: list[Effect] = []
        for call in self.calls.all:
            mod, fact = call.mod, call.fact
            known = self.knows(mod)
            rows = known.effects(call.name) or known.effects(f".{call.name.rpartition('.')[2]}")
            if not rows:
                continue
            by = tuple(n for n in self.reached_by(mod.path) if self.reach[n].has_function(mod, fact.function))
            states = [self.reach[n].runs(mod, fact.guard) for n in by]
            by = tuple(n for n, s in zip(by, states, strict=True) if s is not False)
            if not by:
                continue
            runs = True if True in states else None
            found += [Effect(mod, fact, row, call.name, runs, by) for row in rows]
        return tuple(found)

    @cached_property
    def env_reads(self) -> tuple[EnvRead, ...]:
        """The environment variables that reached code reads, in files order."""
        from herolint.app.needs.variables import env_reads

        return tuple(env_reads(self.app))

    def effects_of(self, *kinds: str) -> Iterator[Effect]:
        """Reached calls with one of the effects."""
        return (e for e in self.effects if e.row.effect in kinds and self._holds(e))

    def _holds(self, effect: Effect) -> bool:
        """Whether what the row depends on is so."""
        if not (effect.row.when or effect.row.unless or effect.row.made_of or effect.row.listed_in):
            return True
        key = (effect.mod.path, effect.fact.call.start, id(effect.row))
        if key not in self._conditions:
            self._conditions[key] = True  # while it is found out
            self._conditions[key] = applies(self, effect)
        return self._conditions[key]

    def fold(self, mod: Mod, function: int, expr: facts.AnyExpr | None) -> Value:
        """The folded value of an expression."""
        return self.guards.folder.fold(mod, function, expr)

    def argument(self, effect: Effect, where: str) -> tuple[facts.AnyExpr | None, Value]:
        """The argument of a reached call that a table row points to, with its folded value.

        `"1 timeout"`: by position or keyword, the first of several; in languages with options objects a name or path of names is looked up in those.
        """
        mod, fact = effect.mod, effect.fact
        position, names = _where(where)
        expr = next((given for name in names if (given := argument(fact.call, None, name)) is not None), None)
        expr = argument(fact.call, position, None) if expr is None else expr
        if self.linker.dialect(mod).options_objects:
            from herolint.app.folding.option_objects import option_given

            return option_given(self, effect, names, expr)
        return expr, self.fold(mod, fact.function, expr) if expr is not None else UNKNOWN

    @cached_property
    def handlers(self) -> dict[str, list[Handler]]:
        """Request handlers by process type."""
        found = {}
        for name, reach in self.reach.items():
            process = self.app.processes[name]
            django = self.django if self.django is not None and self.runs_django(process) else None
            found[name] = handlers_of(reach, self.linker, self.tables, django, self.calls)
            for placed in self.placed[name]:
                mod = self.code.mod(placed.path)
                found[name] += [Handler(*one) for one in placed_handlers(self.linker, mod, placed)] if mod is not None else []
        return found

    @cached_property
    def in_request(self) -> dict[FunctionRef, tuple[Step, str]]:
        """Functions that run while a visitor waits, with the path from the handler and the handler's name."""
        handlers = self.handlers.get("web", [])
        reach = self.reach.get("web")
        if reach is None or not handlers:
            return {}
        labels = {h.ref: h.label for h in handlers}
        steps = Flow(self.linker, reach).from_functions([h.ref for h in handlers], waits=True)
        found = {}
        for ref, step in steps.items():
            first = step
            while first.before is not None:
                first = first.before
            found[ref] = (step, labels[first.ref])
        return found

    @cached_property
    def in_event(self) -> dict[FunctionRef, tuple[Step, str]]:
        """Functions that web runs because of a socket's event, with the path from the handler and the event's name."""
        reach = self.reach.get("web")
        return events_of(reach, self.linker, self.tables) if reach is not None else {}

    @cached_property
    def for_visitors(self) -> dict[FunctionRef, tuple[Step, str]]:
        """Functions that web runs for one visitor: for a request, or for an event of a socket."""
        return self.in_event | self.in_request

    @cached_property
    def waiting(self) -> Waiting | None:
        """What visitors wait for until they are answered."""
        reach = self.reach.get("web")
        return Waiting(self, reach, self.handlers.get("web", ())) if reach is not None else None

    @cached_property
    def boot(self) -> Boot | None:
        """The start of the web process."""
        reach, web = self.reach.get("web"), self.app.web
        if reach is None:
            return None
        first = web is not None and any(launch.tool in self.knowledge.per_visit for launch in web.launches)
        return Boot(self, "web", reach, listens_first=first)

    @property
    def at_boot(self) -> dict[FunctionRef, Step]:
        """Functions that run while the web process starts, before it can answer: module bodies and what they call."""
        return self.boot.steps if self.boot is not None else {}

    @property
    def started(self) -> dict[FunctionRef, Step]:
        """Functions that run because the web process starts, whether it waits for them or not."""
        return self.boot.started if self.boot is not None else {}

    @property
    def relaxed_certificates(self) -> bool:
        """Whether a variable tells the program to check no certificate at all."""
        return any(is_declared(self, name) for table in self.tables.values() for name in table.relaxing)

    @cached_property
    def broadcast(self) -> tuple[Mod, CallFact] | None:
        """A call of the web process that sends to each connection of a collection."""
        from herolint.app.calling.broadcasts import broadcast

        return broadcast(self)

    @cached_property
    def limits_all(self) -> bool:
        """Whether reached code sets a time limit for all calls."""
        from herolint.app.timing.limits import limits_all

        return limits_all(self)

    @cached_property
    def shared_files(self) -> tuple[SharedFile, ...]:
        """Files that one process type writes and another reads."""
        return shared_files(self)

    def calls_named(self, *names: str) -> Iterator[tuple[Mod, CallFact, str]]:
        """Calls in reached modules whose qualified callee is one of the names."""
        return ((call.mod, call.fact, call.name) for call in self.calls.of(names))


def _programs(process: Process) -> frozenset[str]:
    """The programs with which a process runs commands of the project, or its jobs."""
    return frozenset(launch.tool for launch in process.launches if launch.subcommand not in _OWN_COMMANDS)


def _words(app: App) -> frozenset[str]:
    """The words of all commands that start something."""
    return frozenset(word.text for process in app.processes.values() for launch in process.launches for word in launch.words)


def _options(app: App) -> dict[str, Value]:
    """What all commands give the options of the programs that they start."""
    return given_options(launch for process in app.processes.values() for launch in process.launches)


def _version(app: App) -> tuple[int, ...]:
    """The version of Python that will run the app, as far as files tell."""
    return tuple(int(part) for part in python_minor(app).split(".")) if app.language == "python" else ()


def _where(where: str) -> tuple[int | None, list[str]]:
    """The position and the names of an argument, as a row gives them."""
    words = where.split()
    return next((int(word) for word in words if word.isdigit()), None), [word for word in words if not word.isdigit()]


def _knowledge(app: App, language: str) -> Knowledge:
    """The shipped table with the project's and the plugins' own rows; a malformed one is a problem and is left out."""
    table = load(language)
    for raw in app.knowledge:
        if raw:
            try:
                table = extend(table, dict(raw))
            except (ValueError, TypeError, KeyError) as error:
                problem = Problem(message=f"knowledge table not used: {error}")
                if problem not in app.problems:
                    app.problems.append(problem)
    return table
