"""What reached code asks for by importing it, and what Django imports by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.starting import Starting
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.fallbacks import outside
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known, Table
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import walk
from herolint.finding import Place
from herolint.knowledge.packages import distributions_for_import

if TYPE_CHECKING:
    from herolint.app.frameworks.django import Django
    from herolint.app.model import App
    from herolint.app.program import Program

_LOOKS_BEFORE = frozenset({"find_spec", "find_loader", "find_module", "is_installed", "is_package_installed", "util_find_spec"})

_DRIVERS = {
    "postgresql": ("psycopg2", "psycopg"),
    "postgresql_psycopg2": ("psycopg2", "psycopg"),
    "postgis": ("psycopg2", "psycopg"),
    "mysql": ("MySQLdb", "pymysql"),
    "oracle": ("oracledb", "cx_Oracle"),
}
"""What each of Django's database engines imports, the usual one first."""


class Use(msgspec.Struct, frozen=True):
    """One place that needs a module: `name` as Python looks for it (what is imported from it behind the last dot, if that may be one too).

    `module` is the part that must be a module; `starts`: it is needed at every start of the processes.
    """

    module: str
    name: str
    mod: Mod
    at: Place
    starts: bool
    processes: tuple[str, ...]
    listed_in: str = ""
    """The setting that names it, for what a framework imports by name."""
    local: bool = False
    """Whether it is a module of the project."""
    maybe: bool = False
    """Whether a condition that cannot be known decides if it is imported."""
    off: bool = False
    """Whether that condition is a switch which the code leaves off unless a variable says otherwise."""


def uses_of(app: App, is_taken: Callable[[Mod, facts.Import], bool | None]) -> Iterator[Use]:
    """Every import in reached code that may fail with nobody to catch it, and what Django imports by name.

    `is_taken` tells of an import that is a fallback for others whether it is the one that runs (None: it is none, or that is open).
    """
    program = app.code
    if "python" not in program.code.languages:
        return
    starting = {}
    for name, reach in program.reach.items():
        django = program.django if program.django is not None and program.runs_django(app.processes[name]) else None
        starting[name] = Starting(reach, django.wiring.guessed if django is not None else ())
    for mod in program.modules:
        if mod.facts.language != "python":
            continue
        by = {n: s for n, s in starting.items() if mod.path in s.open}
        for imp in mod.facts.imports if by else ():
            if imp.handled or _looked_for(mod, imp):
                continue
            taken = is_taken(mod, imp)
            use = _use(program, mod, imp, by, outside(mod, imp.guard) if taken else imp.guard) if taken is not False else None
            if use is not None:
                yield use
    yield from _django_uses(app)
    yield from _url_driver(app)


def _use(program: Program, mod: Mod, imp: facts.Import, by: Mapping[str, Starting], guard: int) -> Use | None:
    """An import under a guard as a need of the processes that run it; None where none does."""
    who = [n for n, s in by.items() if s.reach.runs(mod, guard) is not False and s.reach.has_function(mod, imp.function)]
    if not who:
        return None
    starts = [n for n in who if by[n].at_start(mod, imp.function, guard)]
    maybe = not any(by[n].reach.runs(mod, guard) for n in who)
    module, name, local = named_by(program.code, mod, imp)
    off = maybe and program.as_written.holds(mod, guard) is False
    return Use(module, name, mod, mod.place(imp), bool(starts), tuple(starts or who), local=local, maybe=maybe, off=off)


def named_by(code: CodeBase, mod: Mod, imp: facts.Import) -> tuple[str, str, bool]:
    """The module of an import, the name it asks for, and whether it is the project's own."""
    module = code.absolute(mod, imp)
    name = f"{module}.{imp.name}" if imp.name not in (None, "*") else module
    return module, name, code.find(module.partition(".")[0], mod.path.rpartition("/")[0]) is not None


def _django_uses(app: App) -> Iterator[Use]:
    program = app.code
    django = program.django
    who = tuple(n for n in program.reach if program.runs_django(app.processes[n])) if django is not None else ()
    if django is None or not who:
        return
    for setting in ("INSTALLED_APPS", "MIDDLEWARE"):
        for mod, const, guard in django.entries(setting):
            starts = django.sure and program.guards.holds(mod, guard) is True
            maybe = program.guards.holds(mod, guard) is None
            off = maybe and program.as_written.holds(mod, guard) is False
            yield Use(str(const.value), str(const.value), mod, mod.place(const), starts, who, setting, maybe=maybe, off=off)
    yield from _driver(app, django, who)


def _driver(app: App, django: Django, who: tuple[str, ...]) -> Iterator[Use]:
    """The driver that the engine of Django's default database imports, where none of those that would do is installed."""
    found = django.settled("DATABASES")
    table = found.value.get("default") if found is not None and isinstance(found.value, Table) else None
    engine = next((entry for entry in table.entries if entry[0] == "ENGINE"), None) if isinstance(table, Table) else None
    if found is None or engine is None or not isinstance(engine[1], Known) or app.installed is None:
        return
    drivers = _DRIVERS.get(str(engine[1].value).rpartition(".")[2], ())
    if drivers and not any(app.installed.has(*distributions_for_import(name)) or name in app.installed.brought for name in drivers):
        at = found.mod.place(facts.Expr(engine[2], engine[3]))
        yield Use(drivers[0], drivers[0], found.mod, at, django.sure, who, "DATABASES' engine")


def _url_driver(app: App) -> Iterator[Use]:
    """The driver for the Postgres that DATABASE_URL names."""
    from herolint.app.needs.url_drivers import needed_driver  # what opens databases is not looked for where imports alone are asked for

    need = needed_driver(app)
    if need is not None:
        yield Use("psycopg2", "psycopg2", need.mod, need.at, need.sure, need.processes, "the Postgres address in DATABASE_URL")


def _looked_for(mod: Mod, imp: facts.Import) -> bool:
    """Whether a condition around the import asks whether the module, or its file, is there."""
    guard = imp.guard
    while guard != NONE:
        fact = mod.facts.guards[guard]
        for inner in walk(fact.test):
            if isinstance(inner, facts.Call) and isinstance(inner.func, facts.Attr | facts.Name):
                if (inner.func.name if isinstance(inner.func, facts.Attr) else inner.func.id) in _LOOKS_BEFORE:
                    return True
            if isinstance(inner, facts.Const) and isinstance(inner.value, str):
                if inner.value.rpartition("/")[2] == f"{imp.module.rpartition('.')[2]}.py":
                    return True
        guard = fact.parent
    return False
