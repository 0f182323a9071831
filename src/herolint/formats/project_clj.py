"""Leiningen's project.clj, as the buildpack reads it: one form, whose entries are pairs behind a name and a version."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_TOKEN = lazy(
    r'"(?:\\.|[^"\\])*(?P<string>"|\Z)|;[^\n]*|\\(?:[a-z]{2,}|u[0-9A-Fa-f]{4}|.)|(?P<open>[(\[{])|(?P<close>[)\]}])|#_|[^\s,()\[\]{}";\\]+',
    re.DOTALL,
)
"""A text, a comment, a character, a bracket, or a word."""
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_PREFIXES = frozenset({"#", "'", "~", "`", "@", "~@", "#'", "#?"})


class ProjectClj(msgspec.Struct, frozen=True):
    """`entries`: key → value as written, with its place. `malformed`: the form has no end, or a bracket that nothing opens."""

    entries: dict[str, tuple[str, Span]]
    malformed: bool = False

    def text(self, key: str) -> str:
        """A value without the quotes round it; empty where there is none."""
        return self.entries[key][0].strip('"') if key in self.entries else ""


def parse(source: SourceFile) -> ProjectClj | None:
    """The file's first form; None where that is no `defproject`."""
    forms, malformed = _forms(source.text)
    if not forms or source.text[slice(*forms[0])] != "defproject":
        return None
    entries = {}
    for key, value in zip(forms[3::2], forms[4::2], strict=False):
        entries[source.text[slice(*key)]] = source.text[slice(*value)], source.span_of_text(*value)
    return ProjectClj(entries, malformed)


def _forms(text: str) -> tuple[list[tuple[int, int]], bool]:
    """Where the parts of the first form begin and end, and whether it is malformed."""
    found: list[tuple[int, int]] = []
    awaited: list[str] = []
    begun, dropping, started = 0, 0, False
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word.startswith(";"):
            continue
        if token["close"]:
            if not awaited or awaited.pop() != word:
                return found, True
            if not awaited:
                return found, False
        elif token["string"] == "":
            return found, True
        started = True
        if token["open"]:
            if len(awaited) == 1:
                begun = token.start()
            awaited.append(_CLOSES[word])
        elif not awaited:
            return found, False
        elif len(awaited) > 1 or word in _PREFIXES or (word.startswith("^") and word != "^"):
            continue
        elif word in ("^", "#_"):
            dropping += 1
        elif dropping:
            dropping -= 1
        else:
            found.append((begun if token["close"] else token.start(), token.end()))
    return found, started
