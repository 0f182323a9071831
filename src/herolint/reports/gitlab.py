"""GitLab's Code Quality report: a JSON list that merge requests show beside the lines and compare with the target branch's."""

from __future__ import annotations

from typing import Any

from herolint.finding import Finding, Severity
from herolint.reports import Options
from herolint.reports.escape import json_text
from herolint.reports.places import locate
from herolint.reports.repository import from_top
from herolint.result import Result

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(result: Result, options: Options) -> str:
    """The list; `fingerprint` is the finding's id, which moved lines do not change. What has no line is put on the first."""
    result = from_top(result)
    return json_text([_finding(finding, result) for finding in result.findings])


def _finding(finding: Finding, result: Result) -> dict[str, Any]:
    at = locate(finding.at, result.source)
    first, last = (at.start.line, at.end.line) if at.start and at.end else (1, 1)
    return {
        "description": f"{finding.code} {finding.name}: {finding.message}",
        "check_name": finding.code,
        "fingerprint": finding.id,
        "severity": _SEVERITIES[finding.severity],
        "categories": ["Bug Risk"],
        "location": {"path": finding.at.path or ".", "lines": {"begin": first, "end": last}},
    }
