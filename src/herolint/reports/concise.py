"""One line a finding: `path:line:column: severity CODE message (labels)`, for grep, editors and problem matchers."""

from __future__ import annotations

from herolint.finding import Finding, Problem
from herolint.reports import Options
from herolint.reports.escape import plain
from herolint.reports.paint import Piece, Row, paint, row
from herolint.reports.places import locate, locate_span
from herolint.reports.summary import summary
from herolint.result import Result

_MOST_RELATED = 3


def render(result: Result, options: Options) -> str:
    """The findings, then the problems, then the summary; `[*]` marks what `--fix` mends."""
    rows = [_finding(finding, result) for finding in result.findings]
    if options.show_suppressed:
        rows += [_finding(finding, result, f" (ignored, {why.kind}: {why.reason or 'no reason'})") for finding, why in result.suppressed]
    rows += [_problem(problem, result) for problem in result.problems]
    rows.append(row(summary(result, options.verbose)))
    return paint(rows, color=options.color, links=options.links, root=result.root)


def _finding(finding: Finding, result: Result, tail: str = "") -> Row:
    at = locate(finding.at, result.source)
    told = [plain(at.label)] if at.label else []
    for place in finding.related[:_MOST_RELATED]:
        other = locate(place, result.source)
        told.append(f"{plain(other.label)} at {other.line_words}" if other.label else f"see {other.line_words}")
    if len(finding.related) > _MOST_RELATED:
        told.append(f"+{len(finding.related) - _MOST_RELATED} more")
    marker = " [*]" if finding.is_fixable() else ""
    labels = f" ({'; '.join(told)})" if told else ""
    word = finding.severity.word
    text = f" {finding.code}{marker} {plain(finding.message)}{labels}{plain(tail)}"
    return row(Piece(at.words, "", at.path), ": ", Piece(word, word), text)


def _problem(problem: Problem, result: Result) -> Row:
    at = locate_span(problem.path, problem.span, result.source)
    rule = f"{problem.rule}: " if problem.rule else ""
    return row(Piece(at.words, "", at.path), ": ", Piece("problem", "warning"), f" {plain(rule + problem.message)}")
