"""Finds where a substitution of a shell command ends, however deep it is nested."""

from __future__ import annotations

import re

from herolint.patterns import lazy

ANSI_QUOTE = lazy(r"'(?:[^'\\]|\\.)*+(?:'|\\?\Z)", re.DOTALL)
_TURNS = lazy(r"[\\'\"`$(){}#]")
_BACKTICK = lazy(r"`(?:[^`\\]|\\.)*+(?:`|\\?\Z)", re.DOTALL)


def skip(text: str, at: int) -> tuple[int, bool]:
    """Where the `(…)`, `$(…)`, `${…}` or backtick part that starts here ends, and whether it is closed.

    Keeps a stack of its own, so that depth costs no recursion; reads each character once.
    """
    if text[at] == "`":
        match = _BACKTICK.match(text, at)
        end = match.end() if match else len(text)
        return end, end - at > 1 and text[end - 1] == "`"
    stack: list[str] = []
    at = at + 1 if text[at] == "$" else at
    while True:
        turn = _TURNS.search(text, at)
        if turn is None:
            return len(text), False
        at = _turn(text, turn.start(), stack)
        if not stack:
            return min(at, len(text)), at <= len(text)


def _turn(text: str, at: int, stack: list[str]) -> int:
    """Handle one special character inside a substitution: where to go on."""
    char, top = text[at], stack[-1] if stack else ""
    if char == "\\":
        return at + 2
    if char == "`":
        return skip(text, at)[0]
    if char == "$" and text[at + 1 : at + 2] in ("(", "{"):
        # inside double quotes an apostrophe in `${…}` is an ordinary character
        stack.append("(" if text[at + 1] == "(" else "q" if top in ('"', "q") else "{")
        return at + 2
    if char == '"':
        if top == '"':
            stack.pop()
        else:
            stack.append('"')
    elif top == '"':
        return at + 1
    elif char == "'" and top != "q":
        if text[at - 1] == "$" and (match := ANSI_QUOTE.match(text, at)):
            return match.end()
        end = text.find("'", at + 1)
        return len(text) + 1 if end == -1 else end + 1
    elif char == "(" and top in ("(", ""):
        stack.append("(")
    elif char == "{" and not stack:
        stack.append("{")
    elif char == ")" and top == "(" or char == "}" and top in ("{", "q"):
        stack.pop()
    elif char == "#" and top == "(" and text[at - 1] in " \t\n;":
        end = text.find("\n", at)
        return len(text) + 1 if end == -1 else end
    return at + 1
