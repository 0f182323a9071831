"""JavaScript's strings and template strings."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Concat, Const
from herolint.code.javascript.literals import unescape
from herolint.code.javascript.nodes import SKIPPED, Script, items, reads
from herolint.code.reader import MAX_DEPTH


def string(r: Script, node: Node) -> str:
    """The text that a string literal stands for."""
    text = r.text[node.start_byte + 1 : node.end_byte - 1]
    return unescape(text if text.isascii() else r.decode(text))


@reads("string")
def _string(r: Script, node: Node, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, string(r, node))


@reads("template_string")
def _template(r: Script, node: Node, depth: int) -> AnyExpr:
    """Text and holes in order; one constant where there are no holes."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    at = node.start_byte + 1
    for kid in node.named_children:
        kind = kid.type
        if kind == "template_substitution":
            _text(r, at, kid.start_byte, parts)
            parts += items(r, kid, depth + 1)
            at = kid.end_byte
        elif kind in SKIPPED:
            r.skip(kid)
    start, end = node.start_byte, node.end_byte
    _text(r, at, end - 1, parts)
    if not parts:
        return Const(start, end, "")
    first = parts[0]
    if len(parts) == 1 and isinstance(first, Const) and isinstance(first.value, str):
        return Const(start, end, first.value)
    return Concat(start, end, tuple(parts))


def _text(r: Script, start: int, end: int, parts: list[AnyExpr]) -> None:
    if start < end:
        text = r.text[start:end]
        parts.append(Const(start, end, unescape(text if text.isascii() else r.decode(text))))
