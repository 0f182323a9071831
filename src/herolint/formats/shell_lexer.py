"""Cuts shell text into words, operators and redirections; leaves out comments and the bodies of here-documents."""

from __future__ import annotations

from typing import Literal

import msgspec

from herolint.formats.shell_nesting import skip
from herolint.formats.shell_words import RawWord, read_word
from herolint.patterns import lazy

_GAP = lazy(r"(?:[ \t\r]|\\\r?\n)+")
_OPERATOR = lazy(r"&&|\|\||;;&|;;|;&|\|&|&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||[;&|()<>\n]")
_REDIRECT_NUMBER = lazy(r"[0-9]+(?=[<>])")
_COMMENT = lazy(r"[^\n]*")
_REDIRECTS = frozenset({"&>>", "&>", "<<<", "<<-", "<<", "<&", "<>", ">>", ">&", ">|", "<", ">"})
_MAX_TRIES = 10
"""How often a here-document's end or an arithmetic command's end may be looked for in vain: keeps bad input linear."""


class Token(msgspec.Struct, frozen=True):
    """A word, an operator (a line break is one), a redirection operator with its number, or an arithmetic command `((…))`."""

    kind: Literal["word", "op", "redirect", "arith"]
    text: str
    start: int
    end: int
    word: RawWord | None = None


class Lexer:
    """Reads all tokens of a text; `unclosed` is the first word with an open quote or bracket."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.unclosed: RawWord | None = None
        self._tries = _MAX_TRIES
        self._pending: list[tuple[str, bool]] = []

    def read(self, at: int = 0) -> list[Token]:
        """The tokens from an offset on."""
        text, size = self.text, len(self.text)
        while True:
            if gap := _GAP.match(text, at):
                at = gap.end()
            if at >= size:
                return self.tokens
            if text[at] == "#":
                comment = _COMMENT.match(text, at)
                at = comment.end() if comment else size
            elif text[at] in "<>" and text.startswith("(", at + 1):
                at = self._word(at)
            elif operator := _OPERATOR.match(text, at):
                at = self._operator(operator.group(), at)
            elif number := _REDIRECT_NUMBER.match(text, at):
                at = self._redirect(at, number.end())
            else:
                at = self._word(at)

    def _word(self, at: int) -> int:
        raw = read_word(self.text, at)
        if not raw.closed and self.unclosed is None:
            self.unclosed = raw
        self.tokens.append(Token("word", raw.text, at, raw.end, raw))
        if len(self.tokens) > 1 and self.tokens[-2].text in ("<<", "<<-") and self.tokens[-2].kind == "redirect":
            self._pending.append((raw.text, self.tokens[-2].text == "<<-"))
        return raw.end

    def _operator(self, operator: str, at: int) -> int:
        end = at + len(operator)
        if operator in _REDIRECTS:
            return self._redirect(at, at)
        if operator == "(" and self.text.startswith("(", end) and self._command_position():
            arithmetic = self._arithmetic(at)
            if arithmetic is not None:
                self.tokens.append(Token("arith", "((", at, arithmetic))
                return arithmetic
        self.tokens.append(Token("op", operator, at, end))
        if operator == "\n" and self._pending:
            end = self._skip_documents(end)
        return end

    def _redirect(self, start: int, at: int) -> int:
        operator = _OPERATOR.match(self.text, at)
        end = operator.end() if operator else at + 1
        self.tokens.append(Token("redirect", self.text[at:end], start, end))
        return end

    def _command_position(self) -> bool:
        if not self.tokens:
            return True
        last = self.tokens[-1]
        return last.kind == "op" or last.kind == "word" and last.text in ("for", "if", "while", "until", "then", "do", "else", "!", "elif")

    def _arithmetic(self, at: int) -> int | None:
        """The end of the `((…))` that starts here; None if it is a nested subshell."""
        if self._tries <= 0:
            return None
        end, closed = skip(self.text, at)
        if closed and self.text[end - 2] == ")":
            return end
        self._tries = self._tries - 1 if closed else 0
        return None

    def _skip_documents(self, at: int) -> int:
        """Skip the bodies of the here-documents of the line before; one without an end is taken as no here-document."""
        for delimiter, tabs in self._pending:
            if self._tries <= 0:
                break
            end = self._document_end(delimiter, tabs, at)
            if end is None:
                self._tries -= 1
            else:
                at = end
        self._pending = []
        return at

    def _document_end(self, delimiter: str, tabs: bool, at: int) -> int | None:
        """Where the line after the delimiter's line begins."""
        while at < len(self.text):
            end = self.text.find("\n", at)
            end = len(self.text) if end == -1 else end
            line = self.text[at:end].removesuffix("\r")
            at = min(end + 1, len(self.text))
            if (line.lstrip("\t") if tabs else line) == delimiter:
                return at
        return None
