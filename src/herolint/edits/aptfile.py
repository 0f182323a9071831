"""Edits of an Aptfile's faults."""

from __future__ import annotations

from herolint.changes import Change, Edit, Resave
from herolint.edits.text import without_lines
from herolint.formats.aptfile import AptProblem
from herolint.source import SourceFile, Span

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+.-")
_NO_PACKAGES = frozenset({"sudo", "apt", "apt-get", "aptitude", "run", "install", "update", "&&"})


def mended(source: SourceFile, fault: AptProblem) -> tuple[Change, ...]:
    """The file without a fault; nothing where it may mean several things."""
    match fault.kind:
        case "carriage-return" | "encoding":
            return (Resave(source.path, line_feeds=True),) if source.encoding_problem is None else ()
        case "comment":
            line = source.line_span(source.line_of(fault.span.start)).start
            said = Edit(source.path, Span(line, line), source.slice(fault.span) + "\n")
            return (said, Edit(source.path, Span(_blanks_before(source, fault.span.start), fault.span.end), ""))
        case "comma":
            return _names(source, fault, fault.text.replace(",", " ").replace(";", " ").split())
        case "list":
            return (Edit(source.path, Span(fault.span.start, _blanks_behind(source, fault.span.end)), ""),)
        case "command":
            return _names(source, fault, [word for word in fault.text.split() if word not in _NO_PACKAGES and not word.startswith("-")])
        case "option":
            return (without_lines(source, fault.span),)
    return ()


def _names(source: SourceFile, fault: AptProblem, words: list[str]) -> tuple[Edit, ...]:
    """These words in the place of the fault, where each of them can be the name of a package."""
    good = all(word[0].isalnum() and set(word) <= _NAME for word in words)
    return (Edit(source.path, fault.span, " ".join(words)),) if words and good else ()


def _blanks_before(source: SourceFile, at: int) -> int:
    while source.data[at - 1 : at] in (b" ", b"\t"):
        at -= 1
    return at


def _blanks_behind(source: SourceFile, at: int) -> int:
    while source.data[at : at + 1] in (b" ", b"\t"):
        at += 1
    return at
