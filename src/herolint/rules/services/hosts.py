"""Addresses that stand in the code: databases elsewhere, and APIs on the dyno itself."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launching.side_by_side import MANAGERS
from herolint.app.linking.values import Known, Text, text_of
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.code import facts
from herolint.finding import Confidence, Finding, Place
from herolint.patterns import lazy
from herolint.platforms.addons import GoneHost, load_addons
from herolint.rules.registry import ERROR, WARNING, report

LOCAL = lazy(
    r"(?:^|://|@|@tcp\(|\bhost=)(?:localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)(?::\d+)?(?:/|$|\?|,|\)|(?=\s))"
)
SOCKET = lazy(r"(?:postgres|postgresql|mysql)(?:\+\w+)?:///[\w-]*")
"""An address without a host: the server's socket on the same machine."""
_HOST = lazy(
    r"(?:mongodb|postgres|postgresql|mysql|redis|rediss|amqp|amqps)(?:\+srv)?://(?:[^@/]*@)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:/|$|\?)"
)
"""An address with a literal host of several parts."""
_BARE = lazy(
    r"https?://(?P<host>(?!0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?(?:/|$|\?)"
)
"""An address with a public number in place of a name."""
_API = lazy(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d+(?=/|$|\?)")
ADDONS = {
    "PostgreSQL": ("heroku-postgresql", "DATABASE_URL"),
    "Redis": ("heroku-redis", "REDIS_URL"),
    "MongoDB": ("a MongoDB add-on or Atlas", "MONGODB_URI"),
    "MySQL": ("a MySQL add-on such as jawsdb", "JAWSDB_URL"),
    "memcached": ("memcachier or memcachedcloud", "MEMCACHIER_SERVERS"),
    "broker": ("heroku-redis or cloudamqp", "REDIS_URL"),
}


def written_hosts(app: App) -> Iterator[Finding]:
    """Services elsewhere whose host is a literal: only name and password, if anything, come from outside."""
    for effect, expr, host, gone in _hosts(app):
        if gone is None:
            kind = effect.row.kind if effect.row.effect == "connects" else "an API"
            yield report(
                "HL301",
                f"the address of {kind} ({host}) is written in the code",
                effect.mod.place(expr, "cannot be changed by a config var"),
                severity=WARNING,
                why="where the address changes, or a copy of the app should use other data, only new code helps",
                fix=f"read the whole address: {_read(app, effect)}",
                process=effect.processes[0],
                confidence=Confidence.MEDIUM,
            )


def gone_hosts(app: App) -> Iterator[Finding]:
    """Services whose host is a literal, and whose provider has shut it down."""
    for effect, expr, host, gone in _hosts(app):
        if gone is not None:
            yield report(
                "HL306",
                f"connects to {effect.row.kind} on {host}, which its provider has shut down",
                effect.mod.place(expr, f"gone since {gone.since}"),
                why=f"nothing has answered there since {gone.since}",
                fix=f"move to {gone.instead}, and read the whole address: {_read(app, effect)}",
                process=effect.processes[0],
            )


def _hosts(app: App) -> Iterator[tuple[Effect, facts.AnyExpr, str, GoneHost | None]]:
    """Each literal host once: the call that connects, its address, the host, and what is known of a provider that is gone."""
    seen: set[str] = set()
    for effect in app.code.effects_of("connects", "network"):
        expr, text = _literal(app, effect)
        found = (_HOST if effect.row.effect == "connects" else _BARE).match(text)
        if expr is None or found is None or LOCAL.search(text) or not effect.runs or found["host"] in seen:
            continue
        host = found["host"]
        seen.add(host)
        yield effect, expr, host, next((row for row in load_addons().gone_host if f".{host}".endswith(f".{row.domain}")), None)


def _read(app: App, effect: Effect) -> str:
    variable = ADDONS.get(effect.row.kind, ("", "SERVICE_URL"))[1]
    return f"`{app.code.spell(effect.mod, 'required', name=variable)}`"


def _literal(app: App, effect: Effect) -> tuple[facts.AnyExpr | None, str]:
    """The address of a call where no variable decides on it as a whole."""
    expr, value = app.code.argument(effect, effect.row.url) if effect.row.url else (None, Known(None))
    return expr, (text_of(value) or "") if isinstance(value, Known | Text) else ""


def local_apis(app: App) -> Iterator[Finding]:
    """Calls of web to an API on its own dyno, where nothing but web runs."""
    web = app.web
    if web is None or len([launch for launch in web.launches if launch.command.background]) or _starts_others(app):
        return
    seen: set[str] = set()
    for effect in app.code.effects_of("network", "calls-api"):
        if "web" not in effect.processes or not effect.row.url:
            continue
        expr, value = app.code.argument(effect, effect.row.url)
        text = text_of(value) if expr is not None else None
        found = _API.match(text) if text is not None else None
        if expr is None or found is None or found.group() in seen:
            continue
        seen.add(found.group())
        yield report(
            "HL301",
            f"calls {found.group()}, where a dyno runs no such service",
            effect.mod.place(expr, "on the dyno itself"),
            why="each dyno runs one process and nothing else; the connection is refused",
            fix="read the address of the service from a config var",
            severity=ERROR if effect.runs else WARNING,
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )


def mongoid_hosts(app: App) -> Iterator[Finding]:
    """Mongoid's file with an address on the dyno itself."""
    for one in app.mongo_addresses:
        if app.processes and LOCAL.search(one.text):
            yield report(
                "HL301",
                f"connects to MongoDB on {one.text}, where a dyno runs no such service",
                Place(one.at.path, one.at.span, "on the dyno itself"),
                why="each dyno runs one process and nothing else; the connection is refused",
                fix=f'add {ADDONS["MongoDB"][0]} and write `uri: <%= ENV["{ADDONS["MongoDB"][1]}"] %>` in its place',
                process="web" if app.web is not None else "",
            )
            return


def local_settings(app: App) -> Iterator[Finding]:
    """Files of settings, of frameworks whose code is not read, that name a service on the dyno itself."""
    for one in app.data_sources:
        if one.where == "host":
            addon = ADDONS.get(one.kind, ("an add-on", ""))[0]
            yield report(
                "HL301",
                f"connects to {one.kind} on {one.text}, where a dyno runs no such service, unless {one.variable} is set",
                Place(one.at.path, one.at.span, "on the dyno itself"),
                severity=WARNING,
                why="each dyno runs one process and nothing else; the connection is refused",
                fix=f"add {addon}, and give its address by {one.variable} or a placeholder of your own",
                process="web",
                confidence=Confidence.MEDIUM,
            )


def mail_servers(app: App) -> Iterator[Finding]:
    """A mail server on the dyno itself, to which Rails hands the mails of production."""
    from herolint.app.frameworks.rails_hosts import local_mail_server

    found = local_mail_server(app.rails) if app.rails is not None else None
    if found is not None:
        host, setting = found
        yield report(
            "HL301",
            f"hands its mails to a server on {host}, where a dyno runs none",
            setting.value_place("on the dyno itself"),
            why="each dyno runs one process and nothing else; the connection is refused, and no mail is sent",
            fix='add a mail service (such as sendgrid or mailgun) and read its address: `address: ENV.fetch("SMTP_ADDRESS")`',
            process="web",
        )


def _starts_others(app: App) -> bool:
    """Whether web is a program that starts others beside it."""
    return app.web is not None and any(x.tool in MANAGERS or x.tool in ("npm-run-all", "run-p", "nginx") for x in app.web.launches)
