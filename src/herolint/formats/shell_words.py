"""Reads one word of a shell command: quotes, escapes, expansions, and where each character of it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from herolint.formats.shell_nesting import ANSI_QUOTE, skip
from herolint.patterns import lazy
from herolint.source import Span

_PLAIN = lazy(r"[^ \t\r\n'\"\\$`;&|()<>]+")
_IN_QUOTES = lazy(r"[^\"\\$`]+")
_PARAMETER = lazy(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED = lazy(
    r"(?P<prefix>[!#]?)(?P<name>[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(?:\[[^\]]*\])?(?P<op>:[-=?+]|[-=?+]|.|)(?P<rest>.*)", re.DOTALL
)
_ARRAY_NAME = lazy(r"[A-Za-z_][A-Za-z0-9_]*\+?=\Z")
_ANSI_PIECE = lazy(r"\\(?:x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|.)|[^\\]+", re.DOTALL)
_ANSI_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_DEFAULTS = frozenset({"-", ":-", "=", ":="})


class Expansion(msgspec.Struct, frozen=True):
    """Something that the shell puts into a word.

    `name` is the variable (empty for a command substitution, arithmetic or an array) and `operator` what stands behind it
    (`:-`, `-`, `:=`, `%`, `/` …), before it (`#`, `!`), or the opening of what has no name: `$(`, `$((`, a backtick, `<(`, `(`.
    `default` is the text used when the variable is not set, as written.
    """

    name: str
    default: str | None
    operator: str
    span: Span


class Word(msgspec.Struct, frozen=True):
    """A word of a command: its text without quotes, expansions as they are written; `literal` if there are none."""

    text: str
    span: Span
    expansions: tuple[Expansion, ...] = ()
    literal: bool = True


class Piece(NamedTuple):
    """A part of a word's value and the range of the text it comes from."""

    value: str
    start: int
    end: int


class RawExpansion(msgspec.Struct, frozen=True):
    """An expansion by its range of the text."""

    name: str
    default: str | None
    operator: str
    start: int
    end: int


class RawWord(msgspec.Struct, frozen=True):
    """A word by its range of the text; `plain` if nothing in it is quoted or expanded, `closed` if no quote or bracket stays open."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    expansions: tuple[RawExpansion, ...] = ()
    plain: bool = False
    closed: bool = True

    @property
    def text(self) -> str:
        """The value, expansions as written."""
        return self.pieces[0].value if len(self.pieces) == 1 else "".join(p.value for p in self.pieces)


class Places:
    """Turns ranges of the text that is parsed into byte spans of its file.

    Built for a text that stands in the file as it is, or, by `inner`, for the value of a word.
    """

    def __init__(self, starts: list[int] | None, ends: list[int] | None, offset: int = 0) -> None:
        self._starts = starts
        self._ends = ends
        self._offset = offset

    @classmethod
    def plain(cls, text: str, offset: int, encoding: str) -> Places:
        """For a text that begins at a byte offset."""
        if encoding == "latin-1" or text.isascii() and encoding == "utf-8":
            return cls(None, None, offset)
        starts = list(accumulate(_widths(text, encoding), initial=offset))
        return cls(starts, starts[1:])

    @classmethod
    def joined(cls, text: str, pieces: Sequence[tuple[int, int]], encoding: str) -> Places:
        """For a text put together from pieces of its file, given as (offset in the text, byte offset in the file)."""
        starts: list[int] = []
        ends: list[int] = []
        bounds = [*(at for at, _ in pieces[1:]), len(text)]
        for (at, offset), bound in zip(pieces, bounds, strict=True):
            widths = list(accumulate(_widths(text[at:bound], encoding), initial=offset))
            starts += widths[:-1]
            ends += widths[1:]
        return cls([*starts, ends[-1] if ends else 0], ends)

    def inner(self, pieces: Iterable[Piece]) -> Places:
        """For the value that the pieces make up."""
        starts: list[int] = []
        ends: list[int] = []
        last = 0
        for value, start, end in pieces:
            if len(value) == end - start:
                spans = [self.span(at, at + 1) for at in range(start, end)]
            else:  # an escape of several characters
                spans = [self.span(start, end)] * len(value)
            starts += (s.start for s in spans)
            ends += (s.end for s in spans)
            last = self.span(start, end).end
        return Places([*starts, last], ends)

    def span(self, start: int, end: int) -> Span:
        """The bytes of a range."""
        if self._starts is None or self._ends is None:
            return Span(self._offset + start, self._offset + end)
        first = self._starts[start]
        return Span(first, self._ends[end - 1] if end > start else first)

    def word(self, raw: RawWord, cut: int = 0) -> Word:
        """A word with its spans, without its first `cut` characters (which must be plain)."""
        expansions = tuple(Expansion(x.name, x.default, x.operator, self.span(x.start, x.end)) for x in raw.expansions)
        return Word(raw.text[cut:], self.span(raw.start + cut, raw.end), expansions, not expansions)


def _widths(text: str, encoding: str) -> Iterable[int]:
    if encoding != "utf-8":
        return (len(c.encode(encoding, "surrogatepass")) for c in text)
    return (1 if c < "\x80" else 2 if c < "\u0800" else 3 if c < "\U00010000" else 4 for c in text)


class _Scan:
    """The state of reading one word."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.pieces: list[Piece] = []
        self.expansions: list[RawExpansion] = []
        self.closed = True

    def take(self, start: int, end: int) -> None:
        """Add a range of the text as it is."""
        if end > start:
            self.pieces.append(Piece(self.text[start:end], start, end))
        self.at = end

    def expand(self, name: str, default: str | None, operator: str, end: int) -> None:
        """Add an expansion from here to `end`."""
        self.expansions.append(RawExpansion(name, default, operator, self.at, end))
        self.take(self.at, end)

    def find(self, mark: str, start: int) -> int:
        """Where a mark stands; the end of the text, and the word is not closed, when it does not."""
        found = self.text.find(mark, start)
        if found == -1:
            self.closed = False
            return len(self.text)
        return found

    def balanced(self) -> int:
        """Where the substitution that starts here ends."""
        end, closed = skip(self.text, self.at)
        self.closed = self.closed and closed
        return end


