"""JUnit XML, which CI services show as test results: one suite an app, one case a finding; notes pass with their text as output."""

from __future__ import annotations

from herolint.finding import Finding, Severity
from herolint.reports import Options
from herolint.reports.escape import plain, xml
from herolint.reports.places import locate, locate_span
from herolint.result import Result


def render(result: Result, options: Options) -> str:
    """The document. A clean run has one passing case, since a suite without cases counts as broken in some services."""
    apps = sorted({app.path for app in result.apps} | {finding.app for finding in result.findings})
    suites = [_suite(app, [finding for finding in result.findings if finding.app == app], result) for app in apps or [""]]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="herolint">', *(line for suite in suites for line in suite)]
    return "\n".join((*lines, *_problems(result), "</testsuites>")) + "\n"


def _suite(app: str, findings: list[Finding], result: Result) -> list[str]:
    failures = sum(finding.severity > Severity.NOTE for finding in findings)
    cases = [line for finding in findings for line in _case(finding, result)] or [_open("no findings", app or ".", "/>")]
    head = f'  <testsuite name={xml(app or ".")} tests="{max(len(findings), 1)}" failures="{failures}" errors="0" skipped="0" time="0">'
    return [head, *cases, "  </testsuite>"]


def _case(finding: Finding, result: Result) -> list[str]:
    at = locate(finding.at, result.source)
    told = [finding.why, finding.fix.description if finding.fix else ""]
    text = "\n".join(plain(part) for part in (f"{at.words}: {finding.message}", *told) if part)
    line = f' file={xml(at.path)} line="{at.start.line}"' if at.start else f" file={xml(at.path)}" if at.path else ""
    head = _open(f"{finding.code} {finding.name} {at.line_words}", at.path or ".", f"{line}>")
    if finding.severity is Severity.NOTE:
        return [head, f"      <system-out>{xml(text, quoted=False)}</system-out>", "    </testcase>"]
    failure = f"      <failure type={xml(finding.severity.word)} message={xml(finding.message)}>{xml(text, quoted=False)}</failure>"
    return [head, failure, "    </testcase>"]


def _open(name: str, group: str, end: str) -> str:
    return f'    <testcase name={xml(name)} classname={xml(group)} time="0"{end}'


def _problems(result: Result) -> list[str]:
    """What could not be read or done, as errors of a suite of its own."""
    if not result.problems:
        return []
    number = len(result.problems)
    lines = [f'  <testsuite name="problems" tests="{number}" failures="0" errors="{number}" skipped="0" time="0">']
    for problem in result.problems:
        at = locate_span(problem.path, problem.span, result.source)
        lines.append(_open(f"{problem.rule or 'problem'} {at.line_words}", at.path or ".", ">"))
        lines += [f'      <error type="problem" message={xml(problem.message)}/>', "    </testcase>"]
    return [*lines, "  </testsuite>"]
