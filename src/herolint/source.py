"""Text of one file and places in it: byte spans, turned late into lines and columns.

A `Span` is a pair of byte offsets into the file's original bytes, end exclusive. Everything above this
module passes spans around; `SourceFile` alone turns them into lines, columns and text.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of byte offsets into a file's original bytes."""

    start: int
    end: int

    def within(self, other: Span) -> bool:
        """Whether this range lies wholly inside `other`."""
        return other.start <= self.start and self.end <= other.end


class Position(NamedTuple):
    """A place as people count: line and column from 1, columns in code points."""

    line: int
    column: int


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class SourceFile:
    """One file of the repository: its path, bytes and decoded text.

    `path` is relative to the analysed root, with `/`. `text` is the decoded content without byte order
    mark; where the bytes are not valid UTF-8 (and carry no UTF-16/32 mark) they are read as Latin-1 and
    `encoding_problem` says so. Offsets in spans are always into `data`.
    """

    __slots__ = ("__dict__", "data", "masked", "path")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.masked: list[Span] = []

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r}, {len(self.data)} bytes)"

    @cached_property
    def _decoded(self) -> tuple[str, str, int, str | None]:
        for mark, name in _BOMS:
            if self.data.startswith(mark):
                try:
                    return self.data[len(mark) :].decode(name), name, len(mark), None
                except UnicodeDecodeError as error:
                    return self.data.decode("latin-1"), "latin-1", 0, f"not valid {name} although marked so (byte {error.start})"
        try:
            return self.data.decode("utf-8"), "utf-8", 0, None
        except UnicodeDecodeError as error:
            return self.data.decode("latin-1"), "latin-1", 0, f"not valid UTF-8 (byte {error.start})"

    @property
    def text(self) -> str:
        """The decoded content, without byte order mark, line endings as they are."""
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """The codec that `text` was read with."""
        return self._decoded[1]

    @property
    def bom_length(self) -> int:
        """How many bytes of byte order mark stand before the text."""
        return self._decoded[2]

    @property
    def encoding_problem(self) -> str | None:
        """Why the bytes could not be read in the encoding they seem to have, if so."""
        return self._decoded[3]

    @cached_property
    def is_binary(self) -> bool:
        """Whether the content holds NUL bytes and no UTF-16/32 mark, as git tells binary from text."""
        return b"\0" in self.data[:8000] and self.encoding in ("utf-8", "latin-1")

    @property
    def line_break(self) -> str:
        """How most lines end; with a line feed where there are no lines yet."""
        pairs = self.text.count("\r\n")
        feeds = self.text.count("\n") - pairs
        lone = self.text.count("\r") - pairs
        if pairs > feeds and pairs >= lone:
            return "\r\n"
        return "\r" if lone > feeds else "\n"

    @cached_property
    def _starts(self) -> list[int]:
        """Byte offset at which each line starts; lines end at LF, CRLF or a lone CR."""
        if self.encoding not in ("utf-8", "latin-1"):
            starts, offset = [0], self.bom_length
            for piece in self.text.splitlines(keepends=True):
                offset += len(piece.encode(self.encoding))
                starts.append(offset)
            return starts[:-1] if len(starts) > 1 and not self.text.endswith(("\n", "\r")) else starts
        starts = [0]
        data, at = self.data, 0
        has_cr = b"\r" in data
        while True:
            lf = data.find(b"\n", at)
            cr = data.find(b"\r", at) if has_cr else -1
            if cr != -1 and (lf == -1 or cr < lf):
                at = cr + 2 if data[cr + 1 : cr + 2] == b"\n" else cr + 1
            elif lf != -1:
                at = lf + 1
            else:
                return starts
            starts.append(at)

    @property
    def line_count(self) -> int:
        """Number of lines; a file that ends in a line break counts the empty line behind it."""
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The line (from 1) that holds a byte offset."""
        return bisect_right(self._starts, max(0, min(offset, len(self.data))))

    def line_span(self, line: int) -> Span:
        """The bytes of a line (from 1) without its line break."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.data)
        breaks = ("\n".encode(self.encoding), "\r".encode(self.encoding))
        width = len(breaks[0])
        while end - width >= start and self.data[end - width : end] in breaks:
            end -= width
        return Span(start, end)

    def mask(self, span: Span) -> None:
        """Hide a secret from everything that shows or fingerprints the text: `slice` gives `*` for all but its first four bytes."""
        hidden = Span(min(span.start + 4, span.end), span.end)
        if hidden not in self.masked:
            self.masked.append(hidden)

    def slice(self, span: Span) -> str:
        """The text of a span, secrets masked."""
        data = self.data[span.start : span.end]
        for hidden in self.masked:
            start, end = max(hidden.start, span.start) - span.start, min(hidden.end, span.end) - span.start
            if start < end:
                data = data[:start] + b"*" * (end - start) + data[end:]
        if span.start == 0 and self.bom_length:
            data = data[self.bom_length :]
        return data.decode(self.encoding, "replace")

    def position(self, offset: int) -> Position:
        """Line and column (from 1, code points) of a byte offset; an offset past the end is the end."""
        offset = max(0, min(offset, len(self.data)))
        line = self.line_of(offset)
        return Position(line, len(self.slice(Span(self._starts[line - 1], offset))) + 1)

    def byte_offset(self, text_offset: int) -> int:
        """The byte offset of an offset into `text`."""
        if self.encoding in ("utf-8", "latin-1") and self.text.isascii():
            return self.bom_length + text_offset
        return self.bom_length + len(self.text[:text_offset].encode(self.encoding))

    def span_of_text(self, start: int, end: int) -> Span:
        """The byte span of a range of `text`."""
        return Span(self.byte_offset(start), self.byte_offset(end))


def in_comment(text: str, at: int) -> bool:
    """Whether the line of a place in a text is commented out, in the way of any language."""
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith(("#", "//", "--", ";", "*"))
