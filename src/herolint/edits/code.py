"""Edits of source code. Each language has a module with the same functions; this one chooses it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from herolint.changes import Change
from herolint.code import facts
from herolint.code.queries import walk
from herolint.edits.text import written
from herolint.patterns import lazy
from herolint.source import SourceFile, Span


class Writer(Protocol):
    """What each language's module offers. An empty tuple says that there is no edit that would surely be right."""

    def replaced(self, source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
        """`code` in the place of an expression."""

    def given(
        self, source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]
    ) -> tuple[Change, ...]:
        """A call with an argument; `where` gives its position and name, as the rows of the knowledge tables do (`1 timeout`)."""

    def without_imports(self, source: SourceFile, imports: Sequence[facts.Import]) -> tuple[Change, ...]:
        """The file without imports that nothing uses any more."""


def writer(language: str) -> Writer:
    """The module that edits a language's code."""
    return cast(Writer, import_module(f"herolint.edits.{language}"))


def placed(where: str) -> tuple[int, str]:
    """The position (-1: none) and the name (empty: none) that a row gives an argument."""
    position, name = -1, ""
    for word in where.split():
        if word.isdigit():
            position = int(word)
        else:
            name = word
    return position, name


_WORD = lazy(r"[^\W\d]\w*")


def words(source: SourceFile, module: facts.Module, span: Span) -> Counter[str]:
    """The words of a piece of code and how often each stands there, without comments."""
    text, at = "", span.start
    for start, end in module.comments:
        if at <= start < span.end:
            text, at = text + written(source, Span(at, start)), end
    return Counter(_WORD.findall(text + written(source, Span(at, span.end))))


def stands_alone(module: facts.Module, span: Span) -> bool:
    """Whether the expression at the span is a whole argument, entry or value of an assignment, so that nothing beside it binds closer."""
    at = tuple(span)
    for fact in module.calls:
        for arg in fact.call.args:
            value = arg.value if isinstance(arg, facts.Keyword) else arg
            if (value.start, value.end) == at and not isinstance(value, facts.Star):
                return True
            if value.start <= at[0] and at[1] <= value.end and _is_entry(value, at):
                return True
    return any(assign.value is not None and (assign.value.start, assign.value.end) == at for assign in module.assigns)


def _is_entry(expr: facts.AnyExpr, at: tuple[int, ...]) -> bool:
    """Whether a literal inside the expression has an entry whose value is at the place."""
    tables = (inner for inner in walk(expr) if isinstance(inner, facts.Mapping))
    return any((value.start, value.end) == at for table in tables for _, value in table.items if not isinstance(value, facts.Star))
