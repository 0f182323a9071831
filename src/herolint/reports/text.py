"""The report for people: annotated frames, why it hurts, how to mend it. Plain strings first, colour at the very end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

from herolint.finding import Confidence, Finding, Problem, Suppression
from herolint.reports import Options
from herolint.reports.escape import line_start, plain
from herolint.reports.frame import Frames, frames_of
from herolint.reports.groups import alike
from herolint.reports.paint import Piece, Row, paint, row
from herolint.reports.places import locate, locate_span
from herolint.reports.summary import summary
from herolint.result import Result
from herolint.wording import count

_NARROWEST = 40
_STEPS = 6
_PROBLEMS_SHOWN = 5


def render(result: Result, options: Options) -> str:
    """The whole report; the text is the same with and without colour and links."""
    rows: list[Row] = []
    explained: set[str] = set()
    for finding, *same in alike(result.findings):
        rows += _finding(finding, same, result, max(_NARROWEST, options.width), finding.code not in explained)
        explained.add(finding.code)
        rows.append(row())
    rows += _problems(result, options)
    if options.show_suppressed and result.suppressed:
        rows += [_suppressed(finding, why, result) for finding, why in result.suppressed]
        rows.append(row())
    style = "bold" if result.findings else "good"
    rows += [row(Piece(line, style)) for line in _parts(summary(result, options.verbose), max(_NARROWEST, options.width))]
    return paint(rows, color=options.color, links=options.links, root=result.root)


def _finding(finding: Finding, same: list[Finding], result: Result, room: int, explain: bool) -> list[Row]:
    word = finding.severity.word
    frames = frames_of(finding, result.source)
    head = f"{word}[{finding.code}]"
    first, *further = _lines(f"{head}: {plain(finding.message)}", room, "  ")
    rows = [row(Piece(head, word), Piece(first[len(head) :], "bold")), *(row(Piece(line, "bold")) for line in further), *frames.rows(room)]
    indent = " " * (frames.gutter + 1)
    for key, text in _notes(finding, frames, result):
        rows += _note(key, text, indent, room)
    rows += _fix(finding, result, indent, room)
    if same:
        rows.append(row(indent, Piece("=", "gutter"), f" the same at {count(len(same), 'more place')}:"))
        rows += [_same(other, finding, result, indent + "  ") for other in same]
    if explain:
        rows.append(row(indent, Piece("=", "gutter"), f" herolint explain {finding.code}"))
    return rows


def _lines(text: str, room: int, indent: str = "") -> list[str]:
    """The text in lines of at most `room` columns; those behind the first are indented, and none of them can pass for a command."""
    first, *further = wrap(text, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [first, *(indent + line_start(line[len(indent) :]) for line in further)]


def _parts(text: str, room: int) -> list[str]:
    """Parts that ` · ` joins, as many in each line as there is room for."""
    lines: list[str] = []
    for part in text.split(" · "):
        if lines and len(lines[-1]) + len(part) + 3 <= room:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines


def _notes(finding: Finding, frames: Frames, result: Result) -> Iterator[tuple[str, str]]:
    if frames.more:
        yield "", f"+{frames.more} more"
    if finding.flow:
        yield "path", _flow(finding, result)
    if process := _process(finding):
        yield "process", process
    if finding.why:
        yield "why", finding.why
    if finding.confidence is not Confidence.HIGH:
        yield "confidence", finding.confidence.word


def _process(finding: Finding) -> str:
    """The process type and app, where message and path do not name them already."""
    process = finding.process
    if process and re.search(rf"(?<![\w-]){re.escape(process)}(?![\w-])", finding.message):
        process = ""
    app = finding.app if finding.app and not finding.at.path.startswith(f"{finding.app}/") else ""
    if process and app:
        return f"{process} of {app}"
    return process or (f"app {app}" if app else "")


def _flow(finding: Finding, result: Result) -> str:
    steps = [f"{at.line_words} {plain(at.label)}".rstrip() for at in (locate(place, result.source) for place in finding.flow)]
    if len(steps) > _STEPS:
        steps[_STEPS - 2 : -1] = [f"… {len(steps) - _STEPS + 1} more …"]
    return " → ".join(steps)


def _note(key: str, text: str, indent: str, room: int) -> list[Row]:
    """`= key: text`, going on below at the same indentation where it is too long for one row."""
    lead = f"{key}: " if key else ""
    lines = wrap(plain(text), max(20, room - len(indent) - 2 - len(lead)), break_long_words=False, break_on_hyphens=False) or [""]
    first = row(indent, Piece("=", "gutter"), " ", Piece(lead, "bold"), lines[0])
    return [first, *(row(indent + " " * (2 + len(lead)) + line_start(line)) for line in lines[1:])]


def _fix(finding: Finding, result: Result, indent: str, room: int) -> list[Row]:
    if finding.fix is None:
        return []
    if not finding.fix.edits:
        return _note("help", finding.fix.description, indent, room)
    kind = "fix (safe, --fix)" if finding.fix.safe else "fix (unsafe, --unsafe-fixes)"
    if not finding.fix.plain:
        return _note(kind, finding.fix.description, indent, room)
    from herolint.reports.diff import diff_rows

    return [row(indent, Piece("=", "gutter"), " ", Piece(f"{kind}:", "bold")), *diff_rows(finding, result.source, indent + "  ")]


def _same(finding: Finding, first: Finding, result: Result, indent: str) -> Row:
    """The place of a finding that is like the `first`, with what is its own."""
    at = locate(finding.at, result.source)
    own = [at.label] if at.label != first.at.label else []
    own += [finding.process] if finding.process != first.process else []
    return row(indent, Piece(at.words, "", at.path), f" ({plain(', '.join(own))})" if any(own) else "")


def _problems(result: Result, options: Options) -> list[Row]:
    """What could not be read or done, one line each; all of them and their details only with `-v`."""
    shown = result.problems if options.verbose else result.problems[:_PROBLEMS_SHOWN]
    rows = [_problem(problem, result, options.verbose) for problem in shown]
    if len(shown) < len(result.problems):
        rows.append(row(f"+{len(result.problems) - len(shown)} more problems (-v)"))
    return [*rows, row()] if rows else []


def _problem(problem: Problem, result: Result, verbose: int) -> Row:
    at = locate_span(problem.path, problem.span, result.source)
    detail = f" ({plain(problem.detail)})" if verbose and problem.detail else ""
    rule = f"{problem.rule}: " if problem.rule else ""
    where = (Piece(at.words, "", at.path), ": ") if at.path else ()
    return row(Piece("problem", "warning"), ": ", *where, f"{plain(rule)}{plain(problem.message)}{detail}")


def _suppressed(finding: Finding, why: Suppression, result: Result) -> Row:
    at = locate(finding.at, result.source)
    reason = f", {plain(why.reason)}" if why.reason else ""
    text = f": {finding.severity.word} {finding.code} {plain(finding.message)} ({plain(why.kind)}{reason})"
    return row(Piece("ignored", "dim"), ": ", Piece(at.words, "", at.path), text)
