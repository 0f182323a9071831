"""Edits of a Procfile's lines."""

from __future__ import annotations

from herolint.changes import Edit
from herolint.edits.text import written
from herolint.formats.procfile import BrokenLine, ProcessLine
from herolint.source import SourceFile, Span

_NAMES = frozenset({"web", "worker", "release", "clock", "scheduler", "beat", "bot", "cron"})
"""Names by which process types are known, and no programs."""


def mended_line(source: SourceFile, line: BrokenLine) -> tuple[Edit, ...]:
    """A broken line as it was meant; nothing where that is not certain."""
    start = line.span.start
    name = start + len(line.name)
    match line.kind:
        case "bom":
            return (Edit(source.path, Span(0, source.bom_length), ""),) if line.meant is not None else ()
        case "no-space" if line.text.startswith(f"{line.name}:"):
            return (Edit(source.path, Span(name + 1, name + 1), " "),)
        case "blank-before-colon":
            return (Edit(source.path, Span(name, start + line.text.index(":")), ""),)
        case "no-colon" if line.name not in _NAMES:
            return ()  # the first word may be the program, and the name is what is missing
        case "no-colon" if line.text[len(line.name) :].startswith("="):
            return (Edit(source.path, Span(name, name + 1), ": " if not line.text[len(line.name) + 1 :].startswith(" ") else ":"),)
        case "no-colon":
            return (Edit(source.path, Span(name, name), ":"),)
        case "list-item":
            return (Edit(source.path, Span(start, start + line.text.index(line.name)), ""),)
    return ()


def renamed_process(source: SourceFile, line: ProcessLine, name: str) -> tuple[Edit, ...]:
    """The line with another name for its process type."""
    return (Edit(source.path, line.name_span, name),) if written(source, line.name_span) == line.name else ()
