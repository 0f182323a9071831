"""How an address that is read from the environment gets the scheme that its client knows."""

from __future__ import annotations

from herolint.app.folding.env_reads import gives_text, is_table
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known, Text
from herolint.app.mends import mending
from herolint.app.model import App
from herolint.app.services.databases import Database
from herolint.code import facts
from herolint.code.queries import dotted, walk
from herolint.finding import Fix


def as_postgresql(app: App, database: Database, words: str) -> Fix:
    """`postgresql://` in place of the `postgres://` that DATABASE_URL begins with, where the code reads it as text."""
    found = mending.expression_at(database.mod, database.place.span)
    if found is None:
        return Fix(words)
    mod, function, expr = origin(app.code.linker, database.mod, *found)
    alternative = isinstance(expr, facts.Logic) and expr.op == "or"
    read = expr.parts[0] if isinstance(expr, facts.Logic) and alternative else expr
    renamed, empty = app.code.spell(mod, "as-postgresql"), app.code.spell(mod, "else-empty")
    if not renamed or not _is_text(app, mod, function, read):
        return Fix(words)
    if mod.source.data[_name_of(read).start : _name_of(read).start + 1] == b"'":
        renamed, empty = renamed.replace('"', "'"), empty.replace('"', "'")
    if not _may_be_missing(app, mod, function, read):
        return Fix(words, mending.inserted(mod, (read.end, renamed)), safe=True)
    # Empty text stands for what is not set, which an alternative after it takes for the same.
    if not alternative and _asked_for_none(mod, expr):
        return Fix(words)
    return Fix(words, mending.inserted(mod, (_name_of(read).end, empty), (read.end, renamed)), safe=alternative)


def _name_of(read: facts.AnyExpr) -> facts.AnyExpr:
    """Where a read names its variable."""
    return read.key if isinstance(read, facts.Index) else read.args[0] if isinstance(read, facts.Call) and read.args else read


def _is_text(app: App, mod: Mod, function: int, read: facts.AnyExpr) -> bool:
    """Whether the expression is a read of one variable that gives text, or None."""
    value = app.code.fold(mod, function, read)
    if not isinstance(value, Env) or not isinstance(_name_of(read), facts.Const):
        return False
    if isinstance(read, facts.Index):
        return is_table(app.code.linker.qualified(mod, function, read.base) or "")
    plain = isinstance(read, facts.Call) and gives_text(app.code.linker.qualified(mod, function, read.func) or "")
    return plain and (value.required or value.default is None or isinstance(value.default, Known | Text))


def _may_be_missing(app: App, mod: Mod, function: int, read: facts.AnyExpr) -> bool:
    value = app.code.fold(mod, function, read)
    return isinstance(read, facts.Call) and len(read.args) == 1 and isinstance(value, Env) and not value.required


def _asked_for_none(mod: Mod, expr: facts.AnyExpr) -> bool:
    """Whether a condition asks whether the name that the expression is bound to is None."""
    names = {dotted(one.target) for one in mod.facts.assigns if one.value is expr}
    return any(
        isinstance(one, facts.Binary) and one.op in ("is", "is not", "==", "!=") and dotted(one.left) in names
        for guard in mod.facts.guards
        for one in walk(guard.test)
    )
