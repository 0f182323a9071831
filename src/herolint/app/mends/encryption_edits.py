"""How a client of Postgres or Redis is told to encrypt: in production only where the code says nothing of it yet."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.mends import mending
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.services.encryption import Unencrypted
from herolint.changes import Change
from herolint.code import facts
from herolint.code.queries import walk
from herolint.edits.code import placed
from herolint.edits.tables import with_entry, with_option
from herolint.edits.text import quoted_as
from herolint.source import Span


def switched_on(app: App, found: Unencrypted) -> tuple[Change, ...]:
    """Edits that switch encryption on, without a check of the certificate; empty where the options stand in no plain sight."""
    effect, at = found.effect, found.at
    if not effect.row.mends or not effect.row.url or not mending.is_sound(effect.mod):
        return ()
    if found.how == "missing":
        return with_option_of_row(app, effect)
    if isinstance(at, facts.Mapping):
        return with_entry(effect.mod.source, at, "rejectUnauthorized", "rejectUnauthorized", "false")
    span = Span(at.start, at.end)
    if isinstance(at, facts.Const):
        return mending.replaced(app, effect.mod, span, "unchecked" if found.how == "verifies" else "encrypted")
    if isinstance(at, facts.Binary) and found.how == "verifies" and at.op in ("===", "=="):
        return mending.inserted(effect.mod, (at.end, f" ? {mending.spelled(app, effect.mod, 'unchecked')} : false"))
    return ()


def with_option_of_row(app: App, effect: Effect) -> tuple[Change, ...]:
    """A client of DATABASE_URL or REDIS_URL with the option that its row names; its code is in the row, or what the language spells `encrypted`."""
    where, _, said = effect.row.mends.partition(" = ")
    position, name = placed(where)
    path, args = name.split("."), effect.fact.call.args
    address, _ = app.code.argument(effect, effect.row.url)
    if 0 < position <= len(args) and args[position - 1] is address:
        return mending.mended(app, effect) if said else mending.given(app, effect.mod, effect.fact.call, where, "encrypted")
    whole = next((one.rpartition(".")[2] for one in effect.row.url.split() if "." in one), "")
    for mod, table, word, value in _holders(app, effect):
        code = quoted_as(mod.source, said) or mending.spelled(app, mod, "encrypted")
        if word == whole:
            path = path[-1:]
        elif len(path) > 1 and word == path[0]:
            options = f", {path[-1]}: {code} }}"
            return mending.inserted(mod, (value.start, f"{{ {whole}: "), (value.end, options)) if whole and len(path) == 2 else ()
        return with_option(mod.source, table, path, code) if mending.is_sound(mod) else ()
    return ()


def _holders(app: App, effect: Effect) -> Iterator[tuple[Mod, facts.Mapping, str, facts.AnyExpr]]:
    """The literals among the options of a call, here or where a name leads, that give the address: with its name and value."""
    words = {where.rpartition(".")[2] for where in effect.row.url.split() if not where.isdigit()}
    for arg in effect.fact.call.args:
        mod, _, made = origin(app.code.linker, effect.mod, effect.fact.function, arg)
        for table in (one for one in _within(mod, made) if isinstance(one, facts.Mapping)):
            for key, value in table.items:
                if isinstance(key, facts.Const) and key.value in words and not isinstance(value, facts.Mapping | facts.Star):
                    yield mod, table, key.value, value


def _within(mod: Mod, expr: facts.AnyExpr) -> Iterator[facts.AnyExpr]:
    """The expressions inside one, with those that its functions give back."""
    for inner in walk(expr):
        yield inner
        if isinstance(inner, facts.Closure):
            for given in mod.facts.returns:
                if given.function == inner.number:
                    yield from walk(given.value)
