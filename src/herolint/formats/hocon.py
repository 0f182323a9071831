"""Reads Typesafe's HOCON (`application.conf` of Play and Ktor) as far as settings use it: keys with the text of their values.

Includes, substitutions and lists over several lines are not followed; of a value only what stands on its line is kept.
"""

from __future__ import annotations

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_LINE = lazy(r"\s*(?P<key>\"[^\"\n]*\"|[\w.$-]+)\s*(?P<sign>\+?=|:|(?=\{))\s*(?P<value>[^\n]*)")
_COMMENT = lazy(r"\s*(?:#|//)")
_TRAILING = lazy(r"\s+(?:#|//).*\Z|\s+\Z")


class Entry(msgspec.Struct, frozen=True):
    """One value under its whole key (`ktor.deployment.port`), as written but without quotes, and where it stands."""

    key: str
    value: str
    span: Span


def parse(source: SourceFile) -> tuple[Entry, ...]:
    """The entries in source order; a key that is set again stands there again."""
    found: list[Entry] = []
    path: list[str] = []
    at = 0
    for line in source.text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if _COMMENT.match(line):
            continue
        match = _LINE.match(line)
        if match is None:
            path = path[: max(0, len(path) - line.count("}") + line.count("{"))]
            continue
        key, value = match["key"].strip('"'), _TRAILING.sub("", match["value"])
        if value.startswith("{"):
            if "}" in value:
                continue  # a block on one line
            path.append(key)
            inner = _LINE.match(value, 1)
            if inner is None or inner["value"].startswith("{"):
                continue
            match, start, key, value = inner, start + match.start("value"), inner["key"].strip('"'), _TRAILING.sub("", inner["value"])
        closing = value.count("}") - value.count("{")
        if closing > 0:
            value = value.rpartition("}")[0].rstrip()
        if value:
            first = start + match.start("value")
            quoted = len(value) > 1 and value[0] == value[-1] == '"' and value[1] != '"'
            name = ".".join((*path, key))
            found.append(Entry(name, value[1:-1] if quoted else value, source.span_of_text(first, first + len(value))))
        path = path[: max(0, len(path) - closing)] if closing > 0 else path
    return tuple(found)
