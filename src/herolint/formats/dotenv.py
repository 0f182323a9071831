"""Reads `.env` files as python-dotenv and Node's dotenv do: export, quotes over several lines, comments."""

from __future__ import annotations

import re

import msgspec

from herolint.formats.tree import Offsets
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_GAP = lazy(r"\s*(?:#[^\r\n]*\s*)*")
_EXPORT = lazy(r"export[ \t]+")
_NAME = lazy(r"'[^'\r\n]+'|[^=#\s'\"]+")
_EQUALS = lazy(r"[ \t]*=[ \t]*")
_REST = lazy(r"[^\r\n]*")
_QUOTED = {
    "'": re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL),
    '"': re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "`": re.compile(r"`[^`]*`"),
}
_ESCAPE = {'"': re.compile(r"\\([\\\"'abfnrtv])"), "'": re.compile(r"\\([\\'])")}
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class EnvLine(msgspec.Struct, frozen=True):
    """One `NAME=value`. `value` is without quotes, `value_span` with them; a name without `=` has an empty value."""

    name: str
    name_span: Span
    value: str
    value_span: Span


def parse(source: SourceFile) -> tuple[EnvLine, ...]:
    """The assignments in order (the last of a name wins for the readers); lines that assign nothing are skipped."""
    text, offsets = source.text, Offsets(source)
    found: list[EnvLine] = []
    at = 0
    while True:
        at = _end(_GAP, text, at)
        if at >= len(text):
            return tuple(found)
        at = _end(_EXPORT, text, at)
        name = _NAME.match(text, at)
        if name is None:
            at = _end(_REST, text, at)
            continue
        equals = _EQUALS.match(text, name.end())
        start = equals.end() if equals else name.end()
        value, end = _value(text, start) if equals else ("", start)
        found.append(EnvLine(name.group().strip("'"), offsets.span(name.start(), name.end()), value, offsets.span(start, end)))
        at = _end(_REST, text, end)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _value(text: str, start: int) -> tuple[str, int]:
    """The value that starts here and where it ends; an unclosed quote is an ordinary character."""
    quote = text[start : start + 1]
    pattern = _QUOTED.get(quote)
    match = pattern.match(text, start) if pattern else None
    if match:
        inner = match.group()[1:-1]
        if quote in _ESCAPE and "\\" in inner:
            inner = _ESCAPE[quote].sub(lambda m: _ESCAPED.get(m.group(1), m.group(1)), inner)
        return inner, match.end()
    end = _end(_REST, text, start)
    mark = text.find("#", start, end)
    while mark != -1:
        if mark == start or text[mark - 1] in " \t":
            end = mark
            break
        mark = text.find("#", mark + 1, end)
    value = text[start:end].rstrip()
    return value, start + len(value)
