"""Rules about the address of databases, caches and brokers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from herolint.app.calling.conditions import in_plain_sight
from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, AnyOf, Env, Known, Made, Table, Text, Value, env_names, options, text_of, walk
from herolint.app.model import App
from herolint.app.needs.probes import only_asks
from herolint.app.program import Effect
from herolint.app.services.databases import databases, speaks
from herolint.code import facts
from herolint.finding import Confidence, Finding, Place
from herolint.knowledge.breaks import before
from herolint.knowledge.programs import load as load_programs
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.rules.services.hosts import ADDONS, LOCAL, SOCKET, local_apis, local_settings, mail_servers, mongoid_hosts, written_hosts


@rule("HL301", "localhost-service", ERROR, WARNING, needs=("processes",))
def localhost_service(app: App) -> Iterator[Finding]:
    """Production code connects to a service on its own dyno."""
    yield from local_settings(app)
    if not app.has("code"):
        return
    seen: set[tuple[str, int]] = set()
    for kind, at, value, runs, processes, default in _addresses(app):
        if at.span is None or (at.path, at.span.start) in seen:
            continue
        local, fallback = _local(value, default)
        if local is None:
            continue
        seen.add((at.path, at.span.start))
        if fallback or _is_beside(app, kind, processes):
            continue
        addon, variable = ADDONS.get(kind, ("an add-on", "its URL"))
        yield report(
            "HL301",
            f"connects to {kind if kind != 'broker' else 'a message broker'} on {local}, where a dyno runs no such service",
            Place(at.path, at.span, "on the dyno itself"),
            why="each dyno runs one process and nothing else; the connection is refused"
            + (", which its client takes for an empty cache: nothing is ever cached" if kind == "memcached" else ""),
            related=[app.procfile_place(n, f"{n} runs it") for n in processes[:2] if app.procfile_place(n).path != at.path],
            fix=f"add {addon} and read its address: `{app.code.spell(app.code.code.mod(at.path), 'required', name=variable)}`",
            severity=ERROR if runs and kind != "memcached" else WARNING,
            process=processes[0] if processes else "",
            confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
        )
    yield from local_apis(app)
    yield from written_hosts(app)
    yield from mongoid_hosts(app)
    yield from mail_servers(app)


def _is_beside(app: App, kind: str, processes: tuple[str, ...]) -> bool:
    """Whether every process that connects starts the service itself, on its own dyno."""
    programs = load_programs().serving.get(kind, frozenset())
    return bool(processes) and all(any(launch.tool in programs for launch in app.processes[name].launches) for name in processes)


def _addresses(app: App) -> Iterator[tuple[str, Place, Value, bool | None, tuple[str, ...], str]]:
    """Addresses of services in reached code: (kind, place, value, runs, processes, default host)."""
    python = app.code
    for effect in python.effects_of("connects"):
        if (not effect.row.dialect or not speaks(python, effect, "sqlite", "sqljs")) and not only_asks(python, effect):
            yield from _effect_addresses(app, effect)
    for database in databases(python):
        if database.kind == "url":
            yield "PostgreSQL", database.place, database.value, database.runs, database.processes, ""
        elif database.kind == "django":
            yield from _django_host(database.value, database.mod, database.place, database.runs, database.processes)
    if app.rails is not None:
        from herolint.app.frameworks.rails_redis import sidekiq_addresses

        for setting, value, runs in sidekiq_addresses(app):
            yield "Redis", setting.value_place(), value, runs, ("web",) if app.web is not None else (), ""
            break  # a client and a server are mostly told the same
    if python.django is not None:
        for name, kind in (("CELERY_BROKER_URL", "broker"), ("BROKER_URL", "broker"), ("CHANNEL_LAYERS", "Redis"), ("CACHES", "Redis")):
            who = tuple(n for n, p in app.processes.items() if python.runs_django(p))
            for found in python.django.assignments(name):
                if found.assign.value is not None:
                    runs = python.guards.holds(found.mod, found.assign.guard)
                    backend = "memcached" if name == "CACHES" and "memcached" in _backends(found.value) else kind
                    for text, at in _texts(found.value, found.mod, found.assign.value):
                        yield backend, at, text, runs, who, ""


def _backends(value: Value) -> str:
    """The names of backends in a settings table, in lower case."""
    tables = [inner for inner in walk(value) if isinstance(inner, Table)]
    return " ".join(text.lower() for table in tables if (one := table.get("BACKEND")) is not None and (text := text_of(one)))


def _texts(value: Value, mod: Mod, expr: facts.AnyExpr) -> Iterator[tuple[Value, Place]]:
    """The address-like values of a settings table, or the value itself."""
    if not isinstance(value, Table):
        yield value, mod.place(expr)
        return
    for inner in walk(value):
        if isinstance(inner, Table):
            for key, one, start, end in inner.entries:
                if key in ("LOCATION", "hosts", "host", "HOST"):
                    items = getattr(one, "items", None)
                    for item in items if items is not None else (one,):
                        pair = getattr(item, "items", None)
                        yield (pair[0] if pair else item), mod.place(facts.Expr(start, end))


_DIALECTS = {"mysql": "MySQL", "mariadb": "MySQL", "mongodb": "MongoDB"}
"""Kinds of databases by what they are called where a client of several kinds is told which."""


def _kind(app: App, effect: Effect) -> str:
    """What kind of service a client connects to."""
    _, value = app.code.argument(effect, effect.row.dialect) if effect.row.dialect else (None, UNKNOWN)
    text = next((text for one in options(value) if (text := text_of(one))), "")
    return next((kind for word, kind in _DIALECTS.items() if text.startswith(word)), effect.row.kind)


def _effect_addresses(app: App, effect: Effect) -> Iterator[tuple[str, Place, Value, bool | None, tuple[str, ...], str]]:
    row, kind = effect.row, _kind(app, effect)
    found = False
    for where in dict.fromkeys((row.url, row.host)):
        if where:
            expr, value = app.code.argument(effect, where)
            if expr is not None:
                found = True
                yield kind, effect.mod.place(expr), value, effect.runs, effect.processes, ""
    if not found and row.default_host and in_plain_sight(app.code, effect) and "dsn" not in str(effect.fact.call.args):
        if row.kind in ("Redis", "MySQL") and any(
            isinstance(a, facts.Keyword) and a.name in ("connection_pool", "unix_socket_path", "read_default_file", "url", "option_files")
            for a in effect.fact.call.args
        ):
            return
        if any(
            app.code.argument(effect, name)[0] is not None for name in ("path", "sentinels", "socketPath", "createClient", "connection")
        ):
            return
        if (row.note == "mongoengine" and effect.fact.call.args) or _made_by_another(effect):
            return
        yield kind, effect.mod.place(effect.fact.call), Known(None), effect.runs, effect.processes, row.default_host


def _made_by_another(effect: Effect) -> bool:
    """Whether the object is only made to call a method that makes another one: `ConnectionPool().from_url(url)`."""
    funcs = (fact.call.func for fact in effect.mod.facts.calls)
    return any(isinstance(func, facts.Attr) and func.base == effect.fact.call and func.name.startswith("from_") for func in funcs)


def _django_host(
    value: Value, mod: Mod, at: Place, runs: bool | None, who: tuple[str, ...]
) -> Iterator[tuple[str, Place, Value, bool | None, tuple[str, ...], str]]:
    for one in options(value):
        if isinstance(one, Table):
            engine = text_of(one.get("ENGINE") or Known("")) or ""
            if engine.endswith(("sqlite3", "spatialite", "dummy")):
                return
            entry = next((e for e in one.entries if e[0] == "HOST"), None)
            kind = "MySQL" if "mysql" in engine else "PostgreSQL"
            if entry is not None:
                yield kind, mod.place(facts.Expr(entry[2], entry[3])), entry[1], runs, who, ""
            return


def _local(value: Value, default: str) -> tuple[str | None, bool]:
    """The local address that a value is (None: it is none), and whether a variable would replace it."""
    if default and value == Known(None):
        return f"its default host {default}", False
    overridable = False
    for one in options(value):
        if isinstance(one, Env):
            overridable = True
            continue
        if isinstance(one, Made | AnyOf) or (one is value and isinstance(one, Table)):
            if isinstance(one, Made) and one.name.startswith("."):
                return _local(one.args[0], "") if one.args else (None, False)
            continue
        text = text_of(one)
        if text is None:
            continue
        if isinstance(one, Text) and env_names(one):
            host = [p for p in one.parts if isinstance(p, Env)]
            if host:
                continue
        if SOCKET.fullmatch(text):
            return "a socket of the same machine", overridable
        match = LOCAL.search(text) if "{}" not in text.partition("@")[2] or "@" not in text else None
        if match and not text.startswith(("sqlite", "file:")):
            return re.sub(r"^\w*://|/$|@(?:tcp\()?|\?|,|\)|^host=", "", match.group(0)) or "localhost", overridable
    return None, False


@rule("HL303", "postgres-url-scheme", ERROR, WARNING, needs=("code", "processes"))
def postgres_url_scheme(app: App) -> Iterator[Finding]:
    """Heroku's `postgres://` address reaches SQLAlchemy unchanged."""
    version = app.dependencies.version("sqlalchemy")
    if version and before("sqlalchemy", "knows no postgres:// any more", version):
        return
    old_flask = app.dependencies.version("flask-sqlalchemy")
    if old_flask and not version and not app.dependencies.complete and before("flask-sqlalchemy", "runs with SQLAlchemy 1.4", old_flask):
        return
    seen: set[tuple[str, int]] = set()
    for database in databases(app.code):
        if database.kind != "url" or not _sqlalchemy(database.api) or database.place.span is None:
            continue
        env = next((v for v in options(database.value) if isinstance(v, Env)), None) or _text_env(database.value)
        if env is None or env.name != "DATABASE_URL" or _rewritten(app, database.mod, database.value):
            continue
        if (database.place.path, database.place.span.start) in seen:
            continue
        seen.add((database.place.path, database.place.span.start))
        from herolint.app.mends.scheme_edits import as_postgresql

        yield report(
            "HL303",
            "hands DATABASE_URL to SQLAlchemy as it is, but Heroku's starts with postgres://",
            Place(database.place.path, database.place.span, "starts with postgres://"),
            why="SQLAlchemy 1.4 and later know only postgresql:// and stop with NoSuchModuleError: the app crashes (H10)"
            + (f", if {database.assumed} is the class that is chosen" if database.assumed else ""),
            severity=ERROR if database.runs else WARNING,
            fix=as_postgresql(app, database, 'use `os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)`'),
            process=database.processes[0] if database.processes else "",
            confidence=Confidence.HIGH if database.runs and not database.assumed else Confidence.MEDIUM,
        )


def _sqlalchemy(api: str) -> bool:
    return "sqlalchemy" in api.lower() or "sqlmodel" in api or api in ("DATABASE_URI",)


def _text_env(value: Value) -> Env | None:
    if isinstance(value, Text) and value.parts and isinstance(value.parts[0], Env):
        return value.parts[0]
    return None


def _rewritten(app: App, mod: Mod, value: Value) -> bool:
    """Whether the value, or code beside it, turns postgres:// into postgresql://."""
    if any(
        isinstance(v, Made) and v.name.rpartition(".")[2] in ("replace", "sub", "set", "removeprefix", "split", "partition")
        for v in walk(value)
    ):
        return True
    return "postgresql://" in mod.source.text and (
        "replace(" in mod.source.text or "startswith(" in mod.source.text or "re.sub" in mod.source.text
    )
