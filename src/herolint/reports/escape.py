r"""Makes text from the repository harmless to print: control characters become `\x1b`, and widths are measured.

Also characters that reorder or hide text (bidirectional marks, zero-width ones), lone surrogates of undecodable
file names, and the beginnings of log commands that CI services obey: `##[` and `##vso[` anywhere in a line, `::` at its start.
"""

from __future__ import annotations

from typing import Any

from herolint.patterns import lazy

_TAB_STOP = 4
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_LOG_COMMAND = lazy(r"##(?=\w*\[)")
_JSON_UNSAFE = lazy("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def _visible(char: str) -> str:
    if char.isprintable() or _category(char) not in _HIDDEN:
        return char
    number = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _category(char: str) -> str:
    import unicodedata  # its tables are large, and most text is ASCII

    return unicodedata.category(char)


def plain(text: str) -> str:
    """One line of harmless text: every control character in visible form, also tabs and line breaks."""
    if not text.isprintable():
        text = "".join(map(_visible, text))
    return line_start(_LOG_COMMAND.sub(r"#\\x23", text) if "##" in text else text)


def line_start(text: str) -> str:
    """Harmless text that may also stand at the start of a line."""
    return f"\\x3a{text[1:]}" if text.startswith("::") else text


def cells(text: str) -> list[str]:
    """What to print for each code point of a source line; tabs become spaces up to the next multiple of four columns."""
    shown, column = [], 0
    for char in text:
        cell = " " * (_TAB_STOP - column % _TAB_STOP) if char == "\t" else _visible(char)
        shown.append(cell)
        column += width(cell)
    for match in _LOG_COMMAND.finditer(text):
        shown[match.start() + 1] = "\\x23"
    return shown


def width(text: str) -> int:
    """Terminal columns that harmless text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    import unicodedata

    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if _category(char) in ("Mn", "Me") else 1


def json_text(document: Any) -> str:
    """A JSON document, readable and safe to print: what a terminal could obey stands as `\\u` escapes, the data stays exact.

    Lone surrogates have no place in UTF-8 and stop strict parsers, so they become visible text.
    """
    import json

    text = _LOG_COMMAND.sub(r"#\\u0023", json.dumps(document, ensure_ascii=False, indent=2))
    return _JSON_UNSAFE.sub(lambda match: _json_escape(ord(match[0])), text) + "\n"


def _json_escape(number: int) -> str:
    return f"\\\\u{number:04x}" if 0xD800 <= number <= 0xDFFF else f"\\u{number:04x}"


def xml(text: str, *, quoted: bool = True) -> str:
    """Text for an XML document, as an attribute's value in quotes or as content; control characters, which XML has not, become visible."""
    parts = [plain(line) for line in text.split("\n")] if not quoted else [plain(text)]
    safe = "\n".join(parts).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '"' + safe.replace('"', "&quot;") + '"' if quoted else safe
