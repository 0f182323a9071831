"""The map of the processes: what each starts, the code that it reaches, the services behind it; as a list, and drawn for those who see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.reports.escape import plain, width
from herolint.reports.html_.markup import safe, text
from herolint.result import Result
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.overview import AppOverview, ProcessOverview

_ROW, _GAP, _TOP = 56, 20, 30
"""Height of a box, space between boxes, and height of the columns' headings, in units of the drawing."""
_COLUMNS = ((0, 170), (260, 340), (690, 240))
"""Left edge and width of the columns: process types, code, services."""
_CHAR, _WIDE_CHAR = 7.3, 8.5
"""Widths of a character of code, and of bold words, in the drawing."""
_MOST = 12
"""Process types that are drawn; a drawing of more shows nothing to anybody."""


def maps(result: Result) -> Iterator[str]:
    """A list and a drawing for each app that starts something."""
    known = [app for app in result.overview() if app.processes]
    for app in known:
        if len(known) > 1:
            yield f"<h3>{text(app.path) or 'The root'}</h3>"
        if len(app.processes) <= _MOST:
            yield _drawing(app)
        yield '<ul class="processes">'
        yield from (f"<li>{_words(process, 'h4' if len(known) > 1 else 'h3')}</li>" for process in app.processes)
        yield "</ul>"


def _words(process: ProcessOverview, heading: str) -> str:
    starts = _started(process)
    parts = [f'<{heading}><code>{text(process.name)}</code></{heading}><p><code>{text(process.command)}</code></p><dl class="facts">']
    parts.append(f"<div><dt>Starts with</dt><dd>{starts}</dd></div>")
    if process.modules:
        handlers = f", {count(process.handlers, 'request handler')}" if process.handlers and process.name == "web" else ""
        parts.append(f"<div><dt>Reaches</dt><dd>{count(process.modules, 'file')}{handlers}</dd></div>")
    services = ", ".join(f"{text(one.name)} <code>{text(one.detail)}</code>" if one.detail else text(one.name) for one in process.services)
    parts.append(f"<div><dt>Uses</dt><dd>{services or 'nothing that is known'}</dd></div></dl>")
    return "".join(parts)


def _started(process: ProcessOverview) -> str:
    if not process.entries:
        return "no code of the repository that is known"
    more = f" and {count(len(process.entries) - 1, 'more file')}" if len(process.entries) > 1 else ""
    return f"<code>{text(process.entries[0])}</code>{more}"


def _drawing(app: AppOverview) -> str:
    """Boxes in three columns and lines between them. Hidden from screen readers, which have the list."""
    services = list(dict.fromkeys(one.name for process in app.processes for one in process.services))
    tall = max(len(app.processes), len(services))
    height = _TOP + tall * (_ROW + _GAP) - _GAP + 2
    middle = {name: _y(number, len(services), tall) for number, name in enumerate(services)}
    lines: list[str] = []
    boxes: list[str] = [_heading(column, words) for column, words in enumerate(("Process", "Code", "Service")[: 3 if services else 2])]
    for number, process in enumerate(app.processes):
        y = _y(number, len(app.processes), tall)
        entry = process.entries[0] if process.entries else "not known"
        reached = count(process.modules, "file") if process.modules else ""
        boxes += [_box(0, y, process.name, "", "process"), _box(1, y, entry, reached, "code" if process.entries else "nothing")]
        lines.append(_line(0, y, y))
        lines += [_line(1, y, middle[name]) for name in dict.fromkeys(one.name for one in process.services)]
    for name in services:
        details = sorted({one.detail for process in app.processes for one in process.services if one.name == name and one.detail})
        boxes.append(_box(2, middle[name], name, ", ".join(details), "service"))
    wide = _COLUMNS[2][0] + _COLUMNS[2][1] + 1
    return (
        f'<svg class="map" viewBox="-1 0 {wide + 1} {height}" aria-hidden="true" focusable="false">' + "".join((*lines, *boxes)) + "</svg>"
    )


def _y(number: int, among: int, tall: int) -> float:
    """The middle of a box: the boxes of a column stand around the middle of the drawing."""
    above = (tall - among) / 2
    return _TOP + (above + number) * (_ROW + _GAP) + _ROW / 2


def _heading(column: int, words: str) -> str:
    return f'<text class="head" x="{_COLUMNS[column][0]}" y="14">{words}</text>'


def _box(column: int, y: float, name: str, detail: str, kind: str) -> str:
    left, wide = _COLUMNS[column]
    room = int((wide - 24) / (_WIDE_CHAR if kind == "service" else _CHAR))
    first = f'<text class="name" x="{left + 12}" y="{y + (-3 if detail else 5):g}">{_cut(name, room)}</text>'
    second = f'<text class="detail" x="{left + 12}" y="{y + 16:g}">{_cut(detail, room)}</text>' if detail else ""
    return f'<g class="{kind}"><rect x="{left}" y="{y - _ROW / 2:g}" width="{wide}" height="{_ROW}" rx="8"/>{first}{second}</g>'


def _cut(words: str, room: int) -> str:
    """The end of long words, which tells more of a path than its beginning."""
    shown = plain(words)
    if width(shown) <= room:
        return safe(shown)
    while width(shown) >= room:
        shown = shown[1:]
    return "…" + safe(shown)


def _line(column: int, start: float, end: float) -> str:
    """From a box to one in the next column."""
    x = _COLUMNS[column][0] + _COLUMNS[column][1]
    to = _COLUMNS[column + 1][0]
    bend = (to - x) / 2
    return f'<path d="M{x} {start:g}C{x + bend:g} {start:g} {to - bend:g} {end:g} {to} {end:g}"/>'
