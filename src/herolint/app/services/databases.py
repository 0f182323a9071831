"""Databases that the production code opens: by URL, by Django's DATABASES, by a driver's connect call, by framework settings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.frameworks.settings import settings_named
from herolint.app.linking.module import Mod
from herolint.app.linking.values import AnyOf, Env, Known, Made, Table, Text, Value, env_names, options, text_of, walk
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import last_name
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.frameworks.django import Django
    from herolint.app.program import Effect, Program

URL_SETTINGS = frozenset({"SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_DATABASE_URL", "DATABASE_URI"})
SQLITE_URL = lazy(r"sqlite3?(\+\w+)?:|file:(?!:memory:)")
MEMORY = (":memory:", "mode=memory", "sqlite://", "sqlite+aiosqlite://", "sqlite:///:memory:")


class Database(msgspec.Struct, frozen=True):
    """One way in which production code opens a database.

    `value` is the folded URL or path; `kind` `url`, `path` or `django`; `place` what to point at; `runs` whether it surely runs;
    `processes` who reaches it; `mod` and `guard` where it stands; `fix` what to do about it, where its framework has ways of its own;
    `assumed` the config class that it stands in, where another one may be chosen.
    """

    kind: str
    value: Value
    place: Place
    mod: Mod
    guard: int
    runs: bool | None
    processes: tuple[str, ...]
    api: str
    fix: str = ""
    assumed: str = ""


def databases(python: Program) -> Iterator[Database]:
    """All of them, in files order."""
    for effect in python.effects_of("opens-database"):
        if effect.row.kind not in ("sqlite", "url"):
            continue
        expr, value = python.argument(effect, effect.row.path)
        if expr is None or not speaks(python, effect, "sqlite"):
            continue
        kind = "path" if effect.row.kind == "sqlite" else "url"
        yield Database(kind, value, effect.mod.place(expr), effect.mod, effect.fact.guard, effect.runs, effect.processes, effect.name)
    yield from _url_settings(python)
    yield from _schemas(python)
    yield from _django(python)
    yield from _rails(python)


def speaks(code: Program, effect: Effect, *kinds: str, otherwise: bool = False) -> bool:
    """Whether the option that names the kind of database may name one of these; clients of one kind have no such option.

    `otherwise` is the answer where the option is not given.
    """
    if not effect.row.dialect or not kinds:
        return True
    expr, value = code.argument(effect, effect.row.dialect)
    if expr is None:
        return otherwise
    texts = [text_of(one) for one in options(value)]
    return any(text is not None and any(kind in text for kind in kinds) for text in texts)


def _schemas(code: Program) -> Iterator[Database]:
    """Databases that a schema file of an ORM names, where reached code uses its client."""
    for place, schema in code.app.prisma_schemas:
        users = [mod for mod in code.modules if any(imp.module.startswith("@prisma/") for imp in mod.facts.imports)]
        if users and schema.provider == "sqlite":
            named = schema.url.removeprefix("file:") if not schema.variable else f"that {schema.variable} names"
            folder = posixpath.dirname(place.path)
            text = named if schema.variable else posixpath.join(folder, named)
            yield Database("path", Known(text), place, users[0], NONE, True, code.reached_by(users[0].path), "prisma")


def _url_settings(python: Program) -> Iterator[Database]:
    """Addresses in settings of frameworks that have no settings module."""
    for found in settings_named(python, URL_SETTINGS):
        yield Database(
            "url", found.value, found.place, found.mod, found.guard, found.runs, found.processes, found.name, assumed=found.assumed
        )


def _django(python: Program) -> Iterator[Database]:
    if python.django is None:
        return
    who = tuple(n for n, p in python.app.processes.items() if python.runs_django(p)) or ("web",)
    for found in python.django.assignments("DATABASES"):
        runs = python.guards.holds(found.mod, found.assign.guard)
        for one in options(found.value):
            if isinstance(one, Table) and (default := one.get("default")) is not None:
                at = found.mod.place(found.assign.value) if found.assign.value is not None else Place(found.mod.path)
                overridden = _overridden(python, python.django, found.mod)
                yield Database(
                    "django", overridden or default, _entry_place(found.mod, one, at), found.mod, found.assign.guard, runs, who, "DATABASES"
                )


def _rails(code: Program) -> Iterator[Database]:
    rails = code.app.rails
    if rails is None:
        return
    from herolint.app.frameworks.rails import APPLICATION
    from herolint.app.frameworks.rails_data import sqlite_database

    mod, found = rails.mod(APPLICATION), sqlite_database(rails)
    if mod is None or found is None or "web" not in code.app.processes:
        return
    file = Known(found.file)
    fix = "write `adapter: postgresql` for production, and add `heroku-postgresql`, which sets DATABASE_URL"
    value = AnyOf((Env("DATABASE_URL"), file)) if found.replaced else file
    words = fix if found.replaced else f'add `gem "pg"`, {fix}'
    yield Database("path", value, found.at, mod, NONE, True, ("web",), "database.yml", words)


def _entry_place(mod: Mod, table: Table, fallback: Place) -> Place:
    entry = next((e for e in reversed(table.entries) if e[0] == "default"), None)
    if entry is None:
        return fallback
    inner = entry[1]
    if isinstance(inner, Table):
        engine = next((e for e in inner.entries if e[0] == "ENGINE"), None)
        if engine is not None:
            return mod.place(facts.Expr(engine[2], engine[3]))
    return mod.place(facts.Expr(entry[2], entry[3]))


def _overridden(python: Program, django: Django, mod: Mod) -> Value | None:
    """What the settings put in the place of the database that one of their modules names: that module itself, or one that imports it."""
    layers = django.layers
    at = layers.index(mod) if mod in layers else -1
    later = (one for one in layers[at + 1 :] if at >= 0 and mod.path in django.further_settings(one))  # both are imported by another
    outer = (*layers[: at + 1], *later) if at >= 0 else (mod,)
    return next((value for one in outer if (value := _put_in_place(python, one)) is not None), None)


def _put_in_place(python: Program, mod: Mod) -> Value | None:
    """`DATABASES["default"] = …` or `.update(dj_database_url.config())` after the assignment, or django_heroku.settings(locals())."""
    for assign in mod.facts.assigns:
        target = assign.target
        if (
            isinstance(target, facts.Index)
            and isinstance(target.base, facts.Name)
            and target.base.id == "DATABASES"
            and assign.value is not None
        ):
            if python.guards.holds(mod, assign.guard) is True:
                return python.fold(mod, assign.function, assign.value)
            if python.guards.holds(mod, assign.guard) is None:
                return AnyOf((python.fold(mod, assign.function, assign.value),))
    for fact in mod.facts.calls:
        func = fact.call.func
        name = python.linker.qualified(mod, fact.function, func) or ""
        if name in ("django_heroku.settings", "django_on_heroku.settings") and python.guards.holds(mod, fact.guard) is not False:
            return Env("DATABASE_URL")
        if (
            (
                isinstance(func, facts.Attr)
                and func.name == "update"
                and isinstance(func.base, facts.Index)
                and isinstance(func.base.base, facts.Name)
            )
            and func.base.base.id == "DATABASES"
            and fact.call.args
            and python.guards.holds(mod, fact.guard) is not False
        ):
            return python.fold(mod, fact.function, fact.call.args[0])
    return None


_ASKING = frozenset({"execute", "executemany", "executescript", "read_sql", "read_sql_query", "read_sql_table", "prepare", "query"})
_LASTING = frozenset({"executemany", "executescript", "commit", "to_sql", "save", "create_all", "create_tables", "insert"})
_LOOKS = lazy(r"(?i)\s*(select|pragma|explain|with)\b")


def only_looked_up(python: Program) -> bool:
    """Whether every statement that reached code sends to a database is known and only looks something up, and there is one."""
    looks = False
    for mod in python.modules:
        for fact in mod.facts.calls:
            func = fact.call.func
            name = last_name(func)
            if name in _LASTING:
                return False
            if name in _ASKING:
                text = text_of(python.fold(mod, fact.function, fact.call.args[0])) if fact.call.args else None
                if text is None or not (_LOOKS.match(text) or name == "read_sql_table"):
                    return False
                looks = True
    return looks


def sqlite_file(database: Database) -> tuple[str | None, bool]:
    """The SQLite file that the database is in production (None: it is none), and whether it is only a fallback behind a variable."""
    if database.kind == "django":
        return _django_sqlite(database.value)
    fallback = any(isinstance(one, Env) for one in options(database.value))
    for one in options(database.value):
        if isinstance(one, Env):
            continue
        if isinstance(one, Made):
            return _made_sqlite(one)
        text = text_of(one)
        if text is None:
            continue
        file = sqlite_path(text) if database.kind == "url" else None if _is_no_file(text) else text
        if file is not None:
            return file, fallback
        if "{}" not in text:
            return None, False
    return None, False


def _is_no_file(text: str) -> bool:
    """Whether what a database is opened with is memory, or the address of a server: `user:password@tcp(host)/name`."""
    return text == "" or text in MEMORY or "mode=memory" in text or any(mark in text for mark in ("@tcp(", "@unix("))


def _made_sqlite(value: Made) -> tuple[str | None, bool]:
    for inner in walk(value):
        text = text_of(inner) if isinstance(inner, Known | Text) else None
        if text and (file := sqlite_path(text)):
            return file, bool(env_names(value))
    return None, False


def sqlite_path(url: str) -> str | None:
    """The file of a `sqlite:` URL; None for other URLs and databases in memory."""
    if not SQLITE_URL.match(url) or url in MEMORY or ":memory:" in url or "mode=memory" in url:
        return None
    path = (url.partition("://")[2].removeprefix("/") or url.partition(":")[2]).partition("?")[0]
    return path or None


def _django_sqlite(value: Value) -> tuple[str | None, bool]:
    for one in options(value):
        if isinstance(one, Table):
            engine = text_of(one.get("ENGINE") or Known(None))
            if engine and engine.endswith(("sqlite3", "spatialite")):
                name = one.get("NAME")
                text = next((t for o in options(name) if (t := text_of(o))), None) if name is not None else None
                return (None, False) if text in MEMORY else (text or "db.sqlite3", False)
            if engine or one.entries:
                return None, False
        if isinstance(one, Made):
            default = one.keyword("default")
            if default is None and one.name.endswith(".parse") and one.args:
                return _parsed(one.args[0])
            text = next((t for o in options(default) if (t := text_of(o))), None) if default is not None else None
            if text and (file := sqlite_path(text)):
                return file, True
            return None, False
        if isinstance(one, Env):
            return _parsed(one)  # `env.db("DATABASE_URL", default="sqlite:///shop.db")`
    return None, False


def _parsed(address: Value) -> tuple[str | None, bool]:
    """The same of `dj_database_url.parse(os.environ.get("DATABASE_URL", "sqlite:///shop.db"))`."""
    named = any(isinstance(one, Env) for one in options(address))
    texts = [text for one in options(address) if not isinstance(one, Env) and (text := text_of(one))]
    file = sqlite_path(texts[0]) if texts else None
    return file, named
