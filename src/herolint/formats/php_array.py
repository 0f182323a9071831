"""Reads the array that a PHP file returns, as Laravel's `config/*.php` do: keys with plain values, and those that `env()` gives.

Whatever else stands there (calls, constants, closures) is passed over: such a value is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_TOKEN = lazy(
    r"""(?P<blank>\s+|//[^\n]*|\#(?!\[)[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<arrow>=>) | (?P<open>[\[(]) | (?P<close>[\])]) | (?P<comma>,) | (?P<word>[\w\\]+) | (?P<other>.)""",
    0x40 | 0x10,  # verbose, and a dot that takes line ends
)
_RETURN = lazy(r"\breturn\s*(?=\[|array\s*\()")
_WORDS: dict[str, str | bool | None] = {"true": True, "false": False, "null": None}
_CASTS = frozenset({"string", "int", "integer", "bool", "boolean"})
_MOST = 20_000


class PhpValue(msgspec.Struct, frozen=True):
    """A value: `env` names the variable that gives it, `value` what it is without one (text, number as text, truth, or None)."""

    value: str | bool | None
    env: str
    span: Span


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


def parse(source: SourceFile) -> dict[str, PhpValue]:
    """Values by key, those of inner arrays behind a dot (`connections.mysql.host`); items of lists by their number."""
    start = _RETURN.search(source.text)
    if start is None:
        return {}
    return dict(_Reader(source, list(_tokens(source.text, start.end()))).entries())


def _tokens(text: str, start: int) -> Iterator[_Token]:
    for count, match in enumerate(_TOKEN.finditer(text, start)):
        if count > _MOST:
            return
        kind = match.lastgroup or "other"
        if kind != "blank":
            yield _Token(kind, match.group(), match.start(), match.end())


class _Reader:
    def __init__(self, source: SourceFile, tokens: list[_Token]) -> None:
        self.source = source
        self.tokens = tokens

    def entries(self) -> Iterator[tuple[str, PhpValue]]:
        """Walks the brackets once; the parts of a value between two commas are put together when it ends."""
        path: list[str] = []
        key, number, counts = "", 0, [0]
        parts: list[_Token] = []
        foreign = 0
        for token in self.tokens:
            opens = token.kind == "open" and not foreign and not _is_call(parts, token)
            if foreign or (token.kind == "open" and not opens):
                foreign += (token.kind == "open") - (token.kind == "close")
                parts.append(token)
                continue
            if token.kind == "arrow" and len(parts) == 1:
                key, parts = _plain(parts[0].text), []
            elif opens:
                if counts[1:] or path or len(counts) > 1:
                    path.append(key or str(counts[-1]))
                counts.append(0)
                key, parts = "", []
            elif token.kind in ("comma", "close"):
                number = counts[-1]
                value = self._value(parts)
                if value is not None:
                    yield ".".join((*path, key or str(number))), value
                counts[-1] += not key and bool(parts)
                key, parts = "", []
                if token.kind == "close":
                    counts.pop()
                    if path:
                        path.pop()
                    if len(counts) < 2:
                        return
            else:
                parts.append(token)

    def _value(self, parts: list[_Token]) -> PhpValue | None:
        while len(parts) > 3 and parts[0].text == "(" and parts[2].text == ")" and parts[1].text in _CASTS:
            parts = parts[3:]
        if not parts:
            return None
        span = self.source.span_of_text(parts[0].start, parts[-1].end)
        if len(parts) == 1:
            known, value = _constant(parts[0])
            return PhpValue(value, "", span) if known else None
        if parts[0].text == "explode" and len(parts) > 5 and parts[2].kind == "text" and parts[3].kind == "comma":
            return self._value(parts[4:-1])
        if parts[0].text == "env" and len(parts) > 3 and parts[1].text == "(" and parts[2].kind == "text" and parts[-1].kind == "close":
            inner = parts[3:-1]
            known, value = _constant(inner[1]) if len(inner) == 2 and inner[0].kind == "comma" else (not inner, None)
            return PhpValue(value, _plain(parts[2].text), span) if known else None
        return None


def _is_call(parts: list[_Token], token: _Token) -> bool:
    """Whether a bracket belongs to a call or an index rather than to an array."""
    return bool(parts) and not (token.text == "(" and len(parts) == 1 and parts[0].text == "array")


def _plain(text: str) -> str:
    return text[1:-1] if text[:1] in ("'", '"') else text


def _constant(token: _Token) -> tuple[bool, str | bool | None]:
    if token.kind == "text":
        return True, _plain(token.text)
    word = token.text.lower()
    if word in _WORDS:
        return True, _WORDS[word]
    return token.text.isdigit(), token.text
