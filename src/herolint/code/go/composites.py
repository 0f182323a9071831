"""Go's composite literals: `Type{…}` as calls, slices and maps as what they are, with the types that inner braces leave out."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const, Keyword, Name
from herolint.code.go.expressions import add_call
from herolint.code.go.grammar import kind
from herolint.code.go.nodes import convert, fields, reads, rest
from herolint.code.go.types import bare
from herolint.code.reader import MAX_DEPTH, Reader

_SLICES = frozenset({kind("slice_type"), kind("array_type"), kind("implicit_length_array_type")})
_MAP = kind("map_type")
_KEYED = kind("keyed_element")
_ELEMENT = kind("literal_element")
_VALUE = kind("literal_value")
_IDENTIFIER = kind("identifier")

Pair = tuple[Node | None, Node]
"""Key and value of an element; no key where it has none."""


@reads("composite_literal")
def _composite(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts = fields(r, node)
    if "type" not in parts or "body" not in parts:
        return rest(r, node, [kid for kids in parts.values() for kid in kids], depth)
    return _braces(r, node, parts["body"][0], parts["type"][0], depth)


@reads("literal_value")
def _untyped(r: Reader, node: Node, depth: int) -> AnyExpr:
    return _braces(r, node, node, None, depth)


def _braces(r: Reader, node: Node, body: Node, of: Node | None, depth: int) -> AnyExpr:
    """What `of{body}` makes; `node` is the whole of it, `of` is None where the type cannot be told."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    start, end = node.start_byte, node.end_byte
    pairs = [_pair(r, kid) for kid in r.clean(body.named_children)]
    kind_of = bare(r, of) if of is not None else None
    if kind_of is None:
        return _guess(r, start, end, pairs, depth)
    if kind_of.kind_id in _SLICES:
        inner = kind_of.child_by_field_name("element")
        return facts.Sequence(start, end, "list", tuple([_element(r, value, inner, depth + 1) for _, value in pairs]))
    if kind_of.kind_id == _MAP:
        return _mapping(r, start, end, pairs, kind_of, depth)
    callee = convert(r, kind_of, depth + 1)
    return add_call(r, node, callee, tuple([_argument(r, key, value, depth + 1) for key, value in pairs]))


def _guess(r: Reader, start: int, end: int, pairs: list[Pair], depth: int) -> AnyExpr:
    """Braces of an unknown type: a mapping where elements have keys (names as text), else a list."""
    if not any(key for key, _ in pairs):
        return facts.Sequence(start, end, "list", tuple([_element(r, value, None, depth + 1) for _, value in pairs]))
    entries = []
    for key, value in pairs:
        known: AnyExpr = Const(value.start_byte, value.start_byte, None)
        if key is not None:
            known = _element(r, key, None, depth + 1)
            known = Const(known.start, known.end, known.id) if isinstance(known, Name) else known
        entries.append((known, _element(r, value, None, depth + 1)))
    return facts.Mapping(start, end, tuple(entries))


def _mapping(r: Reader, start: int, end: int, pairs: list[Pair], of: Node, depth: int) -> AnyExpr:
    key_type, value_type = of.child_by_field_name("key"), of.child_by_field_name("value")
    entries = []
    for key, value in pairs:
        known = _element(r, key, key_type, depth + 1) if key is not None else Const(value.start_byte, value.start_byte, None)
        entries.append((known, _element(r, value, value_type, depth + 1)))
    return facts.Mapping(start, end, tuple(entries))


def _argument(r: Reader, key: Node | None, value: Node, depth: int) -> AnyExpr:
    """An element of a named type: a keyword where its key is a word, a mapping of one entry where the key is worked out."""
    if key is None:
        return _element(r, value, None, depth)
    if key.kind_id == _IDENTIFIER:
        return Keyword(key.start_byte, value.end_byte, r.word(key), _element(r, value, None, depth))
    name, given = _element(r, key, None, depth), _element(r, value, None, depth)
    if isinstance(name, Const) and isinstance(name.value, str):
        return Keyword(name.start, given.end, name.value, given)
    return facts.Mapping(key.start_byte, value.end_byte, ((name, given),))


def _element(r: Reader, node: Node, of: Node | None, depth: int) -> AnyExpr:
    return _braces(r, node, node, of, depth) if node.kind_id == _VALUE else convert(r, node, depth)


def _pair(r: Reader, node: Node) -> Pair:
    if node.kind_id == _KEYED:
        kids = [_unwrapped(r, kid) for kid in r.clean(node.named_children)]
        if len(kids) == 2:
            return kids[0], kids[1]
    return None, _unwrapped(r, node)


def _unwrapped(r: Reader, node: Node) -> Node:
    """What stands in an element's node."""
    if node.kind_id == _ELEMENT:
        kids = r.clean(node.named_children)
        if len(kids) == 1:
            return kids[0]
    return node
