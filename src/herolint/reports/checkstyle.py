"""Checkstyle XML, which many services turn into annotations: the findings by file, `source` is the rule."""

from __future__ import annotations

from herolint.finding import Finding, Severity
from herolint.reports import Options
from herolint.reports.escape import xml
from herolint.reports.places import locate
from herolint.result import Result

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def render(result: Result, options: Options) -> str:
    """The document; findings about the repository as a whole stand under the file `.`."""
    by_file: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_file.setdefault(finding.at.path or ".", []).append(finding)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">']
    for path, findings in sorted(by_file.items()):
        lines += [f"  <file name={xml(path)}>", *(_error(finding, result) for finding in findings), "  </file>"]
    return "\n".join((*lines, "</checkstyle>")) + "\n"


def _error(finding: Finding, result: Result) -> str:
    at = locate(finding.at, result.source)
    line, column = (at.start.line, at.start.column) if at.start else (1, 1)
    message = finding.message + (f"; {finding.fix.description}" if finding.fix else "")
    place = f'line="{line}" column="{column}" severity="{_LEVELS[finding.severity]}"'
    return f"    <error {place} message={xml(message)} source={xml(f'herolint.{finding.code}.{finding.name}')}/>"
