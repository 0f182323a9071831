"""Go's literals: strings, runes, numbers and the names that stand for values."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Const, Other
from herolint.code.go.nodes import Handler, reads
from herolint.code.reader import Reader
from herolint.patterns import lazy

_ESCAPE = lazy(r"\\([0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_OLD_OCTAL = lazy(r"0[0-7]+\Z")
_MOST_DIGITS = 400
_MOST_INT = 2**64 - 1
"""What msgpack can hold."""


def number(text: str) -> Any:
    """The value of an integer or float literal; None where facts cannot hold it (imaginary, hexadecimal float, more than 64 bits)."""
    text = text.replace("_", "")
    if len(text) > _MOST_DIGITS:
        return None
    try:
        value = int(text, 8) if _OLD_OCTAL.match(text) else int(text, 0)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None
    return value if value <= _MOST_INT else None


def unescape(content: str) -> str:
    """The text that the content of an interpreted string or rune stands for. Escaped bytes may spell UTF-8 together."""
    if "\\" not in content:
        return content

    def one(match: re.Match[str]) -> bytes:
        escape = match[1]
        if escape in _SIMPLE:
            return _SIMPLE[escape].encode()
        if escape[0] == "x" and len(escape) == 3:
            return bytes((int(escape[1:], 16),))
        if len(escape) == 3:
            return bytes((int(escape, 8) & 0xFF,))
        if escape[0] in "uU" and len(escape) > 1 and (code := int(escape[1:], 16)) < 0x110000:
            return chr(code).encode("utf-8", "replace")
        return match[0].encode("utf-8", "replace")

    pieces, at = [], 0
    for match in _ESCAPE.finditer(content):
        pieces += [content[at : match.start()].encode(), one(match)]
        at = match.end()
    return b"".join((*pieces, content[at:].encode())).decode("utf-8", "replace")


@reads("interpreted_string_literal")
def _interpreted(r: Reader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = r.text[start + 1 : end - 1]
    if not text.isascii():
        text = r.decode(text)
    return Const(start, end, unescape(text) if "\\" in text else text)


@reads("raw_string_literal")
def _raw(r: Reader, node: Node, depth: int) -> AnyExpr:
    """Between backquotes everything stands for itself, but carriage returns are dropped."""
    start, end = node.start_byte, node.end_byte
    text = r.text[start + 1 : end - 1]
    if not text.isascii():
        text = r.decode(text)
    return Const(start, end, text.replace("\r", ""))


@reads("rune_literal")
def _rune(r: Reader, node: Node, depth: int) -> AnyExpr:
    """A rune is a number: its code point."""
    start, end = node.start_byte, node.end_byte
    text = unescape(r.word(node)[1:-1])
    return Const(start, end, ord(text)) if len(text) == 1 else Other(start, end, "rune")


@reads("int_literal", "float_literal", "imaginary_literal")
def _number(r: Reader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    value = number(r.text[start:end])
    return Other(start, end, "number") if value is None else Const(start, end, value)


def _constant(value: bool | None) -> Handler:
    return lambda r, node, depth: Const(node.start_byte, node.end_byte, value)


reads("nil")(_constant(None))
reads("true")(_constant(True))
reads("false")(_constant(False))
