"""app.json and heroku.yml: what in them the platform refuses or ignores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.app.building.deploy_scripts import mentioned
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place, Severity
from herolint.formats.tree import SchemaIssue
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule

_SEVERITIES = {"error": ERROR, "warning": WARNING, "note": NOTE}


@rule("HL704", "app-json-invalid", ERROR, WARNING, NOTE, needs=("app.json",))
def app_json_invalid(app: App) -> Iterator[Finding]:
    """app.json says something that setting up an app from it refuses."""
    if app.app_json is not None:
        yield from _issues(
            "HL704",
            "app.json",
            app.app_json.problems,
            "review apps, the deploy button and Heroku CI read it; setting up the app stops here",
        )
        if app.app_json.stack == "container" and app.root.deployed and not _has_images(app):
            yield report(
                "HL704",
                "app.json asks for the stack `container`, and there is neither heroku.yml nor Dockerfile",
                Place("app.json", app.app_json.stack_span, "needs heroku.yml"),
                why="on that stack heroku.yml alone says what to build: the build stops at once, whatever Procfile and buildpacks there are",
                fix="add heroku.yml and a Dockerfile, or take the stack out",
            )


def _has_images(app: App) -> bool:
    """Whether images may come from somewhere: files of the app, or a deploy that pushes them."""
    pushes = any(command.sub in ("container:push", "container:release") for command in mentioned(app))
    files = any(path == "heroku.yml" or "Dockerfile" in path for path in app.workspace.files)
    return files or app.deploys.container or pushes


@rule("HL705", "heroku-yml-invalid", ERROR, WARNING, NOTE, needs=("heroku.yml",))
def heroku_yml_invalid(app: App) -> Iterator[Finding]:
    """heroku.yml says something that the container build refuses or ignores."""
    if app.heroku_yml is None:
        return
    if app.is_container or "Procfile" not in app.slug:
        yield from _issues("HL705", "heroku.yml", app.heroku_yml.issues, "the container build reads it and stops here")
    elif app.heroku_yml.tree.root is None and not app.declared_stack and not app.buildpacks:
        for issue in app.heroku_yml.issues:
            yield report(
                "HL705",
                issue.message,
                Place("heroku.yml", issue.span),
                severity=WARNING,
                why="on the stack `container` the build reads it and stops here; no file says which stack the app is on",
                fix="mend it, or take it out where buildpacks build the app",
                confidence=Confidence.MEDIUM,
            )


def _issues(code: str, path: str, issues: Iterable[SchemaIssue], stops: str) -> Iterator[Finding]:
    for issue in issues:
        severity: Severity = _SEVERITIES[issue.severity_word]
        yield report(
            code,
            issue.message,
            Place(path, issue.span),
            severity=severity,
            why=stops if severity is ERROR else "the platform passes over it",
            fix=issue.fix or "write it as the schema says, or take it out",
        )
