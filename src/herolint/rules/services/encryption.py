"""Heroku Postgres takes encrypted connections only: clients that switch encryption off, or never switch it on."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.linking.values import Known, Table, Text, options, text_of, walk
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.services.databases import databases
from herolint.app.services.encryption import Unencrypted, off_by_default, unencrypted
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.rules.services.hosts import LOCAL


@rule("HL302", "database-ssl-missing", ERROR, WARNING, needs=("code", "processes"))
def database_ssl_missing(app: App) -> Iterator[Finding]:
    """A Postgres client has encryption switched off, or needs it switched on and has it not."""
    for found in unencrypted(app.code):
        yield _not_on(app, found)
    for default in off_by_default(app.code):
        yield report(
            "HL302",
            "switches encryption off where the address names no sslmode, and DATABASE_URL names none",
            Place(default.at.path, default.at.span, "TLS off"),
            why="Heroku Postgres refuses connections without TLS",
            fix='use "require" in its place',
            process=default.processes[0],
            confidence=Confidence.MEDIUM,
        )
    for place, runs, processes, how in _ssl_off(app):
        yield report(
            "HL302",
            f"connects to Postgres with encryption switched off ({how})",
            Place(place.path, place.span, "TLS off"),
            why="Heroku Postgres refuses connections without TLS",
            severity=ERROR if runs else WARNING,
            fix="use `sslmode=require`, or leave the option out: libpq encrypts by itself",
            process=processes[0] if processes else "",
            confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
        )


def _not_on(app: App, found: Unencrypted) -> Finding:
    effect = found.effect
    verifies = found.how == "verifies"
    messages = {
        "missing": f"connects to {'DATABASE_URL' if effect.row.url else 'Postgres'} without switching TLS on",
        "off": "connects to DATABASE_URL with TLS switched off in production",
        "verifies": "connects to DATABASE_URL and checks a certificate that no public authority has signed",
    }
    from herolint.app.mends.encryption_edits import switched_on

    words = f"add `{effect.row.remedy or 'ssl: { rejectUnauthorized: false }'}`" if effect.row.url else effect.row.remedy
    return report(
        "HL302",
        messages[found.how],
        effect.mod.place(found.at, "checks the certificate" if verifies else "no TLS"),
        severity=ERROR if effect.runs else WARNING,
        why="Heroku Postgres signs its certificates itself: the client stops with `self-signed certificate`"
        if verifies
        else "Heroku Postgres refuses connections without TLS (no pg_hba.conf entry … no encryption)",
        fix=Fix(words, switched_on(app, found)),
        process=effect.processes[0],
        confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
    )


def _ssl_off(app: App) -> Iterator[tuple[Place, bool | None, tuple[str, ...], str]]:
    python = app.code
    for effect in python.effects_of("connects"):
        if effect.row.kind != "PostgreSQL":
            continue
        for keyword in () if effect.row.ssl else ("sslmode", "ssl"):
            expr, value = python.argument(effect, keyword)
            if expr is not None and isinstance(value, Known) and value.value in ("disable", "allow", False):
                if not _is_local(app, effect):
                    yield effect.mod.place(expr), effect.runs, effect.processes, f"{keyword}={value.value}"
        expr, value = python.argument(effect, effect.row.url)
        text = next((t for o in options(value) if (t := text_of(o))), "") if expr is not None else ""
        if expr is not None and "sslmode=disable" in text and "localhost" not in text:
            yield effect.mod.place(expr), effect.runs, effect.processes, "sslmode=disable"
    for database in databases(python):
        for inner in walk(database.value):
            address = text_of(inner) if isinstance(inner, Known | Text) else None
            if address and "sslmode=disable" in address and "localhost" not in address and "127.0.0.1" not in address:
                yield database.place, database.runs, database.processes, "sslmode=disable"
                break
            if isinstance(inner, Table) and (mode := text_of(inner.get("sslmode") or Known(None))) == "disable":
                yield database.place, database.runs, database.processes, f"sslmode={mode}"
                break


def _is_local(app: App, effect: Effect) -> bool:
    for where in (effect.row.url, effect.row.host):
        _, value = app.code.argument(effect, where) if where else (None, Known(None))
        text = next((t for o in options(value) if (t := text_of(o))), "")
        if LOCAL.search(text or ""):
            return True
    return False
