"""Add-ons that the code needs and app.json does not order; databases looked for where no add-on puts them."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.needs.variables import EnvRead
from herolint.app.services.databases import speaks
from herolint.app.services.encryption import POSTGRES
from herolint.finding import Confidence, Finding, Place
from herolint.platforms.addons import load_addons
from herolint.rules.registry import WARNING, report, rule

_SEPARATE = frozenset(
    """
    DB_HOST DB_NAME DB_USER DB_PASSWORD DATABASE_HOST DATABASE_NAME POSTGRES_HOST POSTGRES_DB PGHOST PGDATABASE SQL_HOST DBHOST
    POSTGRESQL_HOST
    """.split()
)
_WHOLE = frozenset(
    """
    JAWSDB_URL CLEARDB_DATABASE_URL DB_URL DATABASE_URI SQLALCHEMY_DATABASE_URI POSTGRES_URL POSTGRES_URI PG_URL PGURL DATABASE
    PG_CONNECTION_STRING DB_CONNECTION_STRING CONNECTION_STRING
    """.split()
)
"""Variables that hold a whole address."""
_HOSTS = frozenset({"DB_HOST", "DATABASE_HOST", "POSTGRES_HOST", "PGHOST", "SQL_HOST", "DBHOST", "POSTGRESQL_HOST"})


@rule("HL307", "addon-missing", WARNING, needs=("code", "processes", "app.json"))
def addon_missing(app: App) -> Iterator[Finding]:
    """app.json sets an app up without the add-on whose address the code needs."""
    if app.app_json is None or not (app.app_json.addons or app.app_json.env):
        return
    plans = [a.plan.lower() for a in app.app_json.addons]
    for addon in load_addons().addon:
        if any(addon.slug in plan or any(other in plan for other in addon.others) for plan in plans):
            continue
        for read in app.code.env_reads:
            if read.name in addon.sets and read.required and read.name not in app.app_json.env:
                yield report(
                    "HL307",
                    f"the code needs {read.name}, and app.json orders no add-on that sets it",
                    read.at,
                    why="an app that is set up from app.json (button, review app) starts without it and fails",
                    related=(Place("app.json", None, "no such add-on here"),),
                    fix=f'add `{{"plan": "{addon.slug}"}}` to `addons` in app.json',
                    process=read.process,
                )
                break


@rule("HL309", "database-url-ignored", WARNING, needs=("code", "processes"))
def database_url_ignored(app: App) -> Iterator[Finding]:
    """The database is looked for in DB_HOST and friends, which no add-on sets, and never in DATABASE_URL."""
    reads = app.code.env_reads
    names = {read.name for read in reads}
    if any("DATABASE_URL" in name or name in _WHOLE for name in names):
        return
    if app.dependencies.has("django-heroku", "dj-database-url", "django-on-heroku") or not _asks_for_postgres(app):
        return
    separate = [read for read in reads if read.name in _SEPARATE]
    host = next((read for read in separate if read.name in _HOSTS), None)
    if host is None or len({read.name for read in separate}) < 2 or app.config_var(host.name) is not None:
        return
    yield _ignored(app, host)


def _asks_for_postgres(app: App) -> bool:
    if any(e.row.kind == "PostgreSQL" and speaks(app.code, e, *POSTGRES) for e in app.code.effects_of("connects")):
        return True
    return app.dependencies.has("psycopg2", "psycopg2-binary", "psycopg", "psycopg-binary", "asyncpg", "pg8000")


def _ignored(app: App, host: EnvRead) -> Finding:
    return report(
        "HL309",
        f"the database is looked for in {host.name}, which no add-on sets; DATABASE_URL is never read",
        host.at,
        why="Heroku Postgres gives its address as DATABASE_URL and may change it at any time; copies of its parts go stale",
        fix="read DATABASE_URL, e.g. with `dj_database_url.config()`" if app.code.django is not None else "read DATABASE_URL",
        process=host.process,
        confidence=Confidence.MEDIUM,
    )
