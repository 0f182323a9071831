"""Reads nginx configuration, as far as directives with their words go; blocks are passed through."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_TOKEN = lazy(
    r"""\s+|\#[^\n]*|(?P<word>(?:\$\{[^}\n]*\}|[^\s;{}"'\\#$]|\$|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+)|(?P<mark>[;{}])|.""", re.DOTALL
)


class Directive(msgspec.Struct, frozen=True):
    """A directive: its name and words without quotes, and the span from the name to the last word."""

    name: str
    words: tuple[str, ...]
    span: Span


def parse(source: SourceFile) -> tuple[Directive, ...]:
    """All directives at any depth, in order; what opens a block is one too."""
    found: list[Directive] = []
    words: list[re.Match[str]] = []
    for token in _TOKEN.finditer(source.text):
        if token["word"] is not None:
            words.append(token)
        elif token["mark"] is not None:
            if words:
                texts = tuple(word.group().strip("\"'") for word in words)
                found.append(Directive(texts[0], texts[1:], source.span_of_text(words[0].start(), words[-1].end())))
            words = []
    return tuple(found)


def listened(source: SourceFile) -> tuple[tuple[str, Span], ...]:
    """The addresses of all `listen` directives, with their places."""
    return tuple((one.words[0], one.span) for one in parse(source) if one.name == "listen" and one.words)
