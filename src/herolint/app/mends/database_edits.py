"""How a SQLite file is kept for development, and the add-on's database taken on a dyno."""

from __future__ import annotations

from herolint.app.folding.config_vars import orders
from herolint.app.linking.origins import origin
from herolint.app.mends import mending
from herolint.app.mends.manifest_edits import requirement_added
from herolint.app.model import App
from herolint.app.services.databases import Database
from herolint.changes import Change
from herolint.code import facts
from herolint.edits.text import written
from herolint.finding import Fix
from herolint.source import Span

_ONLY_SQLITE = ("check_same_thread", "PRAGMA", "sqlite3", "sqlite_")
"""Words in code that makes no sense to another database."""
_DRIVERS = ("psycopg2", "psycopg2-binary")


def kept_for_development(app: App, database: Database, words: str) -> Fix:
    """SQLAlchemy's address from DATABASE_URL on a dyno, as it is elsewhere; nothing where more of the code would have to change."""
    found = mending.expression_at(database.mod, database.place.span)
    if found is None or database.kind != "url" or "sqlalchemy" not in database.api.lower():
        return Fix(words)
    mod, _, expr = origin(app.code.linker, database.mod, *found)
    literal = expr.parts[0] if isinstance(expr, facts.Concat) and expr.parts else expr
    plain = isinstance(literal, facts.Const) and str(literal.value).startswith("sqlite:///")
    bound = any(word in one.source.text for one in app.code.modules for word in _ONLY_SQLITE)
    undeclared = app.app_json is not None and not orders(app, "heroku-postgresql")
    span = Span(expr.start, expr.end)
    address = written(mod.source, span)
    if not plain or bound or undeclared or "\n" in address:
        return Fix(words)
    driver: tuple[Change, ...] = ()
    if not app.dependencies.has(*_DRIVERS):
        driver = requirement_added(app, _DRIVERS[1]) if not app.dependencies.has("psycopg", "pg8000", "asyncpg") else ()
        if not driver:
            return Fix(words)
    edits = mending.replaced(app, mod, span, "database-on-dyno", otherwise=address)
    return Fix(words, (*edits, *driver) if edits else (), then="`heroku addons:create heroku-postgresql`" if edits else "")
