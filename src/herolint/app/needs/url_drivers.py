"""The driver that the address in DATABASE_URL asks for, which nothing imports by name: SQLAlchemy and Django load it for its scheme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.values import Known, Made, Table, Value, env_names, text_of, walk
from herolint.app.services.databases import databases
from herolint.finding import Place
from herolint.knowledge.packages import distributions_for_import

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App

_VARIABLE = "DATABASE_URL"
_DRIVERS = (
    *("psycopg2", "psycopg", "asyncpg", "pg8000", "psycopg2cffi", "aiopg"),
    *("MySQLdb", "pymysql", "mysql", "aiomysql", "asyncmy", "mariadb", "pyodbc", "pymssql", "oracledb", "cx_Oracle"),
)
"""What some address would do with: an app that has one of these for another database keeps its data there."""
_PARSERS = ("dj_database_url.", "environ.", "dj_db_url.", "django_database_url.")
_PARTS = ("sqlalchemy-", "-sqlalchemy", "psycopg", "libsql", "mysql", "mssql", "duckdb")
"""Parts of names of distributions that bring a driver or a dialect of their own."""
_HELPERS = frozenset({"flask-sqlalchemy", "marshmallow-sqlalchemy", "graphene-sqlalchemy", "sqlalchemy-utils", "sqlalchemy-json"})
"""Of those names, the ones that bring none."""


class NeededDriver(msgspec.Struct, frozen=True):
    """The place that reads the address. `sure`: production has no other database to fall back to."""

    mod: Mod
    at: Place
    processes: tuple[str, ...]
    sure: bool


def needed_driver(app: App) -> NeededDriver | None:
    """The first place that connects to the Postgres of DATABASE_URL, where no driver for it or for another database is installed."""
    installed = app.installed
    if installed is None or installed.unread or _has_driver(app):
        return None
    return next(_django(app), None) or next(_sqlalchemy(app), None)


def _has_driver(app: App) -> bool:
    installed = app.installed
    if installed is None:
        return True
    if any(installed.has(*distributions_for_import(name)) or name in installed.brought for name in _DRIVERS):
        return True
    return any(part in name for name in {*installed.names, *installed.brought} - _HELPERS for part in _PARTS)


def _sqlalchemy(app: App) -> Iterator[NeededDriver]:
    for found in databases(app.code):
        named = "sqlalchemy" in found.api.lower() or "sqlmodel" in found.api
        if found.kind == "url" and named and found.runs is not False and _VARIABLE in env_names(found.value):
            yield NeededDriver(
                found.mod, found.place, found.processes, bool(found.runs) and not found.assumed and not _falls_back(found.value)
            )


def postgres_asked_for(app: App) -> Place | None:
    """Where production opens Postgres with the driver that is usual for it, though nothing imports that by name."""
    newer = app.dependencies.has("psycopg")  # Django takes that one where both are there
    django = () if newer else (at for _, at, _ in _read_by_django(app))
    places = (*django, *(one.at for one in _sqlalchemy(app) if one.sure))
    return next((Place(at.path, at.span, "loads it for this database") for at in places), None)


def _django(app: App) -> Iterator[NeededDriver]:
    who = tuple(name for name in app.code.reach if app.code.runs_django(app.processes[name]))
    for mod, at, value in _read_by_django(app):
        optional = any(isinstance(one, Made) and one.name.endswith(".config") for one in walk(value))
        if _orders_postgres(app) or not (_falls_back(value) or optional):  # else the app may have another database, or none
            yield NeededDriver(mod, at, who, app.code.django is not None and app.code.django.sure)


def _read_by_django(app: App) -> Iterator[tuple[Mod, Place, Value]]:
    """Django's default database where it is the Postgres of the variable, or one that the settings spell out."""
    program = app.code
    django = program.django
    if django is None or not any(program.runs_django(app.processes[name]) for name in program.reach):
        return
    found = django.settled("DATABASES")
    value = found.value.get("default") if found is not None and isinstance(found.value, Table) else None
    if found is None or value is None:
        return
    engine = value.get("ENGINE") if isinstance(value, Table) else None
    if _parses(value) or (isinstance(engine, Known) and "postg" in str(engine.value)):
        yield found.mod, found.mod.place(found.assign.value or found.assign), value


def _orders_postgres(app: App) -> bool:
    return app.app_json is not None and any(one.plan.startswith("heroku-postgresql") for one in app.app_json.addons)


def _parses(value: Value) -> bool:
    """Whether a helper makes the settings from the variable: given it, or reading it by itself."""
    for one in walk(value):
        if isinstance(one, Made) and one.name.startswith(_PARSERS) and one.name.rpartition(".")[2] in ("config", "parse", "db", "db_url"):
            names = env_names(one)
            given = [arg.value for arg in one.args if isinstance(arg, Known)]
            return _VARIABLE in names or _VARIABLE in given or not (names or given)
    return False


def _falls_back(value: Value) -> bool:
    """Whether an unset variable leaves SQLite, which needs no driver."""
    return any((text_of(one) or "").startswith("sqlite") for one in walk(value))
