"""Values of Python literals: numbers, string escapes, and the pieces of `%` formatting."""

from __future__ import annotations

import re
from typing import Any

from herolint.code.facts import AnyExpr, Concat, Const, Index, Mapping, Other, Sequence, Star
from herolint.patterns import lazy

_ESCAPE = lazy(r"\\(?:\r\n|([0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^{}]{1,80}\}|.))", re.DOTALL)
_SIMPLE = {
    "\n": "", "\r": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_SURROGATE = lazy("[\ud800-\udfff]")
_LETTERS = "bBrRuUfFtT"
_PERCENT = lazy(r"%(?:\(([^)]*)\))?[#0 +-]*(\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?([a-zA-Z%])")
_MOST_DIGITS = 400
_LEAST_INT, _MOST_INT = -(2**63), 2**64 - 1
"""What msgpack can hold."""


def number(text: str) -> Any:
    """The value of an integer or float literal; None where facts cannot hold it (complex, more than 64 bits, malformed)."""
    text = text.replace("_", "").lower()
    if len(text) > _MOST_DIGITS:
        return None
    try:
        value = int(text.removesuffix("l"), 0)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return _old_octal(text)
    return value if _LEAST_INT <= value <= _MOST_INT else None


def _old_octal(text: str) -> int | None:
    """Python 2's `0777`, which still shows up in old code as a file mode."""
    try:
        value = int(text.removesuffix("l"), 8)
    except ValueError:
        return None
    return value if value <= _MOST_INT else None


def split_string(raw: str) -> tuple[str, str, int]:
    """Prefix in lower case, content between the quotes, and the content's offset, of a string literal's text."""
    body = raw.lstrip(_LETTERS)
    at = len(raw) - len(body)
    quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
    size = len(quote)
    closed = len(body) >= 2 * size and body.endswith(quote)
    return raw[:at].lower(), body[size : len(body) - size if closed else len(body)], at + size


def unescape(content: str, prefix: str) -> str:
    """The text that a string literal's content stands for; bytes give one character a byte."""
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in content or "r" in prefix:
        return content
    is_bytes = "b" in prefix

    def one(match: re.Match[str]) -> str:
        escape = match[1] or "\n"
        simple = _SIMPLE.get(escape)
        if simple is not None:
            return simple
        first = escape[0]
        if first in "01234567":
            return chr(int(escape, 8))
        if first == "x" and len(escape) == 3:
            return chr(int(escape[1:], 16))
        return match[0] if is_bytes or len(escape) == 1 else _unicode(escape, match[0])

    content = _ESCAPE.sub(one, content)
    # Lone surrogates can be written in Python but not stored as UTF-8.
    return content if content.isascii() else _SURROGATE.sub("\ufffd", content)


def _unicode(escape: str, otherwise: str) -> str:
    if escape[0] in "uU":
        code = int(escape[1:], 16)
        return chr(code) if code < 0x110000 else otherwise
    import unicodedata

    try:
        return unicodedata.lookup(escape[2:-1])
    except KeyError:
        return otherwise


def percent(left: Const, right: AnyExpr, start: int, end: int) -> AnyExpr | None:
    """`"…" % right` as text and holes in order; None when the format cannot be told apart."""
    template: str = left.value
    values = list(right.items) if isinstance(right, Sequence) and right.kind == "tuple" else [right]
    if any(isinstance(v, Star) for v in values):
        return None
    parts: list[AnyExpr] = []
    text, at, used = "", 0, 0
    for match in _PERCENT.finditer(template):
        key, width, spec = match.groups()
        if width == "*" or ".*" in match[0]:
            return None
        text += template[at : match.start()]
        at = match.end()
        if spec == "%":
            text += "%"
            continue
        if text:
            parts.append(Const(left.start, left.end, text))
            text = ""
        if key is not None:
            parts.append(_item(right, key))
        elif used < len(values):
            parts.append(values[used])
            used += 1
        else:
            return None
    text += template[at:]
    if text or not parts:
        parts.append(Const(left.start, left.end, text))
    return Concat(start, end, tuple(parts))


def _item(right: AnyExpr, key: str) -> AnyExpr:
    """What `%(key)s` takes from the right operand."""
    if isinstance(right, Mapping):
        for name, value in right.items:
            if isinstance(name, Const) and name.value == key:
                return value
        return Other(right.start, right.end, "format", (right,))
    return Index(right.start, right.end, right, Const(right.start, right.end, key))
