"""How expression nodes are read: a table from node kind to the function that reads it, and what those functions share."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Other
from herolint.code.go.grammar import LANGUAGE, SKIPPED, kind
from herolint.code.grammar import ERROR
from herolint.code.reader import MAX_DEPTH, Reader

Handler = Callable[[Reader, Node, int], AnyExpr]
"""Reads a node at a depth; those that read what is inside put it off beyond `MAX_DEPTH`."""


def convert(r: Reader, node: Node, depth: int = 0) -> AnyExpr:
    """The expression of a node; its calls and function literals are noted on the way."""
    return HANDLERS[node.kind_id](r, node, depth)


def items(r: Reader, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """The expressions of a node's named children, read at `depth`."""
    found = []
    for kid in node.named_children:
        number = kid.kind_id
        if number in SKIPPED:
            r.skip(kid)
        else:
            found.append(HANDLERS[number](r, kid, depth))
    return tuple(found)


def fields(r: Reader, node: Node) -> dict[str, list[Node]]:
    """The named children of a node by the field that they stand in (`` for none); comments and errors are noted."""
    found: dict[str, list[Node]] = {}
    for i, kid in enumerate(node.children):
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.is_named and not kid.is_missing:
            found.setdefault(node.field_name_for_child(i) or "", []).append(kid)
    return found


def other(r: Reader, node: Node, depth: int) -> AnyExpr:
    """What no function knows: `Other` over what is inside."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))


def rest(r: Reader, node: Node, kids: list[Node], depth: int) -> AnyExpr:
    """A node whose children (already cleaned) are not what the grammar promises: `Other` over those that there are."""
    found = tuple(convert(r, k, depth + 1) for k in kids if k.is_named)
    return Other(node.start_byte, node.end_byte, node.type, found)


def _error(r: Reader, node: Node, depth: int) -> AnyExpr:
    return r.defer(node)


_unknown: Handler = other
HANDLERS: dict[int, Handler] = {**dict.fromkeys(range(LANGUAGE.node_kind_count), _unknown), ERROR: _error}


def reads(*names: str) -> Callable[[Handler], Handler]:
    """Enters the decorated function into the table for these kinds of node."""

    def enter(handler: Handler) -> Handler:
        HANDLERS.update((kind(name), handler) for name in names)
        return handler

    return enter
