"""Comments that tell Go's tools something: `//go:build`, `//go:embed`, and the older `// +build`."""

from __future__ import annotations

import re

from herolint.code.reader import Reader

_CONSTRAINTS = frozenset({"go:build", "+build"})
_DIRECTIVE = re.compile(r"//(go:[a-z]\S*|\s*\+build(?=\s|\Z))[ \t]*(.*)", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def directives(r: Reader, package_at: int) -> tuple[tuple[str, str, int, int], ...]:
    """(name, text, start, end) of each. Build constraints count only before the package clause, the older form with an empty line behind."""
    found = []
    for start, end in sorted(r.comments):
        match = _DIRECTIVE.match(r.text, start, end)
        if match is None:
            continue
        name = match[1].strip()
        if name in _CONSTRAINTS and start > package_at:
            continue
        if name == "+build" and not _BLANK_LINE.search(r.text, end, package_at):
            continue
        text = match[2].strip()
        found.append((name, text if text.isascii() else r.decode(text), start, end))
    return tuple(found)
