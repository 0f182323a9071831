"""Connections that fall silent, and pages that call the visitor's own machine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from herolint.app.model import App
from herolint.app.services.client import local_calls
from herolint.app.timing.idle import silent_connections
from herolint.finding import Confidence, Finding
from herolint.rules.registry import WARNING, report, rule


@rule("HL504", "websocket-idle", WARNING, needs=("code", "processes"))
def websocket_idle(app: App) -> Iterator[Finding]:
    """Open connections without a sign of life are cut by the router."""
    limit = app.platform.idle_timeout_s
    if app.web is None:
        return
    for found in silent_connections(app.code, limit):
        yield report(
            "HL504",
            f"{found.kind}: no ping within {limit:.0f} s keeps a quiet connection open",
            found.place,
            why=f"after {limit:.0f} s without a byte in either direction the router closes the connection (H15)",
            related=(found.opened,) if found.opened is not None else (),
            fix=f"send a ping, or any message, to every client at most every {limit // 2:.0f} s",
            process="web",
            confidence=Confidence.HIGH if found.runs else Confidence.MEDIUM,
        )


@rule("HL310", "localhost-url-in-client", WARNING, needs=("code", "processes"))
def localhost_url_in_client(app: App) -> Iterator[Finding]:
    """Browser code calls localhost in production."""
    calls = sorted(local_calls(app.code), key=lambda call: (call.root, call.fallback))
    for (root, fallback), group in groupby(calls, key=lambda call: (call.root, call.fallback)):
        first, *others = group
        more = f" ({len(others) + 1} places)" if others else ""
        unset = " unless a variable is set when it is built" if fallback else ""
        yield report(
            "HL310",
            f"the browser code{f' in {root}' if root else ''} calls {first.address}{unset}{more}",
            first.place,
            why="in a visitor's browser localhost is the visitor's own machine: nothing answers there",
            related=[call.place for call in others[:3]],
            fix="use addresses without a host (`/api/…`), or one that the build reads from the environment",
            process="web",
            confidence=Confidence.LOW if fallback else Confidence.HIGH,
        )
    yield from _mails(app)


def _mails(app: App) -> Iterator[Finding]:
    """Links in mails, which Rails cannot take from a request."""
    if app.rails is None:
        return
    from herolint.app.frameworks.rails_hosts import local_mail_links

    found = local_mail_links(app.rails)
    if found is not None:
        host, setting = found
        yield report(
            "HL310",
            f"{'pictures' if setting.name.endswith('asset_host') else 'links'} in the mails of production lead to {host}",
            setting.value_place("the reader's own machine"),
            why="where a mail is opened, localhost is the reader's own machine: nothing answers there",
            fix=(
                'write `"https://" + ENV.fetch("APP_HOST")`'
                if setting.name.endswith("asset_host")
                else 'write `{ host: ENV.fetch("APP_HOST"), protocol: "https" }`'
            )
            + ", and set it to the app's domain",
            process="web",
        )
