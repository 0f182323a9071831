"""Python's string literals: plain ones, f- and t-strings, and several side by side."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Concat, Const, Other
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.literals import split_string, unescape
from herolint.code.python.nodes import convert, items, reads
from herolint.code.reader import MAX_DEPTH, Reader

_CONTENT = kind("string_content")
_INTERPOLATION = kind("interpolation")
_CONVERSION = kind("type_conversion")
_SPECIFIER = kind("format_specifier")
_STRING = kind("string")


@reads("string")
def _string(r: Reader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    raw = r.text[start:end]
    if not raw.isascii():
        raw = r.decode(raw)
    prefix, content, _ = split_string(raw)
    if "f" not in prefix and "t" not in prefix:
        return Const(start, end, unescape(content, prefix))
    return _joined(_pieces(r, node, prefix, depth), start, end) if depth <= MAX_DEPTH else r.defer(node)


@reads("concatenated_string")
def _concatenated(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    for kid in node.named_children:
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.kind_id == _STRING:
            found = _string(r, kid, depth)
            parts.extend(found.parts if isinstance(found, Concat) else (found,))
        else:
            parts.append(convert(r, kid, depth + 1))
    return _joined(parts, node.start_byte, node.end_byte)


def _joined(parts: list[AnyExpr], start: int, end: int) -> AnyExpr:
    """One constant where all parts are text, else a `Concat`."""
    texts = [p.value for p in parts if isinstance(p, Const) and isinstance(p.value, str)]
    return Const(start, end, "".join(texts)) if len(texts) == len(parts) else Concat(start, end, tuple(parts))


def _pieces(r: Reader, node: Node, prefix: str, depth: int) -> list[AnyExpr]:
    """Text and holes of an f- or t-string in order."""
    parts: list[AnyExpr] = []
    for kid in node.named_children:
        number = kid.kind_id
        if number == _CONTENT:
            # In the raw text, since escaped braces are nodes of their own.
            text = unescape(r.word(kid), prefix).replace("{{", "{").replace("}}", "}")
            parts.append(Const(kid.start_byte, kid.end_byte, text))
        elif number == _INTERPOLATION:
            parts.extend(_hole(r, kid, depth + 1))
        elif number in SKIPPED:
            r.skip(kid)
    return parts


def _hole(r: Reader, node: Node, depth: int) -> list[AnyExpr]:
    """`{value!r:spec}`: the value; with `{value=}` its source text first; holes in the spec are kept beside it."""
    values: list[AnyExpr] = []
    nested: list[AnyExpr] = []
    parts: list[AnyExpr] = []
    for kid in node.children:
        number = kid.kind_id
        if number in SKIPPED:
            r.skip(kid)
        elif number == _SPECIFIER:
            for inner in r.clean(kid.named_children):
                nested.extend(items(r, inner, depth + 1))
        elif kid.is_named and number != _CONVERSION:
            values.append(convert(r, kid, depth + 1))
        elif kid.type == "=":
            text = r.text[node.start_byte + 1 : kid.end_byte]
            parts.append(Const(node.start_byte + 1, kid.end_byte, text if text.isascii() else r.decode(text)))
    if len(values) == 1 and not nested:
        parts.append(values[0])
    elif values or nested:
        parts.append(Other(node.start_byte, node.end_byte, "format", (*values, *nested)))
    return parts
