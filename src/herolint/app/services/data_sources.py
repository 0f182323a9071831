"""Databases that settings of the JVM and of .NET name: what lies on the dyno itself, in its memory or in a file of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.java_build import build_text
from herolint.app.folding.config_vars import is_set
from herolint.app.frameworks.spring import spring_of
from herolint.finding import Place
from herolint.patterns import lazy
from herolint.platforms.addons import load_addons

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node

_JDBC = lazy(r"jdbc:(?P<kind>\w+):(?P<rest>.*)")
_LOCAL = lazy(r"(?://|@|^|,)(?P<host>localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)(?=[:/;,?]|$)")
_KINDS = {"mysql": "MySQL", "mariadb": "MySQL", "postgresql": "PostgreSQL", "sqlserver": "SQL Server", "oracle": "Oracle"}
_SPRING_HOSTS = {
    "spring.data.mongodb.uri": "MongoDB", "spring.data.mongodb.host": "MongoDB", "spring.redis.host": "Redis", "spring.data.redis.host": "Redis",
    "spring.redis.url": "Redis", "spring.data.redis.url": "Redis", "spring.rabbitmq.host": "a message broker",
}  # fmt: skip
"""Settings of Spring that say where a service is, and that no add-on replaces by itself."""
_SERVER = lazy(r"(?i)(?:^|;)\s*(?:server|data source|host|datasource|address|addr)\s*=\s*(?P<host>[^;]+)")
_ON_THIS_MACHINE = lazy(r"(?i)(?:tcp:)?(?:localhost|127\.0\.0\.1|\.|\(local\)|\(localdb\))(?:[\\,:].*)?\Z|[^.;]*\\[\w$]+\Z")
_FILE = lazy(r"(?i)[^;=\\]*\.(?:db|sqlite3?|db3)\Z")


class DataSource(msgspec.Struct, frozen=True):
    """A database by its kind, where that is said, and what the address says.

    `where` is `host` (a service on the dyno, `text` its host), `file` or `memory`. `variable` is what takes its place when it is set.
    """

    kind: str
    where: str
    text: str
    at: Place
    variable: str


def data_sources(app: App) -> Iterator[DataSource]:
    """Such databases of the app that is deployed."""
    if "web" not in app.processes:
        return
    yield from _spring(app)
    yield from _dotnet(app)


def _spring(app: App) -> Iterator[DataSource]:
    spring = spring_of(app)
    if spring is None or not spring.plain or _is_given(app, "SPRING_DATASOURCE_URL"):
        return
    url = spring.settings.get("spring.datasource.url")
    match = _JDBC.match(url.value.strip("\"'")) if url is not None else None
    # The buildpack adds a Postgres to a bundle with its driver, and hands its address to Spring in place of this one.
    replaced = "org.postgresql" in build_text(app) or any(_is_given(app, name) for name in app.platform.jvm.jdbc_from)
    if url is not None and match is not None and not replaced:
        kind, rest = match["kind"], match["rest"]
        if kind in ("h2", "hsqldb", "derby"):
            memory = rest.startswith(("mem:", "memory:"))
            yield DataSource(kind.upper(), "memory" if memory else "file", rest.partition(";")[0], url.at, "SPRING_DATASOURCE_URL")
        elif kind == "sqlite":
            yield DataSource("SQLite", "file", rest.partition("?")[0], url.at, "SPRING_DATASOURCE_URL")
        elif kind in _KINDS and (local := _LOCAL.search(rest)) is not None:
            yield DataSource(_KINDS[kind], "host", local["host"], url.at, "SPRING_DATASOURCE_URL")
    for key, kind in _SPRING_HOSTS.items():
        setting = spring.settings.get(key)
        variable = key.upper().replace(".", "_")
        local = _LOCAL.search(setting.value) if setting is not None and "${" not in setting.value else None
        if setting is not None and local is not None and not is_set(app, variable):
            yield DataSource(kind, "host", local["host"], setting.at, variable)


def _is_given(app: App, name: str) -> bool:
    """Whether app.json or the context gives the app that variable, by itself or by an add-on."""
    addons = app.app_json.addons if app.app_json is not None else ()
    return app.config_var(name) is not None or any(load_addons().sets(addon.plan, addon.as_, name) for addon in addons)


def _dotnet(app: App) -> Iterator[DataSource]:
    from herolint.app.building.dotnet_build import builds_dotnet, projects

    if not builds_dotnet(app):
        return
    for project in projects(app):
        folder = project.path.rpartition("/")[0]
        base = f"{folder}/" if folder else ""
        if project.there and project.web and not _decides_itself(app, base):
            yield from _connections(app, base)


def _decides_itself(app: App, base: str) -> bool:
    """Whether code of the project reads variables of its own."""
    paths = (path for path in app.slug if path.startswith(base) and path.endswith((".cs", ".fs", ".vb")))
    return any(
        (source := app.document(path)) is not None and ("GetEnvironmentVariable" in source.text or "DATABASE_URL" in source.text)
        for path in paths
    )


def _connections(app: App, base: str) -> Iterator[DataSource]:
    found: dict[str, tuple[str, Node]] = {}
    from herolint.app.building.loading import json_object

    for name in ("appsettings.json", "appsettings.Production.json"):
        root = json_object(app, f"{base}{name}")
        section = root.get("ConnectionStrings") if root is not None else None
        for entry in section.entries if section is not None and section.kind == "map" else ():
            if entry.value.kind == "str":
                found[entry.key] = f"{base}{name}", entry.value
    for key, (path, node) in found.items():
        text, variable = str(node.value), f"ConnectionStrings__{key}"
        match = _SERVER.search(text)
        if match is None or is_set(app, variable):
            continue
        host = match["host"].strip()
        if _FILE.match(host):
            yield DataSource("SQLite", "file", host, Place(path, node.span), variable)
        elif _ON_THIS_MACHINE.match(host):
            yield DataSource(_dotnet_kind(text), "host", re.split(r"[,:]", host.removeprefix("tcp:"))[0], Place(path, node.span), variable)


def _dotnet_kind(text: str) -> str:
    lower = text.lower()
    return "PostgreSQL" if re.search(r"(^|;)\s*host\s*=", lower) else "MySQL" if "uid=" in lower and "port=3306" in lower else "SQL Server"
