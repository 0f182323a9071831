"""Migrations of databases that outlive a deploy: which tool the app uses, and the command that runs them before a release."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.collectstatic import manage_py
from herolint.app.frameworks.rails_data import sqlite_database
from herolint.app.overview import ON_DISK, services
from herolint.app.propose.made import Makes
from herolint.code.queries import last_name
from herolint.knowledge.starts import load_starts

if TYPE_CHECKING:
    from herolint.app.model import App

_CONNECTS = frozenset({"set_main_option", "create_engine", "create_async_engine", "engine_from_config"})
"""Calls by which Alembic's own script gets at a database that its ini file does not name."""
_FLASK = ("flask.Flask()",)


def migrations(app: App) -> Iterator[tuple[str, str]]:
    """Name of a tool whose migrations the app has, and the command; nothing where the database is a file, or none is known."""
    commands = load_starts().migrations
    if app.rails is not None and any(path.startswith("db/migrate/") for path in app.slug) and sqlite_database(app.rails) is None:
        yield "Rails", commands["rails"]
    if _has_prisma(app):
        yield "Prisma", commands["prisma"]
    if not _outlives(app):
        return
    manage = manage_py(app)
    if manage is not None and app.dependencies.has("django") and any("/migrations/0001" in path for path in app.slug):
        yield "Django", commands["django"].format(manage=manage)
    elif app.dependencies.has("flask-migrate") and "migrations/env.py" in app.slug:
        yield from _flask_migrate(app, commands["flask-migrate"])
    elif app.dependencies.has("alembic") and "alembic.ini" in app.slug and _alembic_finds_it(app):
        yield "Alembic", commands["alembic"]


def _outlives(app: App) -> bool:
    """Whether some process uses a database, and none keeps one in a file of the dyno."""
    used = {service.name for found in services(app).values() for service in found}
    return "PostgreSQL" in used and ON_DISK not in used


def _has_prisma(app: App) -> bool:
    package = app.package_json
    if package is None or "prisma" not in package.dependencies:  # the build takes devDependencies away before the release
        return False
    kept = any(schema.provider != "sqlite" for _, schema in app.prisma_schemas)
    return kept and any("prisma/migrations/" in path for path in app.slug)


def _flask_migrate(app: App, command: str) -> Iterator[tuple[str, str]]:
    makes = Makes(app)
    made = makes.of(_FLASK)
    if len(made) == 1 and made[0].path.endswith(".py"):
        folder, module = makes.dotted(made[0].path)
        if not folder:
            yield "Flask-Migrate", command.format(module=module)


def _alembic_finds_it(app: App) -> bool:
    """Whether the script beside the migrations tells Alembic where the database is: what the ini file says is for a developer's machine."""
    for path in app.slug:
        mod = app.code.code.mod(path) if posixpath.basename(path) == "env.py" else None
        for fact in mod.facts.calls if mod is not None else ():
            func = fact.call.func
            if last_name(func) in _CONNECTS:
                return True
    return False
