"""Reads JSON into a tree with spans, and says exactly what is wrong with a file that is not JSON.

Comments, trailing commas and control characters in strings are reported and read over; after any other error there is
no root. The scanner keeps its own stack, so that nesting costs nothing but memory, and stops at `MAX_DEPTH`.
"""

from __future__ import annotations

from herolint.finding import Problem
from herolint.formats.tree import MAX_DEPTH, Entry, Node, Offsets, Tree
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_SPACE = lazy(r"[ \t\n\r]*")
_STRING = lazy(r'"[^"\\\n\r]*(?:\\.[^"\\\n\r]*)*"')
_NUMBER = lazy(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\w.])")
_WORD = lazy(r"[\w.$+-]+")
_CONTROL = lazy(r"[\x00-\x1f]")
_SURROGATE = lazy(r"[\ud800-\udfff]")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 1000
_MAX_PROBLEMS = 20


class _Broken(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


class _Frame:
    """An object or list that is still open."""

    __slots__ = ("entries", "items", "key", "key_span", "start")

    def __init__(self, start: int, is_map: bool) -> None:
        self.start = start
        self.entries: list[Entry] | None = [] if is_map else None
        self.items: list[Node] = []
        self.key = ""
        self.key_span = Span(0, 0)

    @property
    def closer(self) -> str:
        return "]" if self.entries is None else "}"

    def add(self, node: Node) -> None:
        if self.entries is None:
            self.items.append(node)
        else:
            self.entries.append(Entry(self.key, self.key_span, node))


def load(source: SourceFile) -> Tree:
    """The file as a tree; an empty file has no root and a problem."""
    return _Scanner(source).tree()


class _Scanner:
    def __init__(self, source: SourceFile) -> None:
        self.path = source.path
        self.text = source.text
        self.offsets = Offsets(source)
        self.at = 0
        self.problems: list[Problem] = []

    def tree(self) -> Tree:
        try:
            root = self.document()
        except _Broken as broken:
            self.problem(broken.message, broken.start, broken.end)
            return Tree(None, tuple(self.problems))
        return Tree(root, tuple(self.problems))

    def problem(self, message: str, start: int, end: int) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(Problem(message=f"not valid JSON: {message}", path=self.path, span=self.offsets.span(start, end)))

    def found(self) -> str:
        """The next piece of text as a message quotes it."""
        word = _WORD.match(self.text, self.at)
        piece = word.group()[:20] if word else self.text[self.at : self.at + 1]
        return f"found {piece!r}"

    def broken(self, expected: str) -> _Broken:
        if self.at >= len(self.text):
            return _Broken(f"expected {expected}, but the file ends", len(self.text), len(self.text))
        word = _WORD.match(self.text, self.at)
        return _Broken(f"expected {expected}, {self.found()}", self.at, word.end() if word else self.at + 1)

    def skip(self) -> str:
        """Go past white space and (reported) comments; the next character, or "" at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            start = self.text[self.at : self.at + 2]
            if start == "//" or start[:1] == "#":
                end = self.text.find("\n", self.at)
                end = len(self.text) if end == -1 else end
            elif start == "/*":
                end = self.text.find("*/", self.at + 2)
                end = len(self.text) if end == -1 else end + 2
            else:
                return start[:1]
            self.problem("comments are not allowed", self.at, end)
            self.at = end

    def document(self) -> Node:
        if not self.skip():
            raise self.broken("a value")
        stack: list[_Frame] = []
        while True:
            node = self.value_or_open(stack)
            while node is not None:  # a finished value: put it into its container, which may finish in turn
                if not stack:
                    if self.skip():
                        raise self.broken("the end of the file")
                    return node
                stack[-1].add(node)
                node = self.after_value(stack)

    def value_or_open(self, stack: list[_Frame]) -> Node | None:
        """A scalar or empty container; or None after opening a container that has content (or a key was read)."""
        char = self.skip()
        if char not in ("{", "["):
            return self.scalar(char)
        if len(stack) >= MAX_DEPTH:
            raise _Broken(f"nested deeper than {MAX_DEPTH} levels", self.at, self.at + 1)
        frame = _Frame(self.at, char == "{")
        self.at += 1
        if self.skip() == frame.closer:
            return self.close(frame)
        stack.append(frame)
        self.key(frame)
        return None

    def key(self, frame: _Frame) -> None:
        """Read `"key":` when the frame is an object."""
        if frame.entries is None:
            return
        if self.skip() != '"':
            raise self.broken("a key in double quotes")
        start = self.at
        frame.key = self.string()
        frame.key_span = self.offsets.span(start, self.at)
        if self.skip() != ":":
            raise self.broken(f"':' after the key {frame.key[:40]!r}")
        self.at += 1

    def after_value(self, stack: list[_Frame]) -> Node | None:
        """Read `,` and a key, or the end of the container: then the container."""
        frame = stack[-1]
        char = self.skip()
        if char == ",":
            comma = self.at
            self.at += 1
            if self.skip() != frame.closer:
                self.key(frame)
                return None
            self.problem(f"a comma must not stand before '{frame.closer}'", comma, comma + 1)
            char = frame.closer
        if char != frame.closer:
            raise self.broken(f"',' or '{frame.closer}'")
        stack.pop()
        return self.close(frame)

    def close(self, frame: _Frame) -> Node:
        self.at += 1
        span = self.offsets.span(frame.start, self.at)
        if frame.entries is None:
            return Node("list", None, span, items=tuple(frame.items))
        return Node("map", None, span, entries=tuple(frame.entries))

    def scalar(self, char: str) -> Node:
        start = self.at
        if char == '"':
            value = self.string()
            return Node("str", value, self.offsets.span(start, self.at))
        number = _NUMBER.match(self.text, start)
        if number:
            self.at = number.end()
            span = self.offsets.span(start, self.at)
            if number.group(1) or number.group(2):
                return Node("float", float(number.group()), span)
            if self.at - start > _MAX_DIGITS:
                return Node("other", number.group(), span)
            return Node("int", int(number.group()), span)
        word = _WORD.match(self.text, start)
        if word and word.group() in _WORDS:
            self.at = word.end()
            value_of = _WORDS[word.group()]
            return Node("null" if value_of is None else "bool", value_of, self.offsets.span(start, self.at))
        raise self.broken("a value in double quotes" if char == "'" or word else "a value")

    def string(self) -> str:
        """The string that starts here; control characters in it are reported."""
        match = _STRING.match(self.text, self.at)
        if match is None:
            end = self.text.find("\n", self.at)
            raise _Broken("the string is not closed on its line", self.at, len(self.text) if end == -1 else end)
        token, start = match.group(), self.at
        self.at = match.end()
        control = _CONTROL.search(token)
        if control:
            at = start + control.start()
            self.problem(f"the control character {control.group()!r} must be escaped in a string", at, at + 1)
        if "\\" not in token:
            return token[1:-1]
        import json

        try:
            value = str(json.loads(token, strict=False))
        except json.JSONDecodeError as error:
            at = start + min(error.pos, len(token) - 1)
            raise _Broken(f"invalid escape in a string ({error.msg.lower().split(':')[0]})", at, at + 1) from None
        return _SURROGATE.sub("\ufffd", value)
