"""app.json and heroku.yml: what in them the platform refuses or ignores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.app.model import App
from herolint.finding import Finding, Place, Severity
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


@rule("HL705", "heroku-yml-invalid", ERROR, WARNING, NOTE, needs=("heroku.yml",))
def heroku_yml_invalid(app: App) -> Iterator[Finding]:
    """heroku.yml says something that the container build refuses or ignores."""
    if app.heroku_yml is not None and (app.is_container or "Procfile" not in app.slug):
        yield from _issues("HL705", "heroku.yml", app.heroku_yml.issues, "the container build reads it and stops here")


def _issues(code: str, path: str, issues: Iterable[SchemaIssue], stops: str) -> Iterator[Finding]:
    for issue in issues:
        severity: Severity = _SEVERITIES[issue.severity_word]
        yield report(
            code,
            issue.message,
            Place(path, issue.span),
            severity=severity,
            why=stops if severity is ERROR else "the platform passes over it",
            fix="write it as the schema says, or take it out",
        )
