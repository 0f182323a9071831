"""Debug mode and reloading in production."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.frameworks.rails_mode import starts_in_development
from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.changes import Change
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.formats.shell import Word
from herolint.rules.registry import NOTE, WARNING, report, rule


@rule("HL109", "debug-enabled", WARNING, NOTE, needs=("processes",))
def debug_enabled(app: App) -> Iterator[Finding]:
    """Debug mode or reloading reaches production."""
    web = app.web
    if web is not None:
        for launch in web.launches:
            for name in ("--reload", "--debug"):
                if launch.has(name) and launch.tool in ("gunicorn", "uvicorn", "flask", "hypercorn", "fastapi", "granian"):
                    word = next(w for w in launch.words if w.text.startswith(name))
                    yield _debug(
                        app, f"web starts {launch.tool} with {name}", launch.place(word, "for development"), _without(app, launch, word)
                    )
            for variable in ("FLASK_ENV", "FLASK_DEBUG", "DJANGO_DEBUG", "DEBUG", "NODE_ENV"):
                given = launch.assigned(variable)
                if given is not None and given.text.lower() in ("development", "1", "true", "dev"):
                    at = launch.place(given, "for development")
                    yield _debug(app, f"web runs with {variable}={given.text}", at, _unassigned(app, launch, variable))
    if app.app_json is not None:
        for variable in ("FLASK_ENV", "FLASK_DEBUG", "DJANGO_DEBUG", "DEBUG"):
            declared = app.app_json.env.get(variable)
            if declared is not None and (declared.value or "").lower() in ("development", "1", "true"):
                yield _debug(
                    app,
                    f"app.json sets {variable} to {declared.value}",
                    Place("app.json", declared.span, "for development"),
                    Fix(f'set {variable} to "False"', _declared_off(app, variable)),
                )
    if app.has("code"):
        yield from _debug_in_code(app)
    if app.is_container and starts_in_development(app):
        yield _debug(
            app,
            "Rails runs in development: nothing in the image or at its start sets RAILS_ENV",
            app.procfile_place("web", "this process runs it"),
            "write `ENV RAILS_ENV=production` into the Dockerfile; on the container stack no buildpack sets it",
            Confidence.MEDIUM,
        )


def _unassigned(app: App, launch: Launch, variable: str) -> Fix:
    """The command without a variable before it."""
    from herolint.app.mends.endpoint_edits import is_deployed_only
    from herolint.edits.words import without_assignment

    source = app.source(launch.path)
    given = next(one for one in launch.command.assignments if one.name == variable)
    edits = without_assignment(source, given.span) if source is not None else ()
    return Fix(f"leave `{variable}` out", edits, is_deployed_only(app, launch.path))


def _declared_off(app: App, variable: str) -> tuple[Change, ...]:
    """app.json with the value that code takes for off."""
    from herolint.edits.json import with_value

    source, root = app.source("app.json"), app.app_json.tree.root if app.app_json is not None else None
    node = root.get("env", variable) if root is not None else None
    node = node.get("value") if node is not None and node.kind == "map" else node
    return with_value(source, node, "False") if source is not None and node is not None else ()


def _without(app: App, launch: Launch, word: Word) -> Fix:
    """The command without an option for development."""
    from herolint.app.mends.endpoint_edits import is_deployed_only
    from herolint.edits.words import without_word

    source = app.source(launch.path)
    edits = without_word(source, word.span) if source is not None else ()
    return Fix(f"leave `{word.text}` out", edits, is_deployed_only(app, launch.path))


def _debug(app: App, message: str, at: Place, fix: Fix | str, confidence: Confidence = Confidence.HIGH) -> Finding:
    related = () if at.path in (app.procfile_path, "app.json") else (app.procfile_place("web", "this process runs it"),)
    return report(
        "HL109",
        message,
        at,
        why="error pages show code, settings and variables to every visitor; reloading and tracing cost memory and time",
        related=related,
        fix=fix,
        process="web",
        confidence=confidence,
    )


def _debug_in_code(app: App) -> Iterator[Finding]:
    from herolint.rules.process.debug_places import debug_places

    for message, at, fix, confidence in debug_places(app):
        yield _debug(app, message, at, fix, confidence)
