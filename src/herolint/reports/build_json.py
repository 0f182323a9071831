"""`herolint build` for scripts: one JSON document, version 1. Positions as in `herolint check --format json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from herolint.reports.escape import json_text
from herolint.reports.json_ import finding_document, range_document
from herolint.reports.places import Sources

if TYPE_CHECKING:
    from herolint.app.buildpacks import Outcome
    from herolint.app.forecast.steps import AppForecast, ForecastStep, Line
    from herolint.finding import Place
    from herolint.result import Result

VERSION = 1


def render(result: Result, apps: tuple[AppForecast, ...]) -> str:
    """The document: for each app its steps in order; `stops_at` is the kind of the step where the build ends, or null."""
    return json_text({"version": VERSION, "apps": [_app(app, result.source) for app in apps]})


def _app(app: AppForecast, source: Sources) -> dict[str, Any]:
    failure = app.first_failure
    return {
        "path": app.path,
        "stops_at": failure.kind if failure is not None and failure.stops else None,
        "first_failure": failure.kind if failure is not None else None,
        "steps": [_step(step, source) for step in app.steps],
    }


def _step(step: ForecastStep, source: Sources) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "buildpack": step.buildpack,
        "reached": step.reached,
        "stops": step.stops,
        "lines": [_line(line, source) for line in step.lines],
        "findings": [finding_document(finding, source) for finding in step.findings],
        "log_warnings": [_advice(one, source) for one in step.advice],
    }


def _line(line: Line, source: Sources) -> dict[str, Any]:
    return {"text": line.text, "because": line.because, **_at(line.at, source)}


def _advice(one: Outcome, source: Sources) -> dict[str, Any]:
    return {"message": one.message, "why": one.why, "help": one.fix, **_at(one.at, source)}


def _at(at: Place | None, source: Sources) -> dict[str, Any]:
    return {"path": at.path if at is not None else "", "range": range_document(at.path, at.span, source) if at is not None else None}
