"""Rows of text pieces with a style each; painted with ANSI codes and OSC 8 links at the very end, or left plain."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath
from urllib.parse import quote

import msgspec

_CODES = {
    "error": "1;31",
    "warning": "1;35",
    "note": "1;94",
    "bold": "1",
    "dim": "2",
    "gutter": "94",
    "related": "94",
    "removed": "31",
    "added": "32",
    "good": "1;32",
}
"""Red, magenta and bright blue are read on black as well as on white; yellow and cyan are not on white, nor is dark blue on black."""


class Piece(msgspec.Struct, frozen=True):
    """Harmless text in one style; `link` is the path of a file to open, relative to the root."""

    text: str
    style: str = ""
    link: str = ""


Row = tuple[Piece, ...]


def row(*pieces: Piece | str) -> Row:
    """A row; plain strings have no style."""
    return tuple(Piece(piece) if isinstance(piece, str) else piece for piece in pieces)


def paint(rows: Iterable[Row], *, color: bool, links: bool, root: str) -> str:
    """The rows as one text. Without `color` and `links` it is the same text with nothing added."""
    return "".join("".join(_painted(piece, color, links, root) for piece in pieces) + "\n" for pieces in rows)


def _painted(piece: Piece, color: bool, links: bool, root: str) -> str:
    text = piece.text
    if color and piece.style:
        text = f"\x1b[{_CODES[piece.style]}m{text}\x1b[0m"
    base = folder_uri(root) if links and piece.link else ""
    return f"\x1b]8;;{base}{path_uri(piece.link)}\x1b\\{text}\x1b]8;;\x1b\\" if base else text


def folder_uri(root: str) -> str:
    """The `file:` URI of an absolute folder, with `/` at its end; "" for any other."""
    path = PurePosixPath(root) if root.startswith("/") else PurePath(root)
    return path.as_uri().rstrip("/") + "/" if path.is_absolute() else ""


def path_uri(path: str) -> str:
    """A relative path as a URI reference: percent-encoded byte for byte; "." for the root itself."""
    # A first segment with a colon would read as a scheme; quote() encodes the colon.
    return quote(path.encode("utf-8", "surrogateescape"), safe="/") or "."
