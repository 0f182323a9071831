"""Edits of pip's requirements files."""

from __future__ import annotations

from herolint.changes import Edit
from herolint.edits.text import without_lines, written
from herolint.formats.requirements import Requirement
from herolint.source import SourceFile, Span


def without(source: SourceFile, item: Requirement) -> tuple[Edit, ...]:
    """The file without the lines of a requirement."""
    return (without_lines(source, item.span),)


def replaced(source: SourceFile, item: Requirement, text: str) -> tuple[Edit, ...]:
    """Another requirement in the place of one; what stands behind it as a comment stays, a marker or hashes do not let it happen."""
    return () if item.hashes or item.marker else (Edit(source.path, _body(source, item), text),)


def only_on(source: SourceFile, item: Requirement, system: str) -> tuple[Edit, ...]:
    """The requirement for one system alone (`win32`, `darwin`)."""
    if item.hashes or item.marker or item.url or item.path:
        return ()
    end = _body(source, item).end
    return (Edit(source.path, Span(end, end), f'; sys_platform == "{system}"'),)


def _body(source: SourceFile, item: Requirement) -> Span:
    """The bytes of the requirement itself, without blanks and comment."""
    text = written(source, item.span)
    body = text.partition(" #")[0].rstrip()
    start = item.span.start + len(text[: len(text) - len(text.lstrip())].encode(source.encoding))
    return Span(start, item.span.start + len(body.encode(source.encoding)))
