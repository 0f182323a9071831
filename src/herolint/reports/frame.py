"""The annotated source lines of one finding: its own place, the related ones in the same and in other files."""

from __future__ import annotations

import msgspec

from herolint.finding import Finding
from herolint.reports.escape import plain, width
from herolint.reports.paint import Piece, Row, row
from herolint.reports.places import Located, Sources, fit, line_text, locate
from herolint.source import SourceFile

MOST_LINES = 4
MOST_RELATED = 3


class Underline(msgspec.Struct, frozen=True):
    """A mark below one line: code points `first` to `last` (from 0, exclusive), `^` or `-`, and its label."""

    first: int
    last: int
    sign: str
    label: str
    style: str


class Frame(msgspec.Struct):
    """The lines to show of one file, each with the marks below it."""

    head: Located
    lines: dict[int, list[Underline]] = msgspec.field(default_factory=dict)


class Frames(msgspec.Struct, frozen=True):
    """All frames of a finding, the width of their line numbers and how many related places are left out."""

    frames: tuple[Frame, ...]
    gutter: int
    more: int
    main: str
    """The path of the finding itself."""

    def rows(self, room: int) -> list[Row]:
        """The frames in rows of at most `room` columns, closed by an empty line of the gutter."""
        rows: list[Row] = []
        for frame in self.frames:
            head = frame.head
            arrow = Piece("-->" if head.path == self.main else ":::", "gutter")
            label = f" ({plain(head.label)})" if head.label and not frame.lines else ""
            rows.append(row(" " * self.gutter, arrow, " ", Piece(head.words, "", head.path), label))
            if frame.lines and frame.head.file:
                rows.append(row(Piece(self._bar(), "gutter")))
                rows += self._lines(frame, frame.head.file, room - self.gutter - 3)
        if any(frame.lines for frame in self.frames):
            rows.append(row(Piece(self._bar(), "gutter")))
        return rows

    def _bar(self, number: str = "") -> str:
        return f"{number:>{self.gutter}} |"

    def _lines(self, frame: Frame, file: SourceFile, room: int) -> list[Row]:
        rows: list[Row] = []
        before = 0
        for number in sorted(frame.lines):
            if before and number > before + 1:
                rows.append(row(Piece(" " * self.gutter + " …", "gutter")))
            before = number
            text, marks = line_text(file, number).rstrip(), frame.lines[number]
            shown = fit(text, marks[0].first, marks[0].last, room) if marks else fit(text, 0, 0, room)
            rows.append(row(Piece(self._bar(str(number)), "gutter"), f" {shown.text}" if shown.text else ""))
            for mark in marks:
                start, end = shown.column(mark.first), shown.column(mark.last)
                rows += self._marks(mark, start, max(1, end - start), room)
        return rows

    def _marks(self, mark: Underline, start: int, length: int, room: int) -> list[Row]:
        signs, label = mark.sign * length, plain(mark.label)
        bar = Piece(self._bar(), "gutter")
        if not label or start + length + 1 + width(label) <= room:
            return [row(bar, " " * (start + 1), Piece(f"{signs} {label}".rstrip(), mark.style))]
        indent = max(0, min(start, room - width(label)))
        return [
            row(bar, " " * (start + 1), Piece(signs, mark.style)),
            row(bar, " " * (indent + 1), Piece(label, mark.style)),
        ]


def frames_of(finding: Finding, source: Sources) -> Frames:
    """The frames of a finding: first the file it is in, then the others in the order of its related places."""
    frames: dict[str, Frame] = {}
    at = locate(finding.at, source)
    if at.path:
        frames[at.path] = Frame(at)
        _mark(frames[at.path], at, "^", finding.severity.word)
    places = [place for place in finding.related if place.path and place != finding.at]
    for place in places[:MOST_RELATED]:
        located = locate(place, source)
        frame = frames.setdefault(located.path, Frame(located))
        if frame.head.start is None:
            frame.head = located
        _mark(frame, located, "-", "related")
    last = max((line for frame in frames.values() for line in frame.lines), default=0)
    return Frames(tuple(frames.values()), len(str(last)), max(0, len(places) - MOST_RELATED), at.path)


def _mark(frame: Frame, at: Located, sign: str, style: str) -> None:
    """Add the lines and marks of a place to the frame of its file."""
    if at.file is None or at.start is None or at.end is None:
        return
    first, last, end = at.start.line, at.end.line, at.end.column - 1
    if last > first and not line_text(at.file, last)[:end].strip():
        last -= 1
        end = len(line_text(at.file, last))
    text = line_text(at.file, first)
    if last == first:
        if sign == "^" and _is_header(line_text(at.file, first - 1), text):
            frame.lines.setdefault(first - 1, [])
        end = max(end, at.start.column - 1) if at.end.line == first else len(text)
        frame.lines.setdefault(first, []).append(Underline(at.start.column - 1, end, sign, at.label, style))
        return
    shown = range(first, last) if last - first < MOST_LINES else range(first, first + MOST_LINES - 2)
    for number in shown:
        frame.lines.setdefault(number, [])
    text_last = line_text(at.file, last)
    frame.lines[first].append(Underline(at.start.column - 1, len(text.rstrip()), sign, "", style))
    start = min(len(text_last) - len(text_last.lstrip()), end)
    frame.lines.setdefault(last, []).append(Underline(start, end, sign, at.label, style))


def _is_header(above: str, text: str) -> bool:
    """Whether the line above is what `text` stands under: not empty and less indented."""
    return bool(above.strip()) and len(above) - len(above.lstrip()) < len(text) - len(text.lstrip())
