"""Reads `.slugignore`: patterns with their places, and which of them removes a path. The platform knows no `!` lines."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from herolint.source import SourceFile, Span
from herolint.workspace.ignores import slug_filter


class Pattern(msgspec.Struct, frozen=True, eq=False):
    """One line that removes something: its text, its place, and whether it removes a path."""

    text: str
    span: Span
    removes: Callable[[str], bool]


class SlugIgnore(msgspec.Struct, frozen=True, eq=False):
    """The patterns in the order of the file; `kept` are `!` lines, which have no effect."""

    patterns: tuple[Pattern, ...] = ()
    kept: tuple[tuple[str, Span], ...] = ()

    def removed_by(self, path: str) -> Pattern | None:
        """The last pattern that removes a path."""
        return next((pattern for pattern in reversed(self.patterns) if pattern.removes(path)), None)


def parse(source: SourceFile) -> SlugIgnore:
    """All lines but blank ones and comments."""
    patterns: list[Pattern] = []
    kept: list[tuple[str, Span]] = []
    for number in range(1, source.line_count + 1):
        span = source.line_span(number)
        text = source.slice(span)
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("!"):
            kept.append((text[1:].strip(), span))
        else:
            patterns.append(Pattern(text.strip(), span, slug_filter(text.encode("utf-8", "replace"))))
    return SlugIgnore(tuple(patterns), tuple(kept))
