"""Reads TOML into a tree with spans. `tomllib` alone judges validity; the scanner here only places what it accepts."""

from __future__ import annotations

import re

from herolint.finding import Problem
from herolint.formats.tree import MAX_DEPTH, Entry, Kind, Node, Offsets, Scalar, Tree, at_line_column
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_SPACE = lazy(r"[ \t]*")
_BLANK = lazy(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = lazy(r"[A-Za-z0-9_-]+")
_BASIC = lazy(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_LITERAL = lazy(r"'[^'\n]*'")
_LONG_BASIC = lazy(r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3,5}', re.DOTALL)
_LONG_LITERAL = lazy(r"'''[^']*(?:'(?!'')[^']*)*'{3,5}")
_BARE_VALUE = lazy(r"\d{4}-\d\d-\d\d [\d:.]+(?:Z|[+-]\d\d:\d\d)?|[A-Za-z0-9_+:.-]+", re.IGNORECASE)
_PLACE = lazy(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")


class _Unread(Exception):
    """The scanner met something that is no TOML; `tomllib` will say what."""


class _TooDeep(Exception):
    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


class _Table:
    """A table that may still grow: headers and dotted keys add to it from several places."""

    __slots__ = ("keys", "span", "values")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.keys: dict[str, Span] = {}
        self.values: dict[str, _Table | _Tables | Node] = {}


class _Tables:
    """An array of tables, `[[name]]`."""

    __slots__ = ("span", "tables")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.tables: list[_Table] = []


_Key = list[tuple[str, Span]]


def load(source: SourceFile) -> Tree:
    """The file as a tree; an empty file is an empty map, a file with an error has no root.

    The span of a table reaches from its header (or first key) to its last value.
    """
    import tomllib

    scanner = _Scanner(source)

    def failed(message: str, start: int) -> Tree:
        span = scanner.offsets.span(start, start + 1)
        return Tree(None, (Problem(message=f"not valid TOML: {message}", path=source.path, span=span),))

    root: Node | None = None
    try:
        root = scanner.document()
    except _TooDeep as deep:
        return failed(f"nested deeper than {MAX_DEPTH} levels", deep.start)
    except _Unread:
        pass
    try:
        tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        message = str(error)
        place = _PLACE.search(message)
        start = max(0, len(source.text.rstrip()) - 1)  # what is missing at the end is missing behind the last word
        if place and place.group(1):
            start = at_line_column(source.text, int(place.group(1)), int(place.group(2)))
        message = message[: place.start()] if place else message
        return failed(message[:1].lower() + message[1:], min(start, len(source.text)))
    return Tree(root) if root is not None else failed("it could not be read", scanner.at)


class _Scanner:
    def __init__(self, source: SourceFile) -> None:
        self.text = source.text
        self.offsets = Offsets(source)
        self.at = 0

    def document(self) -> Node:
        root = current = _Table(self.offsets.span(0, len(self.text)))
        depth = 1
        while self.blank():
            start = self.at
            if self.text.startswith("[", start):
                double = self.text.startswith("[[", start)
                self.at += 2 if double else 1
                key = self.key()
                depth = 1 + len(key)
                self.expect("]]" if double else "]")
                current = self.header(root, key, self.offsets.span(start, self.at), double)
            else:
                key = self.key()
                self.expect("=")
                self.put(current, key, self.value(depth + len(key)))
        return _freeze(root)

    def blank(self) -> bool:
        """Skip white space, line breaks and comments; whether anything follows."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def peek(self) -> str:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def expect(self, piece: str) -> None:
        self.peek()
        if not self.text.startswith(piece, self.at):
            raise _Unread
        self.at += len(piece)

    def key(self) -> _Key:
        parts: _Key = []
        while True:
            char, start = self.peek(), self.at
            match = (_BASIC if char == '"' else _LITERAL if char == "'" else _BARE_KEY).match(self.text, start)
            if match is None:
                raise _Unread
            if len(parts) >= MAX_DEPTH:
                raise _TooDeep(start)
            self.at = match.end()
            name = _unquote(match.group()) if char in "\"'" else match.group()
            parts.append((name, self.offsets.span(start, self.at)))
            if self.peek() != ".":
                return parts
            self.at += 1

    def header(self, root: _Table, key: _Key, span: Span, double: bool) -> _Table:
        parent = _descend(root, key[:-1], span)
        name, name_span = key[-1]
        parent.keys.setdefault(name, name_span)
        existing = parent.values.get(name)
        if double:
            tables = existing if isinstance(existing, _Tables) else _Tables(span)
            parent.values[name] = tables
            table = _Table(span)
            tables.tables.append(table)
            return table
        if isinstance(existing, _Table):
            existing.span = span  # made by a deeper header above: its own header is the better place
            return existing
        table = _Table(span)
        parent.values[name] = table
        return table

    def put(self, table: _Table, key: _Key, value: Node) -> None:
        table = _descend(table, key[:-1], Span(key[0][1].start, value.span.end))
        name, span = key[-1]
        table.keys[name] = span
        table.values[name] = value

    def value(self, depth: int) -> Node:
        char, start = self.peek(), self.at
        if depth > MAX_DEPTH:
            raise _TooDeep(start)
        if char == "[":
            return self.array(depth)
        if char == "{":
            return self.inline_table(depth)
        if char and char in "\"'":
            long = self.text.startswith(char * 3, start)
            pattern = (_LONG_BASIC if long else _BASIC) if char == '"' else (_LONG_LITERAL if long else _LITERAL)
        else:
            pattern = _BARE_VALUE
        match = pattern.match(self.text, start)
        if match is None:
            raise _Unread
        self.at = match.end()
        kind, value = _scalar(match.group())
        return Node(kind, value, self.offsets.span(start, self.at))

    def array(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        items: list[Node] = []
        while True:
            self.blank()
            if self.peek() == "]":
                self.at += 1
                return Node("list", None, self.offsets.span(start, self.at), items=tuple(items))
            items.append(self.value(depth + 1))
            self.blank()
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "]":
                raise _Unread

    def inline_table(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        table = _Table(Span(0, 0))
        while True:
            self.blank()
            if self.peek() == "}":
                self.at += 1
                table.span = self.offsets.span(start, self.at)
                return _freeze(table)
            key = self.key()
            self.expect("=")
            self.put(table, key, self.value(depth + len(key)))
            self.blank()
            if self.peek() == ",":
                self.at += 1
            elif self.peek() != "}":
                raise _Unread


def _descend(table: _Table, path: _Key, span: Span) -> _Table:
    """The table at the end of a dotted path, made where missing; the last one of an array of tables."""
    for name, name_span in path:
        found = table.values.get(name)
        if found is None:
            found = table.values[name] = _Table(span)
            table.keys[name] = name_span
        if isinstance(found, _Tables):
            found = found.tables[-1]
        if not isinstance(found, _Table):
            raise _Unread
        table = found
    return table


def _freeze(value: _Table | _Tables | Node) -> Node:
    # Recursion is bounded: keys and values nest no deeper than MAX_DEPTH.
    if isinstance(value, Node):
        return value
    if isinstance(value, _Tables):
        items = tuple(_freeze(t) for t in value.tables)
        return Node("list", None, _cover(value.span, items), items=items)
    entries = tuple(Entry(name, value.keys[name], _freeze(v)) for name, v in value.values.items())
    return Node("map", None, _cover(value.span, tuple(e.value for e in entries)), entries=entries)


def _cover(span: Span, children: tuple[Node, ...]) -> Span:
    return Span(span.start, max((span.end, *(c.span.end for c in children))))


def _unquote(token: str) -> str:
    quote = token[:3] if token[:3] in ('"""', "'''") else token[:1]
    inner = token[len(quote) : -len(quote)]
    if len(quote) == 1 and (quote == "'" or "\\" not in inner):
        return inner
    kind, value = _by_tomllib(token)
    return value if kind == "str" and isinstance(value, str) else inner


def _scalar(token: str) -> tuple[Kind, Scalar]:
    if token[0] in "\"'":
        return "str", _unquote(token)
    if token in ("true", "false"):
        return "bool", token == "true"
    return _by_tomllib(token)


def _by_tomllib(token: str) -> tuple[Kind, Scalar]:
    """Kind and value as `tomllib` reads the token; dates and unreadable tokens are `other`, as written."""
    import tomllib

    try:
        value = tomllib.loads(f"v = {token}")["v"]
    except ValueError:
        return "other", token
    if isinstance(value, str):
        return "str", value
    if isinstance(value, int):
        return "int", value
    if isinstance(value, float):
        return "float", value
    return "other", token
