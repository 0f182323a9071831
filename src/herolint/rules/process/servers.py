"""A development server must not serve production."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.running.endpoints import endpoints, unmeant_web
from herolint.app.running.processes import Process
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Finding, Fix, Place
from herolint.rules.registry import WARNING, report, rule


@rule("HL108", "dev-server", WARNING, needs=("processes",))
def dev_server(app: App) -> Iterator[Finding]:
    """The web process runs a development server."""
    web = app.web
    if web is None:
        return
    yield from _restarters(app, web)
    none = app.gem_server
    if none is not None and not none.fails:
        yield report(
            "HL108",
            "web serves visitors with WEBrick: no gem of the bundle is a production server",
            Place(none.launch.at.path, none.launch.at.span, "development server"),
            why="it answers one request at a time, and was made to try things out",
            related=() if none.launch.at.path == web.at.path else (app.procfile_place("web", "this process starts it"),),
            fix="`bundle add puma`, and start it with `bundle exec puma -p $PORT`",
            process="web",
        )
    for end in endpoints(app, web):
        if not end.development or (end.port == "none" and end.effect is None):
            continue
        at = (
            end.effect.mod.place(end.effect.fact.call, "development server")
            if end.effect
            else Place(end.port_at.path, web.main.at.span if web.main else None, "development server")
        )
        yield report(
            "HL108",
            f"web serves visitors with the development server ({end.server})",
            at,
            why="it is made for one developer: no worker processes, no time limits, no restart when it hangs",
            related=() if at.path == web.at.path else (app.procfile_place("web", "this process starts it"),),
            fix=_server_fix(app, end.effect.mod.path if end.effect else ""),
            process="web",
        )


def _restarters(app: App, web: Process) -> Iterator[Finding]:
    """Runners that watch the files and start the program anew."""
    main = web.main
    runner = app.code.servers.get(main.subcommand) if main is not None else None
    if main is not None and runner is not None and runner.restarts and main.script is not None and not unmeant_web(app):
        yield report(
            "HL108",
            f"web runs under {main.subcommand}, which is made for development",
            Place(main.at.path, main.at.span, "watches files and restarts"),
            why="it holds memory for itself, and after a crash waits for a file to change instead of letting the platform start anew",
            related=() if main.at.path == web.at.path else (app.procfile_place("web", "this process starts it"),),
            fix=f"use `node {main.script}`"
            if main.script.endswith(("js", "cjs"))
            else "build while deploying and run the result with `node`",
            process="web",
        )


def _server_fix(app: App, path: str) -> Fix | str:
    if (
        not path
        and app.package_json is not None
        and app.web is not None
        and app.web.main is not None
        and app.web.main.path.endswith(".json")
    ):
        return "build while deploying (a `build` script) and serve the result: with the framework's production server, or `serve -s` and its like"
    django = app.code.django
    if django is not None and not path:
        wsgi = next((p for p in sorted(app.code.code.files) if p.endswith("wsgi.py")), "")
        command = f"gunicorn {wsgi.removesuffix('.py').replace('/', '.') or 'project.wsgi'}"
        return _with_gunicorn(app, f"add gunicorn and use `web: {command}`", command, sure=bool(wsgi))
    mod = app.code.code.mod(path) if path else None
    if mod is not None and path not in app.code.code.files:
        return "serve what is built, with a production server"
    module = path.removesuffix(".py").replace("/", ".") or "app"
    name, sure = "app", False
    for found, bindings in mod.names.get(NONE, {}).items() if mod else ():
        what = bindings[-1].what
        if mod is not None and isinstance(what, facts.Assign) and isinstance(what.value, facts.Call):
            made = app.code.linker.qualified(mod, NONE, what.value.func)
            name = {"flask.Flask": found, "dash.Dash": f"{found}.server"}.get(made or "", name)
            sure = sure or made in ("flask.Flask", "dash.Dash")
    folder, _, last = module.rpartition(".")
    chdir = f" --chdir {folder.replace('.', '/')}" if folder and folder.replace(".", "/") in app.code.code.roots else ""
    command = f"gunicorn{chdir} {last if chdir else module}:{name}"
    return _with_gunicorn(app, f"add gunicorn to the requirements and use `web: {command}`", command, sure=sure)


def _with_gunicorn(app: App, words: str, command: str, *, sure: bool) -> Fix:
    """The Procfile with a server for production, where the object that it serves is known."""
    from herolint.app.mends.web_command import served

    return Fix(words, served(app, command, "gunicorn") if sure else ())
