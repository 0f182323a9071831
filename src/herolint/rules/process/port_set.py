"""PORT is the platform's to set: whoever sets it too makes the web process listen where nobody calls."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.deploy_scripts import heroku_commands
from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.finding import Finding, Fix, Place
from herolint.patterns import lazy
from herolint.rules.registry import ERROR, report, rule

_SHELL_PORT = lazy(r"\$\{?PORT\b")


@rule("HL107", "port-overridden", ERROR)
def port_overridden(app: App) -> Iterator[Finding]:
    """PORT is set by hand in app.json, in a command, or by a script that sets config vars."""
    web = app.web
    if app.app_json is not None and (declared := app.app_json.env.get("PORT")) is not None and (declared.value or "").strip():
        yield _finding(
            app, f"app.json sets PORT to {declared.value}", Place("app.json", declared.span, "set by hand"), _undeclared(app, "PORT")
        )
    for launch in web.launches if web is not None else ():
        given = launch.assigned("PORT")
        if given is not None and not given.expansions:
            yield _finding(
                app,
                f"web's command sets PORT to {given.text}",
                launch.place(given, "set by hand"),
                _unassigned(app, launch),
            )
    for command in heroku_commands(app):
        if command.sub not in ("config:set", "config:add"):
            continue
        for text, at in command.arguments:
            name, equals, value = text.partition("=")
            if equals and name == "PORT":
                yield _finding(app, f"this sets the config var PORT to {value}", Place(at.path, at.span, "set by hand"), "leave PORT out")
            elif equals and _SHELL_PORT.search(value):
                message = f"$PORT is filled in where this runs, not on the dyno: {name} gets a fixed or empty value"
                yield _finding(app, message, Place(at.path, at.span, "expands here"), f"set it in the Procfile: `web: {name}=$PORT …`")


def _undeclared(app: App, name: str) -> Fix:
    """app.json without a config var."""
    from herolint.edits.json import without_entry

    source, env = app.source("app.json"), app.app_json.tree.root.get("env") if app.app_json and app.app_json.tree.root else None
    edits = without_entry(source, env, name) if source is not None and env is not None else ()
    return Fix(f"take {name} out of `env`", edits, safe=True)


def _unassigned(app: App, launch: Launch) -> Fix:
    """The command without `PORT=…` before it."""
    from herolint.app.mends.endpoint_edits import is_deployed_only
    from herolint.edits.words import without_assignment

    source = app.source(launch.path)
    given = next(one for one in launch.command.assignments if one.name == "PORT")
    edits = without_assignment(source, given.span) if source is not None else ()
    return Fix("leave `PORT=…` out: the platform sets it", edits, safe=is_deployed_only(app, launch.path))


def _finding(app: App, message: str, at: Place, fix: Fix | str) -> Finding:
    return report(
        "HL107",
        message,
        at,
        why=f"the router sends requests to the port that the dyno was given; after {app.platform.boot_timeout_s:.0f} s the dyno is stopped (R10)",
        related=(app.procfile_place("web", "then listens there"),) if app.web is not None and at.path != app.procfile_path else (),
        fix=fix,
        process="web",
    )
