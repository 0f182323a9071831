"""The one tree that JSON, YAML and TOML files are read into: values with their spans, and what was wrong."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

import msgspec

from herolint.finding import Problem
from herolint.source import SourceFile, Span

MAX_DEPTH = 200
"""Levels of nesting that loaders accept; deeper files become a problem."""

type_words = {
    "map": "an object",
    "list": "a list",
    "str": "a string",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "other": "a special value",
}
"""How messages name each kind of node."""

Kind = Literal["map", "list", "str", "int", "float", "bool", "null", "other"]
Scalar = str | int | float | bool | None


class SchemaIssue(msgspec.Struct, frozen=True):
    """A place where a well-formed document says something the platform does not accept or ignores."""

    message: str
    span: Span
    severity_word: Literal["error", "warning", "note"] = "error"
    fix: str = ""
    """How it is mended, where that is more than to write what the message asks for."""


class Entry(msgspec.Struct, frozen=True, eq=False):
    """One key of a map with its value; `key_span` covers the key as written, with quotes."""

    key: str
    key_span: Span
    value: Node

    @property
    def span(self) -> Span:
        """Key and value together."""
        return Span(self.key_span.start, max(self.key_span.end, self.value.span.end))


class Node(msgspec.Struct, frozen=True, eq=False):
    """A value in a file. `span` covers it as written, with quotes or brackets.

    `value` holds the Python value of a scalar; for kind `other` (dates, huge numbers, tagged scalars) the text
    as written. A YAML alias is the very node of its anchor, so a node may stand in several places.
    """

    kind: Kind
    value: Scalar
    span: Span
    entries: tuple[Entry, ...] = ()
    items: tuple[Node, ...] = ()

    def __repr__(self) -> str:
        # Aliases can make the written-out tree exponentially large: never print the children.
        return f"Node({self.kind!r}, {self.value!r}, {tuple(self.span)!r}, {len(self.entries) + len(self.items)} inside)"

    @property
    def words(self) -> str:
        """What kind of value this is, as messages say it: "a list"."""
        return type_words[self.kind]

    def entry(self, key: str) -> Entry | None:
        """The entry of a key; of a repeated key the last, as parsers do."""
        return next((e for e in reversed(self.entries) if e.key == key), None)

    def get(self, *path: str | int) -> Node | None:
        """The node at the end of a path of keys and list positions, if it is there."""
        node: Node = self
        for step in path:
            if isinstance(step, str):
                found = node.entry(step)
                if found is None:
                    return None
                node = found.value
            elif -len(node.items) <= step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def key_span(self, *path: str | int) -> Span | None:
        """Where the last key of the path is written; for a list position the item itself."""
        parent = self.get(*path[:-1])
        if parent is None or not path:
            return None
        last = path[-1]
        if isinstance(last, str):
            found = parent.entry(last)
            return found.key_span if found else None
        item = parent.get(last)
        return item.span if item else None

    def text(self, *path: str | int) -> str | None:
        """The string at the end of the path; None when there is none or it is no string."""
        node = self.get(*path)
        return node.value if node is not None and node.kind == "str" and isinstance(node.value, str) else None

    def python(self) -> object:
        """The value as plain Python (dict, list, str, …); an alias becomes one shared object."""
        return _plain(self, {})


class Tree(msgspec.Struct, frozen=True, eq=False):
    """A loaded file: its root value (None when empty or too broken to read) and what was wrong with it."""

    root: Node | None
    problems: tuple[Problem, ...] = ()

    def get(self, *path: str | int) -> Node | None:
        """As `Node.get` from the root."""
        return self.root.get(*path) if self.root is not None else None

    def text(self, *path: str | int) -> str | None:
        """As `Node.text` from the root."""
        return self.root.text(*path) if self.root is not None else None


def _plain(node: Node, known: dict[int, object]) -> object:
    # Recursion is bounded: loaders refuse trees higher than MAX_DEPTH. `known` keeps aliases from multiplying.
    if node.kind not in ("map", "list"):
        return node.value
    made = known.get(id(node))
    if made is None:
        made = {e.key: _plain(e.value, known) for e in node.entries} if node.kind == "map" else [_plain(i, known) for i in node.items]
        known[id(node)] = made
    return made


class Offsets:
    """Turns offsets into a file's `text` into byte offsets, in constant time for each."""

    _BLOCK = 512

    def __init__(self, source: SourceFile) -> None:
        self._bom = source.bom_length
        self._text = source.text
        self._encoding = source.encoding
        self._blocks: list[int] | None = None
        if self._encoding != "latin-1" and not (self._encoding == "utf-8" and self._text.isascii()):
            pieces = (self._text[at : at + self._BLOCK] for at in range(0, len(self._text), self._BLOCK))
            self._blocks = list(accumulate((len(p.encode(self._encoding)) for p in pieces), initial=0))

    def byte(self, offset: int) -> int:
        """The byte offset of a text offset; one past the end is the end."""
        offset = max(0, min(offset, len(self._text)))
        if self._blocks is None:
            return self._bom + offset
        block = offset // self._BLOCK
        rest = self._text[block * self._BLOCK : offset]
        return self._bom + self._blocks[block] + len(rest.encode(self._encoding))

    def span(self, start: int, end: int) -> Span:
        """The byte span of a range of the text."""
        first = self.byte(start)
        return Span(first, max(first, self.byte(end)))


def line_starts(text: str) -> list[int]:
    """Text offsets at which lines start, where only LF ends a line."""
    starts = [0]
    at = text.find("\n")
    while at != -1:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def at_line_column(text: str, line: int, column: int) -> int:
    """The text offset of a line and column (both from 1), lines ended by LF; clamped to the text."""
    starts = line_starts(text)
    if line > len(starts):
        return len(text)
    return min(starts[max(line, 1) - 1] + max(column, 1) - 1, len(text))


def nearest(word: str, known: tuple[str, ...]) -> str:
    """A hint " (did you mean …?)" when a known word is close to `word`, else ""."""
    from difflib import get_close_matches

    close = get_close_matches(word[:80], known, 1, 0.75)
    return f" (did you mean {close[0]!r}?)" if close else ""
