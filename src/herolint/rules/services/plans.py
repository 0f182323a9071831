"""Add-on plans and dyno sizes that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.deploy_scripts import heroku_commands
from herolint.app.model import App
from herolint.finding import Finding, Fix, Place
from herolint.platforms.addons import load_addons
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.rules.services.hosts import gone_hosts


@rule("HL306", "retired-plan", ERROR, WARNING)
def retired_plan(app: App) -> Iterator[Finding]:
    """app.json or a script orders a plan, an add-on or a dyno size that cannot be had any more, or the code connects to one."""
    if app.app_json is not None:
        for addon in app.app_json.addons:
            yield from _plan(app, addon.plan, Place("app.json", addon.span), "setting the app up from app.json stops here")
        for name, formation in app.app_json.formation.items():
            if formation.size:
                yield from _size(app, formation.size, Place("app.json", formation.size_span or formation.span), name)
    for command in heroku_commands(app):
        if command.sub in ("addons:create", "addons:add", "addons:upgrade"):
            for text, at in command.arguments:
                yield from _plan(app, text, at, "the command fails")
        elif command.sub in ("ps:resize", "ps:type", "dyno:type", "dyno:resize"):
            for text, at in command.arguments:
                yield from _size(app, text.rpartition("=")[2], at, text.partition("=")[0] if "=" in text else "the app")
    if app.has("code"):
        yield from gone_hosts(app)


def _plan(app: App, plan: str, at: Place, what: str) -> Iterator[Finding]:
    row = load_addons().retired_plan(plan)
    if row is None:
        return
    when = row.since.isoformat() if row.since else ""
    gone = (
        f"was succeeded{f' on {when}' if when else ''} by {row.instead}"
        if row.warning
        else f"can no longer be had{f' since {when}' if when else ''}"
    )
    from herolint.app.mends.manifest_edits import replaced_at

    yield report(
        "HL306",
        f"{plan} {gone}",
        Place(at.path, at.span, "retired plan"),
        severity=WARNING if row.warning else ERROR,
        why="new apps cannot count on getting it" if row.warning else what,
        fix=Fix(f"use `{row.instead}`", replaced_at(app, at, plan, row.instead)) if ":" in row.instead else f"use {row.instead}",
    )


def _size(app: App, size: str, at: Place, process: str) -> Iterator[Finding]:
    row = load_addons().retired_dyno(size)
    if row is None:
        return
    from herolint.app.mends.manifest_edits import replaced_at

    yield report(
        "HL306",
        f"{process} asks for dyno size {size}, which is gone" + (f" since {row.since.isoformat()}" if row.since else ""),
        Place(at.path, at.span, "retired size"),
        why="setting up the formation fails, or another size is put in its place",
        fix=Fix(f"use `{row.instead}`", replaced_at(app, at, size, row.instead)),
    )
