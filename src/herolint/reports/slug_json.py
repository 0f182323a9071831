"""`herolint slug` for scripts: one JSON document, version 1. Sizes are bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from herolint.reports.escape import json_text
from herolint.reports.json_ import range_document
from herolint.reports.places import Sources

if TYPE_CHECKING:
    from herolint.app.slug.slug_size import Change, SlugReport
    from herolint.platforms import Platform
    from herolint.result import Result

VERSION = 1


def render(result: Result, reports: dict[str, SlugReport | None], platform: Platform) -> str:
    """The document; `slug` is null for an app that cannot be weighed."""
    limits = {"hard": platform.slug_limit_bytes, "soft": platform.slug_warning_bytes}
    apps = [{"path": path, "slug": _slug(report, result.source) if report is not None else None} for path, report in reports.items()]
    problems = [problem.message for problem in result.problems]
    return json_text({"version": VERSION, "limits": limits, "apps": apps, "problems": problems})


def _slug(report: SlugReport, source: Sources) -> dict[str, Any]:
    estimate = report.estimate
    return {
        "likely": estimate.likely,
        "low": estimate.low,
        "high": estimate.high,
        "evidence": report.evidence,
        "parts": [{"name": part.name, "bytes": part.bytes, "note": part.note} for part in estimate.parts],
        "unknown": list(estimate.unknown),
        "change": _change(report.change, source) if report.change is not None else None,
    }


def _change(change: Change, source: Sources) -> dict[str, Any]:
    return {
        "name": change.name,
        "instead": change.instead,
        "reason": change.reason,
        "saved": change.saved,
        "after": change.after,
        "path": change.at.path,
        "range": range_document(change.at.path, change.at.span, source),
    }
