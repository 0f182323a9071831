"""GitHub workflow commands, which become annotations on the lines of a pull request; one line sums up."""

from __future__ import annotations

from herolint.finding import Finding, Problem, Severity
from herolint.reports import Options
from herolint.reports.escape import plain
from herolint.reports.places import Located, locate, locate_span
from herolint.reports.repository import from_top
from herolint.reports.summary import summary
from herolint.result import Result

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(result: Result, options: Options) -> str:
    """One command a finding, the gravest first since GitHub shows ten a step, then the problems and the summary."""
    result = from_top(result)
    lines = [_finding(finding, result) for finding in sorted(result.findings, key=lambda finding: -finding.severity)]
    lines += [_problem(problem, result) for problem in result.problems]
    lines.append(summary(result, options.verbose))
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, result: Result) -> str:
    told = [finding.message, finding.why, finding.fix.description if finding.fix else ""]
    text = "\n".join(plain(part) for part in told if part)
    return _command(_COMMANDS[finding.severity], locate(finding.at, result.source), f"{finding.code} {finding.name}", text)


def _problem(problem: Problem, result: Result) -> str:
    title = f"herolint problem in {problem.rule}" if problem.rule else "herolint problem"
    return _command("warning", locate_span(problem.path, problem.span, result.source), title, plain(problem.message))


def _command(name: str, at: Located, title: str, text: str) -> str:
    """`::name file=…,line=…::text`; columns only where the place is in one line, since GitHub takes them no other way."""
    properties: dict[str, str | int] = {"file": plain(at.path)} if at.path else {}
    if at.start and at.end:
        properties |= {"line": at.start.line, "endLine": at.end.line}
        if at.start.line == at.end.line:
            properties |= {"col": at.start.column, "endColumn": at.end.column}
    properties["title"] = plain(title)
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {told}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
