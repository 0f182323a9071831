"""Edits of tables and objects that stand in code as literals."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Edit
from herolint.code import facts
from herolint.edits.text import indentation, written
from herolint.source import SourceFile, Span


def value_of(table: facts.Mapping, name: str) -> facts.AnyExpr | None:
    """What a literal says under a name."""
    return next((value for key, value in table.items if isinstance(key, facts.Const) and key.value == name), None)


def with_option(source: SourceFile, table: facts.Mapping, path: Sequence[str], code: str) -> tuple[Edit, ...]:
    """An object with an option at a path of names, whose objects are made where they are missing."""
    name, *rest = path
    held = value_of(table, name)
    if rest and isinstance(held, facts.Mapping):
        return with_option(source, held, rest, code)
    return with_entry(source, table, name, name, wrapped(rest, code)) if held is None or not rest else ()


def wrapped(path: Sequence[str], code: str) -> str:
    """`{ a: { b: code } }` for the path a, b."""
    for name in reversed(path):
        code = f"{{ {name}: {code} }}"
    return code


def with_entry(source: SourceFile, table: facts.Mapping, name: str, key: str, code: str) -> tuple[Edit, ...]:
    """A literal with one more entry, in a line of its own where the others are; `key` is how the code spells the name."""
    if not table.items:
        return (Edit(source.path, Span(table.start, table.end), f"{{ {key}: {code} }}"),)
    first, value = table.items[-1]
    if isinstance(value, facts.Star):
        return ()
    known = value_of(table, name)
    if known is not None:
        return (Edit(source.path, Span(known.start, known.end), code),)
    if source.line_of(table.start) == source.line_of(first.start):
        return (Edit(source.path, Span(value.end, value.end), f", {key}: {code}"),)
    gap, end = "\n" + indentation(source, first.start), source.line_span(source.line_of(value.end)).end
    behind = written(source, Span(value.end, end)).strip()
    if behind.startswith((",", "//", "#")):
        # What stands behind the value stays with it: a comma that is there already, a comment.
        comma = () if behind.startswith(",") else (Edit(source.path, Span(value.end, value.end), ","),)
        return (*comma, Edit(source.path, Span(end, end), f"{gap}{key}: {code}" + ("," if behind.startswith(",") else "")))
    return (Edit(source.path, Span(value.end, value.end), f",{gap}{key}: {code}"),)


def without_items(source: SourceFile, items: Sequence[Span], gone: Sequence[int]) -> tuple[Edit, ...]:
    """A list of entries or arguments without some of them, each with its comma."""
    kept = [at for at in range(len(items)) if at not in gone]
    if not kept:
        return (Edit(source.path, Span(items[0].start, items[-1].end), ""),) if gone else ()
    edits = [Edit(source.path, Span(items[at].start, items[at + 1].start), "") for at in gone if at < kept[-1]]
    if kept[-1] + 1 < len(items):
        edits.append(Edit(source.path, Span(items[kept[-1]].end, items[-1].end), ""))
    return tuple(edits)
