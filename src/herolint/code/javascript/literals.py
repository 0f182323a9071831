"""Values of JavaScript literals: numbers and the escapes in strings."""

from __future__ import annotations

import math
import re

from herolint.patterns import lazy

_ESCAPE = lazy(r"\\(?:\r\n|(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,8}\}|[0-7]{1,3}|.))", re.DOTALL)
_SIMPLE = {"\n": "", "\r": "", "\u2028": "", "\u2029": "", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SURROGATE = lazy("[\ud800-\udfff]")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_OLD_OCTAL = lazy(r"0[0-7]+")
_MOST_DIGITS = 400
_EXACT = 2**53
_MOST_INT = 2**63
"""What msgpack can surely hold."""


def number(text: str) -> int | float | None:
    """The value of a number literal; None where facts cannot hold it (infinite, a BigInt of more than 64 bits, malformed)."""
    text = text.replace("_", "").lower()
    big = text.endswith("n")
    text = text.removesuffix("n")
    if len(text) > _MOST_DIGITS:
        return None
    try:
        if (base := _BASES.get(text[:2])) is not None:
            value: int | float = int(text[2:], base)
        elif _OLD_OCTAL.fullmatch(text):
            value = int(text, 8)
        elif text.isdecimal():
            value = int(text)
        else:
            value = float(text)
            if not math.isfinite(value):
                return None
            return int(value) if value.is_integer() and abs(value) < _EXACT else value
        if value < _MOST_INT:
            return value
        return None if big else float(value)
    except (ValueError, OverflowError):
        return None


def unescape(content: str) -> str:
    """The text that a string's or template's content stands for."""
    if "\\" not in content:
        return content
    content = _ESCAPE.sub(_one, content)
    if _SURROGATE.search(content):
        # Two halves make one character; a half alone cannot be stored as UTF-8.
        content = content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return content


def _one(match: re.Match[str]) -> str:
    escape = match[1] or "\n"
    simple = _SIMPLE.get(escape)
    if simple is not None:
        return simple
    first = escape[0]
    if first in "01234567":
        return chr(int(escape, 8))
    if len(escape) == 1:
        return escape
    code = int(escape[1:].strip("{}"), 16)
    return chr(code) if code < 0x110000 else "\ufffd"
