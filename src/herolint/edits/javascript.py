"""Edits of JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.code import placed, stands_alone
from herolint.edits.text import indentation, written
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression, in parentheses where something beside it could bind closer."""
    text = code if stands_alone(module, span) or code.isidentifier() else f"({code})"
    return (Edit(source.path, span, text),)


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """A call with an option: in the object of options, which is made where the position is the next one."""
    position, name = placed(where)
    if not name or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    at = call.args[position] if 0 <= position < len(call.args) else None
    if isinstance(at, facts.Mapping):
        return with_entry(source, at, name, code)
    if call.args and position == len(call.args) and source.data[call.args[-1].end : call.end] == b")":
        end = call.args[-1].end
        return (Edit(source.path, Span(end, end), f", {{ {name}: {code} }}"),)
    return ()


def with_entry(source: SourceFile, table: facts.Mapping, name: str, code: str) -> tuple[Change, ...]:
    """An object literal with one more entry, in a line of its own where the others are."""
    if not table.items:
        return (Edit(source.path, Span(table.start, table.end), f"{{ {name}: {code} }}"),)
    key, value = table.items[-1]
    if isinstance(value, facts.Star):
        return ()
    for known, old in table.items:
        if isinstance(known, facts.Const) and known.value == name:
            return (Edit(source.path, Span(old.start, old.end), code),)
    if source.line_of(table.start) == source.line_of(key.start):
        return (Edit(source.path, Span(value.end, value.end), f", {name}: {code}"),)
    gap, end = "\n" + indentation(source, key.start), source.line_span(source.line_of(value.end)).end
    behind = written(source, Span(value.end, end)).strip()
    if behind.startswith((",", "//")):
        # What stands behind the value stays with it: a comma that is there already, a comment.
        comma = () if behind.startswith(",") else (Edit(source.path, Span(value.end, value.end), ","),)
        return (*comma, Edit(source.path, Span(end, end), f"{gap}{name}: {code}" + ("," if behind.startswith(",") else "")))
    return (Edit(source.path, Span(value.end, value.end), f",{gap}{name}: {code}"),)
