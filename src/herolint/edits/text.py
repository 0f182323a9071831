"""Edits of plain lines, in any file that people write line by line."""

from __future__ import annotations

from herolint.changes import Edit
from herolint.patterns import lazy
from herolint.source import SourceFile, Span


def without_lines(source: SourceFile, span: Span) -> Edit:
    """Take out the whole lines that the span touches."""
    first, last = source.line_of(span.start), source.line_of(max(span.start, span.end - 1))
    start = source.line_span(first).start
    if last < source.line_count:
        return Edit(source.path, Span(start, source.line_span(last + 1).start), "")
    before = source.line_span(first - 1).end if first > 1 else start
    return Edit(source.path, Span(before, len(source.data)), "")


def replaced_in(source: SourceFile, span: Span, old: str, new: str) -> tuple[Edit, ...]:
    """`new` in the place of the only `old` inside the span; nothing where it stands there more than once or not as it is."""
    text = written(source, span)
    if text.count(old) != 1:
        return ()
    start = span.start + len(text[: text.index(old)].encode(source.encoding))
    return (Edit(source.path, Span(start, start + len(old.encode(source.encoding))), new),)


def indentation(source: SourceFile, offset: int) -> str:
    """The white space at the start of the line that holds a byte offset."""
    line = source.slice(source.line_span(source.line_of(offset)))
    return line[: len(line) - len(line.lstrip(" \t"))]


def written(source: SourceFile, span: Span) -> str:
    """The text of a span as it stands in the file."""
    return source.data[span.start : span.end].decode(source.encoding, "replace")


_QUOTED = lazy(r"""'[^'\n]*'|"(?P<plain>[^"'\\\n]*)\"""")


def quoted_as(source: SourceFile, code: str) -> str:
    """Code with the quotation marks that the file mostly has, where no text in it needs the others."""
    text = source.text
    if text.count("'") <= text.count('"'):
        return code
    return _QUOTED.sub(lambda found: found[0] if found["plain"] is None else f"'{found['plain']}'", code)
