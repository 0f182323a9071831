"""The edits of a fix as removed and added lines. An edit of just the marked span shows that alone, others whole lines."""

from __future__ import annotations

import re

from herolint.finding import Edit, Finding
from herolint.reports.escape import cells, plain
from herolint.reports.paint import Piece, Row, row
from herolint.reports.places import Sources
from herolint.source import SourceFile, Span

_MOST_LINES = 8


def diff_rows(finding: Finding, source: Sources, indent: str) -> list[Row]:
    """The rows of a finding's edits, each behind `indent`; where an edit stands is said when it is not the marked line."""
    edits = finding.fix.plain if finding.fix else ()
    marked = finding.at.span
    rows: list[Row] = []
    for path in dict.fromkeys(edit.path for edit in edits):
        file = source(path)
        for hunk in _hunks(sorted((edit for edit in edits if edit.path == path), key=lambda edit: edit.span), file):
            exact = len(hunk) == 1 and path == finding.at.path and hunk[0].span == marked and marked.start < marked.end
            removed, added, line = _exact(hunk[0], file) if exact else _whole_lines(hunk, file)
            here = path == finding.at.path and file is not None and marked is not None and line == file.line_of(marked.start)
            if not here:
                where = f"{plain(path)}:{line}" if file else plain(path)
                rows.append(row(indent, Piece(where, "", path)))
            rows += _signed(removed, "-", "removed", indent) + _signed(added, "+", "added", indent)
    return rows


def _signed(lines: list[str], sign: str, style: str, indent: str) -> list[Row]:
    rows = [row(indent, Piece(f"{sign} {''.join(cells(line))}".rstrip(), style)) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        rows.append(row(indent, Piece(f"{sign} … +{len(lines) - _MOST_LINES} more lines", style)))
    return rows


def _hunks(edits: list[Edit], file: SourceFile | None) -> list[list[Edit]]:
    """Edits of one file in order, together where they touch the same line; one that overlaps an earlier one is left out."""
    hunks: list[list[Edit]] = []
    for edit in edits:
        before = hunks[-1][-1] if hunks else None
        if before and edit.span.start < before.span.end:
            continue
        if before and (file is None or file.line_of(edit.span.start) <= file.line_of(before.span.end)):
            hunks[-1].append(edit)
        else:
            hunks.append([edit])
    return hunks


def _exact(edit: Edit, file: SourceFile | None) -> tuple[list[str], list[str], int]:
    if file is None:
        return [], _lines(edit.text), 1
    return _lines(file.slice(edit.span)), _lines(edit.text) if edit.text else [], file.line_of(edit.span.start)


def _whole_lines(hunk: list[Edit], file: SourceFile | None) -> tuple[list[str], list[str], int]:
    """The lines before and after, without those that stay and without common indentation, and the first line's number."""
    if file is None:
        lines = _lines("".join(edit.text for edit in hunk))
        return [], lines[:-1] if lines[-1] == "" else lines, 1
    number = file.line_of(hunk[0].span.start)
    start = at = file.line_span(number).start
    # An edit that ends with a line break reaches up to the start of the next line, which must then be shown whole.
    end = file.line_span(file.line_of(hunk[-1].span.end)).end
    text = ""
    for edit in hunk:
        text += file.slice(Span(at, edit.span.start)) + edit.text
        at = edit.span.end
    before, after = _lines(file.slice(Span(start, end))), _lines(text + file.slice(Span(at, end)))
    while before and after and before[0] == after[0]:
        before, after, number = before[1:], after[1:], number + 1
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    filled = [line for line in before + after if line.strip()]
    common = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return [line[common:] for line in before], [line[common:] for line in after], number


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)
