"""How a client of REDIS_URL is told not to check a certificate that no public authority has signed."""

from __future__ import annotations

from herolint.app.frameworks.rails_redis import RedisUse
from herolint.app.linking.origins import origin
from herolint.app.mends import mending
from herolint.app.mends.encryption_edits import with_option_of_row
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.code.queries import walk
from herolint.edits.tables import value_of, with_entry
from herolint.edits.text import indentation, written
from herolint.source import Span

_TYPED = (".ts", ".tsx", ".mts")


def unchecked_by_option(app: App, effect: Effect) -> tuple[Change, ...]:
    """The option in plain sight, where a client on a laptop, without TLS, takes it as well."""
    if not effect.row.mends:
        return ()
    # The types of node-redis know rejectUnauthorized only beside a `tls` that is written out.
    if effect.mod.path.endswith(_TYPED) and "socket." in effect.row.mends:
        return ()
    named = any(isinstance(arg, facts.Keyword) for arg in effect.fact.call.args)
    return mending.mended(app, effect) if named else with_option_of_row(app, effect)


def unchecked_where_encrypted(app: App, effect: Effect) -> tuple[Change, ...]:
    """`ssl_cert_reqs` for addresses with TLS: the client without TLS takes no such argument."""
    mod, call = effect.mod, effect.fact.call
    url, _ = app.code.argument(effect, effect.row.url)
    plain = isinstance(url, facts.Name | facts.Attr | facts.Index) or (isinstance(url, facts.Call) and isinstance(url.func, facts.Attr))
    if url is None or not plain or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    address = written(mod.source, Span(url.start, url.end))
    code = mending.spelled(app, mod, "unchecked-redis", address=address)
    if not code or "\n" in address:
        return ()
    last, first = call.args[-1], call.args[0]
    broken = mod.source.line_of(first.start) != mod.source.line_of(call.func.end)
    gap = "\n" + indentation(mod.source, first.start) if broken else " "
    return mending.inserted(mod, (last.end, f",{gap}{code}"))


_UNVERIFIED = "OpenSSL::SSL::VERIFY_NONE"


def told_in_settings(app: App, use: RedisUse) -> tuple[Change, ...]:
    """`ssl_params` beside the address that Sidekiq, Action Cable or the cache is given, which a client without TLS does not look at."""
    source, span = app.source(use.at.path), use.at.span
    if source is None or span is None or source.encoding_problem is not None:
        return ()
    if use.yaml:
        line = source.line_span(source.line_of(span.start))
        if not written(source, line).lstrip().startswith("url:") or span.end > line.end:
            return ()
        gap = "\n" + indentation(source, span.start)
        return (Edit(use.at.path, Span(line.end, line.end), f"{gap}ssl_params:{gap}  verify_mode: <%= {_UNVERIFIED} %>"),)
    mod = app.code.code.mod(use.at.path)
    found = mending.expression_at(mod, span) if mod is not None else None
    if mod is None or found is None:
        return ()
    mod, _, made = origin(app.code.linker, mod, *found)
    tables = [one for one in walk(made) if isinstance(one, facts.Mapping) and value_of(one, "url") is not None]
    if len(tables) != 1 or not mending.is_sound(mod):
        return ()
    return with_entry(mod.source, tables[0], "ssl_params", "ssl_params", f"{{ verify_mode: {_UNVERIFIED} }}")
