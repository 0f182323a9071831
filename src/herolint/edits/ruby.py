"""Edits of Ruby."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.code import placed, stands_alone
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression that stands alone."""
    return (Edit(source.path, span, code),) if stands_alone(module, span) else ()


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """A call with a keyword argument."""
    _, name = placed(where)
    if not name or not call.args or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    end = call.args[-1].end
    if source.data[end : call.end] not in (b"", b")"):
        return ()
    return (Edit(source.path, Span(end, end), f", {name}: {code}"),)


def without_imports(source: SourceFile, imports: Sequence[facts.Import]) -> tuple[Change, ...]:
    """What `require` brings has no name of its own, so nothing tells that it is not used any more."""
    return ()
