"""Edits of JSON, with the indentation that the file has and everything else as it was."""

from __future__ import annotations

from herolint.changes import Edit
from herolint.edits.text import indentation
from herolint.formats.tree import Node
from herolint.source import SourceFile, Span


def with_value(source: SourceFile, node: Node, value: object) -> tuple[Edit, ...]:
    """Another value in the place of one."""
    import json

    return (Edit(source.path, node.span, json.dumps(value)),)


def without_entry(source: SourceFile, node: Node, key: str) -> tuple[Edit, ...]:
    """An object without a key; nothing where it does not have it, or has it twice."""
    spans = [entry.span for entry in node.entries]
    found = [at for at, entry in enumerate(node.entries) if entry.key == key]
    return _without(source, node, spans, found[0]) if len(found) == 1 else ()


def without_item(source: SourceFile, node: Node, at: int) -> tuple[Edit, ...]:
    """A list without its item number `at`."""
    return _without(source, node, [item.span for item in node.items], at)


def _without(source: SourceFile, node: Node, spans: list[Span], at: int) -> tuple[Edit, ...]:
    if len(spans) == 1:
        return (Edit(source.path, Span(node.span.start + 1, node.span.end - 1), ""),)
    if at + 1 < len(spans):
        return (Edit(source.path, Span(spans[at].start, spans[at + 1].start), ""),)
    return (Edit(source.path, Span(spans[at - 1].end, spans[at].end), ""),)


def with_entry(source: SourceFile, node: Node, key: str, value: object) -> tuple[Edit, ...]:
    """An object with one more key at its end, in a line of its own where the others are."""
    if node.kind != "map" or node.entry(key) is not None:
        return ()
    if not node.entries:
        outer = indentation(source, node.span.start)
        inner = outer + step(source)
        return (Edit(source.path, node.span, f"{{\n{inner}{_said(key, value, inner, source)}\n{outer}}}"),)
    last = node.entries[-1]
    broken = source.line_of(node.span.start) != source.line_of(last.span.start)
    inner = indentation(source, last.span.start)
    gap = f"\n{inner}" if broken else " "
    return (Edit(source.path, Span(last.span.end, last.span.end), f",{gap}{_said(key, value, inner, source)}"),)


def with_sorted_entry(source: SourceFile, node: Node, key: str, value: object) -> tuple[Edit, ...]:
    """An object with one more key at its place in the alphabet."""
    after = next((entry for entry in node.entries if entry.key > key), None)
    if after is None or node.entry(key) is not None:
        return with_entry(source, node, key, value)
    at, inner = after.span.start, indentation(source, after.span.start)
    gap = f"\n{inner}" if source.line_of(node.span.start) != source.line_of(at) else " "
    return (Edit(source.path, Span(at, at), f"{_said(key, value, inner, source)},{gap}"),)


def step(source: SourceFile) -> str:
    """What the file indents each level by; two blanks where nothing is indented."""
    for number in range(1, min(source.line_count, 50) + 1):
        start = indentation(source, source.line_span(number).start)
        if start:
            return start
    return "  "


def _said(key: str, value: object, inner: str, source: SourceFile) -> str:
    import json

    text = json.dumps(value, indent=step(source) if isinstance(value, dict | list) else None, ensure_ascii=False)
    return f"{json.dumps(key)}: " + text.replace("\n", f"\n{inner}")