def read_word(text: str, at: int) -> RawWord:
    """The word that begins here; anything left open runs to the end of the text."""
    match = _PLAIN.match(text, at)
    end = match.end() if match else at
    if match and (end == len(text) or text[end] in " \t\r\n;&|<>)" or text[end] == "(" and text[end - 1] != "="):
        return RawWord(at, end, (Piece(match.group(), at, end),), plain=True)
    scan = _Scan(text, at)
    while scan.at < len(text):
        start = scan.at
        if match := _PLAIN.match(text, start):
            scan.take(start, match.end())
            continue
        char = text[start]
        if char == "'":
            end = scan.find("'", start + 1)
            scan.take(start + 1, end)
            scan.at = min(end + 1, len(text))
        elif char == '"':
            _double(scan)
        elif char == "\\":
            _escape(scan, None)
        elif char in "$`":
            _expansion(scan, quoted=False)
        elif char == "(" and _ARRAY_NAME.match(text[at:start]):
            scan.expand("", None, "(", scan.balanced())
        elif char in "<>" and start == at and text.startswith("(", at + 1):
            end, scan.closed = skip(text, at + 1)
            scan.expand("", None, char + "(", end)
        else:
            break
    return RawWord(at, scan.at, tuple(scan.pieces), tuple(scan.expansions), closed=scan.closed)


def _double(scan: _Scan) -> None:
    """A part in double quotes."""
    text = scan.text
    scan.at += 1
    while scan.at < len(text):
        if match := _IN_QUOTES.match(text, scan.at):
            scan.take(scan.at, match.end())
            continue
        char = text[scan.at]
        if char == '"':
            scan.at += 1
            return
        if char == "\\":
            _escape(scan, '"\\$`')
        else:
            _expansion(scan, quoted=True)
    scan.closed = False


def _escape(scan: _Scan, special: str | None) -> None:
    """A backslash; in double quotes it stays unless one of the special characters follows. A continued line leaves nothing."""
    start, text = scan.at, scan.text
    if text.startswith(("\\\n", "\\\r\n"), start):
        scan.at = text.index("\n", start) + 1
    elif start + 1 >= len(text):
        scan.take(start, len(text))
    elif special is None or text[start + 1] in special:
        scan.pieces.append(Piece(text[start + 1], start, start + 2))
        scan.at = start + 2
    else:
        scan.take(start, start + 2)


def _expansion(scan: _Scan, quoted: bool) -> None:
    """A dollar or a backtick: a variable, a substitution, a special quote, or just the character."""
    text, start = scan.text, scan.at
    if text[start] == "`":
        scan.expand("", None, "`", scan.balanced())
    elif text.startswith("${", start):
        end = scan.balanced()
        match = _BRACED.match(text, start + 2, max(start + 2, end - 1 if scan.closed else end))
        if match is None:
            scan.expand("", None, "${", end)
            return
        operator = match["prefix"] or match["op"]
        scan.expand(match["name"], match["rest"] if match["op"] in _DEFAULTS else None, operator, end)
    elif text.startswith("$(", start):
        scan.expand("", None, "$((" if text.startswith("((", start + 1) else "$(", scan.balanced())
    elif match := _PARAMETER.match(text, start + 1):
        scan.expand(match.group(), None, "", match.end())
    elif not quoted and text.startswith("$'", start) and (match := ANSI_QUOTE.match(text, start + 1)):
        _ansi(scan, match)
    elif not quoted and text.startswith('$"', start):
        scan.at += 1
        _double(scan)
    else:
        scan.take(start, start + 1)


def _ansi(scan: _Scan, quote: re.Match[str]) -> None:
    """A part in `$'…'`, with C's escapes."""
    closed = len(quote.group()) > 1 and quote.group().endswith("'")
    scan.closed = scan.closed and closed
    for match in _ANSI_PIECE.finditer(scan.text, quote.start() + 1, quote.end() - closed):
        value = match.group()
        if value.startswith("\\"):
            kind = value[1]
            if kind in "xuU" and len(value) > 2:
                code = int(f"0x{value[2:]}", base=0)
                value = chr(code) if code < 0x110000 else ""
            elif kind in "01234567":
                value = chr(int(value[1:], 8) & 255)
            else:
                value = _ANSI_LETTERS.get(kind, kind if kind in "\\'\"?" else value)
        scan.pieces.append(Piece(value, match.start(), match.end()))
    scan.at = quote.end()
