"""Text as HTML: escaped in one place, so that nothing from a repository becomes markup, and nothing in it is hidden or turned around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.reports.escape import plain
from herolint.reports.paint import Row

_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def safe(text: str) -> str:
    """Harmless text, which is escaped already, as HTML."""
    return text.translate(_MARKUP)


def text(words: str) -> str:
    """One line of any text as HTML, fit for content and for attributes in quotes."""
    return safe(plain(words))


def prose(words: str) -> str:
    """Text in which pairs of backticks mark code, as messages use them."""
    parts = plain(words).split("`")
    if len(parts) % 2 == 0:
        return safe(plain(words))
    return "".join(f"<code>{safe(part)}</code>" if number % 2 else safe(part) for number, part in enumerate(parts))


def rows(lines: Iterable[Row]) -> Iterator[str]:
    """Rows of harmless pieces, each style as a class."""
    for pieces in lines:
        yield "".join(f'<span class="{piece.style}">{safe(piece.text)}</span>' if piece.style else safe(piece.text) for piece in pieces)


def slug_of(words: str) -> str:
    """An id made of any words."""
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in words).strip("-").lower()
