"""TypeScript's type annotations, as far as they name something."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Name, Other
from herolint.code.javascript.nodes import SKIPPED, Script

_WRAPPERS = frozenset({"type_annotation", "parenthesized_type", "readonly_type", "generic_type", "optional_type", "asserts_annotation"})
_NAMES = frozenset({"type_identifier", "identifier", "predefined_type", "this_type"})
_QUALIFIED = frozenset({"nested_type_identifier", "nested_identifier", "member_expression"})
_EMPTY = frozenset({"null", "undefined", "void"})
_MOST_MEMBERS = 50


def annotation(r: Script, node: Node) -> AnyExpr:
    """The name of a type, without its type arguments and without `| null`; `Other` for a type that has no one name."""
    while node.type in _WRAPPERS and (inner := _first(node)) is not None:
        node = inner
    kind = node.type
    if kind in _NAMES:
        return Name(node.start_byte, node.end_byte, r.word(node))
    if kind in _QUALIFIED:
        return _qualified(r, node)
    if kind == "array_type":
        return Name(node.start_byte, node.end_byte, "Array")
    if kind == "union_type":
        members = [m for m in _members(node) if r.text[m.start_byte : m.end_byte] not in _EMPTY]
        if len(members) == 1:
            return annotation(r, members[0])
        parts = tuple(annotation(r, m) for m in members if m.type not in ("union_type", "parenthesized_type"))
        return Other(node.start_byte, node.end_byte, "union_type", parts)
    return Other(node.start_byte, node.end_byte, kind)


def _first(node: Node) -> Node | None:
    return next((kid for kid in node.named_children if kid.type not in SKIPPED), None)


def _members(node: Node) -> list[Node]:
    """The types of a union (which nests to the left), at most `_MOST_MEMBERS`."""
    members: list[Node] = []
    todo = [node]
    while todo and len(members) < _MOST_MEMBERS:
        at = todo.pop()
        if at.type == "union_type":
            todo.extend(reversed([kid for kid in at.named_children if kid.type not in SKIPPED]))
        else:
            members.append(at)
    return members


def _qualified(r: Script, node: Node) -> AnyExpr:
    """`a.b.C` as attributes of a name."""
    parts: list[Node] = []
    while node.type in _QUALIFIED:
        kids = [kid for kid in node.named_children if kid.type not in SKIPPED]
        if len(kids) != 2:
            return Other(node.start_byte, node.end_byte, node.type)
        parts.append(kids[1])
        node = kids[0]
    found: AnyExpr = Name(node.start_byte, node.end_byte, r.word(node))
    for part in reversed(parts[-_MOST_MEMBERS:]):
        found = facts.Attr(found.start, part.end_byte, found, r.word(part))
    return found
