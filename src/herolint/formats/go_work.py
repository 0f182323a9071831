"""Reads `go.work`: which folders' modules are built together."""

from __future__ import annotations

import msgspec

from herolint.finding import Problem
from herolint.formats.go_lines import Replace, Word, read_directives, replacement
from herolint.source import SourceFile


class GoWork(msgspec.Struct, frozen=True, eq=False):
    """`uses` are folders as they are written, each with a go.mod of its own."""

    go: Word | None = None
    toolchain: Word | None = None
    uses: tuple[Word, ...] = ()
    replaces: tuple[Replace, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> GoWork:
    """The document; lines that are not understood are left out."""
    directives, problems = read_directives(source)
    first = {d.verb: d.words[0] for d in reversed(directives) if d.words}
    return GoWork(
        go=first.get("go"),
        toolchain=first.get("toolchain"),
        uses=tuple(d.words[0] for d in directives if d.verb == "use" and d.words),
        replaces=tuple(found for d in directives if d.verb == "replace" and (found := replacement(d)) is not None),
        problems=problems,
    )
