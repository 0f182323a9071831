"""`herolint build` for people: the steps after a push like a build log that tells its reasons, the first failure marked."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from herolint.finding import Confidence, Finding, Severity
from herolint.reports.escape import line_start, plain
from herolint.reports.paint import Piece, Row, paint, row
from herolint.reports.places import locate
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.buildpacks import Outcome
    from herolint.app.forecast.steps import AppForecast, ForecastStep, Line
    from herolint.reports import Options
    from herolint.result import Result

_MARGIN = 17
"""Columns of the steps' names."""
_MOST_WIDE = 100
_SHOWN = 4
"""Findings of one step that are told in full."""


def render(result: Result, apps: tuple[AppForecast, ...], options: Options) -> str:
    """All apps, one below the other."""
    room = max(50, min(options.width, _MOST_WIDE))
    rows: list[Row] = []
    for app in apps:
        if len(apps) > 1 or app.path:
            rows += [row(Piece(plain(app.path) or ".", "bold")), row()]
        buildpack = ""
        several = len({step.buildpack for step in app.steps if step.buildpack}) > 1
        for step in app.steps:
            if several and step.buildpack != buildpack:
                rows += [row(), row(Piece(plain(step.buildpack) or "after the buildpacks", "bold"))]
                buildpack = step.buildpack
            rows += _step(step, result, room)
        rows += [row(), _verdict(app), row()]
    if not apps:
        rows = [row("No app found: nothing would be built.")]
    while rows and not rows[-1]:
        rows.pop()
    return paint(rows, color=options.color, links=options.links, root=result.root)


def _step(step: ForecastStep, result: Result, room: int) -> list[Row]:
    style = "bold" if step.reached else "dim"
    rows: list[Row] = []
    for line in step.lines:
        rows += _line(line, result, room, reached=step.reached)
    if step.reached:
        rows += _findings(step, result, room)
    else:
        rows.append(row(Piece("not reached", "dim")))
    if not rows:
        rows = [row(Piece("nothing to do", "dim"))]
    named = [row(Piece(f"{step.kind:<{_MARGIN}}", style), *rows[0])]
    return [*named, *(row(" " * _MARGIN, *pieces) for pieces in rows[1:])]


def _line(line: Line, result: Result, room: int, *, reached: bool) -> list[Row]:
    rows = [row(Piece(text, "" if reached else "dim")) for text in _wrapped(line.text, room - _MARGIN, "  ")]
    if line.because and reached:
        where = locate(line.at, result.source) if line.at is not None else None
        place = f" ({where.line_words})" if where is not None and where.start is not None else ""
        rows += [row(Piece(text, "dim")) for text in _wrapped(f"  because {line.because}{place}", room - _MARGIN, "  ")]
    return rows


def _findings(step: ForecastStep, result: Result, room: int) -> list[Row]:
    rows: list[Row] = []
    if step.stops:
        rows.append(row(Piece("THE BUILD STOPS HERE", "error")))
    elif step.fails:
        rows.append(row(Piece("this does not run" if step.kind != "slug" else "too large", "error")))
    for finding in step.findings[:_SHOWN]:
        rows += _finding(finding, result, room - _MARGIN)
    if len(step.findings) > _SHOWN:
        rows.append(row(f"  +{len(step.findings) - _SHOWN} more findings (`herolint check`)"))
    for one in step.advice:
        rows += _advice(one, result, room - _MARGIN)
    return rows


def _finding(finding: Finding, result: Result, room: int) -> list[Row]:
    word = finding.severity.word
    first, *more = _wrapped(f"{finding.code} {finding.message}", room - len(word) - 2, "")
    rows = [row("  ", Piece(word, word), f" {first}"), *(row(f"    {text}") for text in more)]
    at = locate(finding.at, result.source)
    sure = f", {finding.confidence.word} confidence" if finding.confidence is not Confidence.HIGH else ""
    if at.path:
        rows.append(row("    ", Piece(at.words, "", at.path), sure))
    if finding.severity is Severity.ERROR:
        rows += [row(f"    {text}") for text in _wrapped(finding.why, room - 4, "")]
        rows += (
            [row(f"    {text}") for text in _wrapped(f"help: {finding.fix.description}", room - 4, "")] if finding.fix is not None else []
        )
    return rows


def _advice(one: Outcome, result: Result, room: int) -> list[Row]:
    at = locate(one.at, result.source)
    where = f" ({at.line_words})" if at.path else ""
    first, *more = _wrapped(f"{one.message}{where}", room - 12, "")
    return [row("  ", Piece("log warns", "warning"), f" {first}"), *(row(f"    {text}") for text in more)]


def _wrapped(text: str, room: int, indent: str) -> list[str]:
    """Harmless lines of at most so many columns; those that go on are indented."""
    start = text[: len(text) - len(text.lstrip())]
    found = wrap(plain(text.strip()), max(20, room - len(start)), break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)
    return [start + line_start(line) for line in found] or [""]


def _verdict(app: AppForecast) -> Row:
    warnings = sum(finding.severity is Severity.WARNING for step in app.steps if step.reached for finding in step.findings)
    tail = f", with {count(warnings, 'warning')}" if warnings else ""
    failure = app.first_failure
    if app.refused:
        return row(Piece("Nothing is built: no official buildpack takes this, and a push is refused", "error"), ".")
    if failure is None:
        return row(Piece("The build succeeds", "good"), f" as far as these files tell{tail}.")
    codes = ", ".join(dict.fromkeys(finding.code for finding in failure.findings if finding.severity is Severity.ERROR))
    if failure.stops:
        return row(Piece(f"The build stops at: {failure.kind}", "error"), f" ({codes}){tail}." if codes else f"{tail}.")
    return row(Piece("It builds, and does not run", "error"), f": {failure.kind} ({codes}){tail}.")
