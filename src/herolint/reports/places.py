"""Turns places (byte spans) into lines, columns and source lines that fit the terminal. The only module of reports that does."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate

import msgspec

from herolint.finding import Place
from herolint.reports.escape import cells, plain, width
from herolint.source import Position, SourceFile, Span

_STANDS_FOR_THE_WHOLE = ("Procfile", "app.json", "heroku.yml", "package.json", "pyproject.toml", "requirements.txt", "Gemfile", "go.mod")

Sources = Callable[[str], SourceFile | None]
"""Gives the file of a path relative to the root, or None."""


class Located(msgspec.Struct, frozen=True):
    """A place with its file at hand and its positions, the end exclusive; all None where no span can be read."""

    path: str
    label: str
    file: SourceFile | None = None
    start: Position | None = None
    end: Position | None = None

    @property
    def words(self) -> str:
        """`path:line:column`, or just the path, harmless to print; "." for the whole repository."""
        where = plain(self.path) or "."
        return f"{where}:{self.start.line}:{self.start.column}" if self.start else where

    @property
    def line_words(self) -> str:
        """`path:line`, or just the path."""
        where = plain(self.path) or "."
        return f"{where}:{self.start.line}" if self.start else where


def locate(place: Place, source: Sources) -> Located:
    """The positions of a place."""
    return locate_span(place.path, place.span, source, place.label)


def locate_span(path: str, span: Span | None, source: Sources, label: str = "") -> Located:
    """The positions of a span in the file `path`; offsets inside a line break count as the end of their line."""
    file = source(path) if path and span is not None else None
    if file is None or span is None or file.is_binary:
        return Located(path, label)
    return Located(path, label, file, _position(file, span.start), _position(file, max(span.start, span.end)))


def main_file(app: str, source: Sources) -> str:
    """The file that stands for the app in the folder `app` as a whole, where a finding needs one; "" when it has none of them."""
    folder = f"{app}/" if app else ""
    return next((folder + name for name in _STANDS_FOR_THE_WHOLE if source(folder + name)), "")


def _position(file: SourceFile, offset: int) -> Position:
    line, column = file.position(offset)
    return Position(line, min(column, len(line_text(file, line)) + 1))


def line_text(file: SourceFile, line: int) -> str:
    """A line (from 1) without its line break, in any encoding; "" past the end."""
    if not 1 <= line <= file.line_count:
        return ""
    end = file.line_span(line + 1).start if line < file.line_count else len(file.data)
    return file.slice(Span(file.line_span(line).start, end)).rstrip("\r\n")


class Fitted(msgspec.Struct, frozen=True):
    """A source line as it is shown: harmless, tabs expanded, clipped. `columns` maps kept code points to terminal columns."""

    text: str
    first: int
    columns: list[int]

    def column(self, offset: int) -> int:
        """The terminal column (from 0) of a code point offset; what was clipped away is at the edge."""
        return self.columns[max(0, min(offset - self.first, len(self.columns) - 1))]


def fit(text: str, first: int, last: int, room: int) -> Fitted:
    """Clip a line to `room` columns, with `…` where something is cut, so that code points `first` to `last` are seen."""
    # Lines of minified files are long: only the neighbourhood of the span is ever measured.
    low = max(0, first - 4 * room)
    near = text[low : low + 12 * room]
    shown = cells(near)
    edges = list(accumulate(map(width, shown), initial=0))
    more_right = low + len(near) < len(text)
    if not low and not more_right and edges[-1] <= room:
        return Fitted("".join(shown), 0, edges)
    left = _left_edge(edges, first - low, last - low, room, cut_before=low > 0)
    lead = "…" if left or low else ""
    right = bisect_right(edges, edges[left] + room - len(lead)) - 1
    tail = ""
    if right < len(shown) or more_right:
        right, tail = max(left, bisect_right(edges, edges[left] + room - len(lead) - 1) - 1), "…"
    columns = [edge - edges[left] + len(lead) for edge in edges[left : right + 1]]
    return Fitted(lead + "".join(shown[left:right]) + tail, low + left, columns)


def _left_edge(edges: list[int], first: int, last: int, room: int, *, cut_before: bool) -> int:
    start = edges[min(first, len(edges) - 1)]
    end = edges[min(last, len(edges) - 1)]
    if not cut_before and end < room:
        return 0
    spare = room - 2 - min(end - start, room - 2)
    return bisect_left(edges, max(0, min(start - spare // 2, edges[-1] - (room - 2))))
