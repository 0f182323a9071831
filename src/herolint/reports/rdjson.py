"""Reviewdog's diagnostic format: one JSON document, edits as suggestions that reviewers can accept.

Lines count from 1; columns count bytes of UTF-8 from 1, the end is exclusive.
"""

from __future__ import annotations

from typing import Any

from herolint import __version__
from herolint.finding import Finding, Place, Severity
from herolint.reports import Options
from herolint.reports.escape import json_text
from herolint.reports.places import Sources, line_text, locate_span
from herolint.result import Result
from herolint.source import Position, SourceFile, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(result: Result, options: Options) -> str:
    """The document."""
    diagnostics = [_diagnostic(finding, result.source) for finding in result.findings]
    return json_text({"source": {"name": f"herolint {__version__}"}, "diagnostics": diagnostics})


def _diagnostic(finding: Finding, source: Sources) -> dict[str, Any]:
    told = [finding.message, finding.why, finding.fix.description if finding.fix else ""]
    diagnostic: dict[str, Any] = {
        "message": "\n".join(part for part in told if part),
        "location": _location(finding.at, source),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": f"{finding.code} {finding.name}"},
    }
    related = [{"message": place.label or "see also", "location": _location(place, source)} for place in (*finding.flow, *finding.related)]
    if related:
        diagnostic["relatedLocations"] = related
    edits = finding.fix.plain if finding.fix is not None else ()
    # A suggestion changes the file that the comment stands in.
    here = [edit for edit in edits if edit.path == finding.at.path]
    suggestions = [{"range": found, "text": edit.text} for edit in here if (found := _range(edit.path, edit.span, source))]
    if suggestions and len(here) == len(edits):
        diagnostic["suggestions"] = suggestions
    return diagnostic


def _location(place: Place, source: Sources) -> dict[str, Any]:
    found = _range(place.path, place.span, source)
    return {"path": place.path or ".", **({"range": found} if found else {})}


def _range(path: str, span: Span | None, source: Sources) -> dict[str, Any] | None:
    at = locate_span(path, span, source)
    if at.file is None or at.start is None or at.end is None:
        return None
    return {"start": _position(at.file, at.start), "end": _position(at.file, at.end)}


def _position(file: SourceFile, at: Position) -> dict[str, int]:
    before = line_text(file, at.line)[: at.column - 1]
    return {"line": at.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
