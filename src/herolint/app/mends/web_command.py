"""The command that would serve the app, where its files tell: for a Procfile that lacks one, or that starts a server for development."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.mends.manifest_edits import requirement_added
from herolint.changes import AddLines, Change, Edit
from herolint.code.facts import NONE
from herolint.finding import Fix

if TYPE_CHECKING:
    from herolint.app.model import App


class WebCommand(msgspec.Struct, frozen=True):
    """The command, the distribution that brings its program, and whether the app's object is surely found by it."""

    text: str
    package: str
    sure: bool


def web_command(app: App) -> WebCommand | None:
    """How the app's framework is served."""
    if app.dependencies.has("django"):
        package = next((path.split("/")[0] for path in app.slug if path.count("/") == 1 and path.endswith("/wsgi.py")), "")
        return WebCommand(f"gunicorn {package or 'project'}.wsgi", "gunicorn", bool(package))
    module, sure = _module(app)
    if app.dependencies.has("fastapi", "starlette"):
        return WebCommand(f"uvicorn {module}:app --host 0.0.0.0 --port $PORT", "uvicorn", sure)
    if app.dependencies.has("streamlit"):
        return WebCommand(f"streamlit run {module}.py --server.port $PORT --server.address 0.0.0.0", "streamlit", False)
    return WebCommand(f"gunicorn {module}:app", "gunicorn", sure) if app.dependencies.has("flask") else None


def _module(app: App) -> tuple[str, bool]:
    """The module that most likely holds the app, dotted, and whether it has an object of that name."""
    places = [f"{folder}{name}.py" for folder in ("", "app/", "src/", "api/") for name in ("wsgi", "asgi", "main", "app", "server", "run")]
    found = [path for path in places if path in app.slug]
    making = [path for path in found if (mod := app.code.code.mod(path)) is not None and "app" in mod.names.get(NONE, {})]
    return next(iter(making or found), "app.py").removesuffix(".py").replace("/", "."), bool(making)


def suggested(app: App) -> Fix:
    """A line for the Procfile, with the server among the requirements."""
    command = web_command(app)
    if command is None:
        return Fix("write a `Procfile` with a line `web: <command that listens on $PORT>`")
    installs = _installed(app, command.package)
    edits = (AddLines("Procfile", (f"web: {command.text}",)), *installs) if command.sure and installs is not None else ()
    return Fix(f"write a `Procfile` with `web: {command.text}`", edits)


def served(app: App, command: str, package: str) -> tuple[Change, ...]:
    """Another command for web, with its server among the requirements; nothing where the line does more than to start one program."""
    web, procfile = app.web, app.procfile
    line = procfile.last().get("web") if procfile is not None else None
    installs = _installed(app, package)
    if web is None or line is None or installs is None or len(web.script.commands) != 1 or web.script.commands[0].assignments:
        return ()
    return (Edit("Procfile", line.command_span, command), *installs)


def _installed(app: App, package: str) -> tuple[Change, ...] | None:
    """What makes a distribution a requirement: nothing where it is one; None where that cannot be done."""
    if app.dependencies.has(package):
        return ()
    return requirement_added(app, package) or None
