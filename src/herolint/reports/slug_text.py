"""`herolint slug` for people: how large the slug will be, a bar for each part, and the change that would save most."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from herolint.reports.escape import line_start, plain
from herolint.reports.paint import Piece, Row, paint, row
from herolint.reports.places import locate
from herolint.wording import some

if TYPE_CHECKING:
    from herolint.app.slug.slug_size import Change, SlugReport
    from herolint.knowledge.slug import Part
    from herolint.platforms import Platform
    from herolint.reports import Options
    from herolint.result import Result

_MB = 1_000_000
MOST_PARTS = 15
"""Parts that have a row of their own; the others are summed up."""
_LONGEST_NAME = 30
_MOST_WIDE = 100
_BLOCKS = " ▏▎▍▌▋▊▉█"
"""Eighths of a column."""


def render(result: Result, reports: dict[str, SlugReport | None], platform: Platform, options: Options, *, blocks: bool) -> str:
    """The apps' slugs by folder. `blocks`: the terminal can show more than ASCII."""
    room = max(60, min(options.width, _MOST_WIDE))
    rows: list[Row] = []
    for path, report in reports.items():
        if len(reports) > 1 or path:
            rows += [row(Piece(plain(path) or ".", "bold")), row()]
        rows += [row("Its slug cannot be weighed: no manifest of a language whose packages are known."), row()] if report is None else []
        rows += _report(report, platform, result, room, blocks=blocks) if report is not None else []
    if not reports:
        rows = [row("No app found.")]
    for problem in result.problems:
        rows += [row(Piece(line_start(line), "warning")) for line in wrap(plain(f"Not asked online: {problem.message}"), room)]
    while rows and not rows[-1]:
        rows.pop()
    return paint(rows, color=options.color, links=options.links, root=result.root)


def _report(report: SlugReport, platform: Platform, result: Result, room: int, *, blocks: bool) -> list[Row]:
    estimate = report.estimate
    hard, soft = platform.slug_limit_bytes, platform.slug_warning_bytes
    style, words = "good", f"the limit is {hard // _MB} MB"
    if estimate.low > hard:
        style, words = "error", f"over the limit of {hard // _MB} MB: the build stops"
    elif estimate.low > soft or estimate.likely > hard:
        style, words = "warning", f"the build warns over {soft // _MB} MB and stops over {hard // _MB} MB"
    about = f"About {megabytes(estimate.likely)} MB compressed"
    first, *further = wrap(f"{about}, between {megabytes(estimate.low)} and {megabytes(estimate.high)}: {words}", room)
    rows = [
        row(Piece(first[: len(about)], style), first[len(about) :]),
        *(row(line) for line in further),
        *(row(Piece(line_start(line), "dim")) for line in wrap(plain(f"by {report.evidence}"), room)),
        row(),
        *_bars(estimate.parts, room, blocks=blocks),
    ]
    if estimate.unknown:
        names = some(estimate.unknown, 6)
        rows += [row(), *(row(Piece(line_start(line), "dim")) for line in wrap(plain(f"Not in the table: {names}"), room))]
    if report.change is not None:
        rows += [row(), *_change(report.change, result, room)]
    return [*rows, row()]


def _bars(parts: tuple[Part, ...], room: int, *, blocks: bool) -> list[Row]:
    shown = parts[:MOST_PARTS] if len(parts) > MOST_PARTS + 1 else parts
    rest = parts[len(shown) :]
    names = [plain(part.name)[:_LONGEST_NAME] for part in shown]
    margin = max([*map(len, names), len("others")])
    wide = max(12, min(30, room - margin - 44))
    largest = max(part.bytes for part in parts)
    rows = []
    for name, part in zip(names, shown, strict=True):
        note = _cut(plain(part.note), room - margin - wide - 16)
        bar = _bar(part.bytes / largest, wide, blocks=blocks)
        tail = (Piece(f"{bar:<{wide}}", "gutter"), Piece(f"  {note}", "dim")) if note else (Piece(bar, "gutter"),)
        rows.append(row(f"{name:<{margin}} {megabytes(part.bytes):>8} MB  ", *tail))
    if rest:
        rows.append(row(Piece(f"{f'+{len(rest)} more':<{margin}} {megabytes(sum(part.bytes for part in rest)):>8} MB", "dim")))
    return rows


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(0, room - 1)].rstrip() + "…"


def _bar(share: float, wide: int, *, blocks: bool) -> str:
    if not blocks:
        return "#" * max(1, round(share * wide))
    eighths = max(1, round(share * wide * 8))
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _change(change: Change, result: Result, room: int) -> list[Row]:
    at = locate(change.at, result.source)
    saves = f"saves {megabytes(change.saved)} MB: about {megabytes(change.after)} MB are left"
    head = f"`{change.instead}` in place of `{change.name}` ({at.line_words}) {saves}"
    lines = wrap(plain(f"{head}; {change.reason}."), room - 9, break_long_words=False, break_on_hyphens=False)
    return [row(Piece("Smaller: ", "good"), lines[0]), *(row(" " * 9, line) for line in lines[1:])]


def megabytes(size: int) -> str:
    """Megabytes: with a decimal below ten, thousands set off."""
    if 0 < size < _MB // 20:
        return "<0.1"
    return f"{size / _MB:.1f}" if size < 10 * _MB else f"{size / _MB:,.0f}"
