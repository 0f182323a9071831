"""Reads `.gitmodules`: where each submodule lies and from which address git fetches it."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_PAIR = lazy(r"^\s*(?P<key>path|url)\s*=\s*(?P<value>.*?)\s*\Z", re.IGNORECASE)


class Submodule(msgspec.Struct, frozen=True):
    """A submodule: its folder, its address as written (may be relative), and where the address stands."""

    path: str
    url: str
    span: Span

    @property
    def needs_key(self) -> bool:
        """Whether git fetches it over SSH, which asks for a key."""
        return self.url.startswith("ssh://") or bool(re.match(r"[\w.-]+@[\w.-]+:", self.url))


def parse(source: SourceFile) -> tuple[Submodule, ...]:
    """The sections that have both a path and an address."""
    found: list[Submodule] = []
    path, url, at = "", "", Span(0, 0)
    for number in range(1, source.line_count + 1):
        span = source.line_span(number)
        text = source.slice(span)
        if text.lstrip().startswith("["):
            path, url = "", ""
            continue
        match = _PAIR.match(text)
        if match is None:
            continue
        value = match["value"].strip('"')
        if match["key"].lower() == "path":
            path = value.strip("/")
        else:
            url, at = value, span
        if path and url:
            found.append(Submodule(path, url, at))
            path, url = "", ""
    return tuple(found)
