"""Reads Java's `.properties` files as far as build tools' settings use them: keys and values, each on a line of its own."""

from __future__ import annotations

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_PAIR = lazy(r"[ \t\f]*(?P<key>[^#!=: \t\f\r\n][^=: \t\f\r\n]*)[ \t\f]*[=: \t\f][ \t\f]*(?P<value>[^\r\n]*)")


class Property(msgspec.Struct, frozen=True):
    """A value as it is written, without the blanks around it, and where it stands."""

    value: str
    span: Span


def parse(source: SourceFile) -> dict[str, Property]:
    """Values by key; of a repeated key the last. Lines that go on behind a backslash are not joined."""
    found: dict[str, Property] = {}
    at = 0
    for line in source.text.splitlines(keepends=True):
        if match := _PAIR.match(line):
            value = match["value"].rstrip()
            start = at + match.start("value")
            found[match["key"]] = Property(value, source.span_of_text(start, start + len(value)))
        at += len(line)
    return found
