"""Code frames: the source lines of a finding with its own place and the related ones marked, each mark with its label below."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from herolint.finding import Finding
from herolint.reports.escape import cells, plain, width
from herolint.reports.frame import Frame, Underline, frames_of
from herolint.reports.html_.markup import safe, text
from herolint.reports.places import Sources, line_text
from herolint.source import SourceFile

_BEFORE, _AFTER = 60, 240
"""Characters shown before and behind the start of the first mark where a line is longer than both together."""


def frames(finding: Finding, source: Sources) -> Iterator[str]:
    """A figure for each file of the finding."""
    found = frames_of(finding, source)
    for frame in found.frames:
        head = frame.head
        label = f' <span class="soft">{text(head.label)}</span>' if head.label and not frame.lines else ""
        caption = f'<figcaption><code class="place">{safe(head.words)}</code>{label}</figcaption>'
        code = _code(frame, head.file) if frame.lines and head.file is not None else ""
        yield f'<figure class="frame">{caption}{code}</figure>'
    if found.more:
        yield f'<p class="soft">and {found.more} more related {"place" if found.more == 1 else "places"}</p>'


def _code(frame: Frame, file: SourceFile) -> str:
    lines: list[str] = []
    before = 0
    for number in sorted(frame.lines):
        if before and number > before + 1:
            lines.append('<span class="no">⋮</span>')
        before = number
        lines += _line(number, line_text(file, number).rstrip(), frame.lines[number])
    name = f"Code of {frame.head.line_words}"
    return f'<pre tabindex="0" role="region" aria-label="{safe(name)}"><code>' + "\n".join(lines) + "</code></pre>"


def _line(number: int, line: str, marks: list[Underline]) -> Iterator[str]:
    shown = cells(line)
    low, high = 0, len(shown)
    if high > _BEFORE + _AFTER:
        low = max(0, (marks[0].first if marks else 0) - _BEFORE)
        high = min(high, low + _BEFORE + _AFTER)
    body = "".join(_marked(shown, low, high, marks))
    head, tail = "…" if low else "", "…" if high < len(shown) else ""
    yield f'<span class="no">{number}</span>{head}{body}{tail}'
    for mark in marks:
        if label := plain(mark.label):
            indent = len(head) + width("".join(shown[low : max(low, min(mark.first, high))]))
            yield f'<span class="no"></span>{" " * indent}<span class="label {mark.style}">↑ {safe(label)}</span>'


def _marked(shown: list[str], low: int, high: int, marks: list[Underline]) -> Iterator[str]:
    """The pieces of a line between the edges of its marks; where marks overlap, the finding's own one counts."""
    edges = sorted({low, high, *(edge for mark in marks for edge in (mark.first, mark.last) if low < edge < high)})
    for start, end in pairwise(edges):
        piece = safe("".join(shown[start:end]))
        over = [mark for mark in marks if mark.first <= start and end <= mark.last]
        own = next((mark for mark in over if mark.sign == "^"), over[0] if over else None)
        yield f'<mark class="{own.style}">{piece}</mark>' if own is not None else piece
