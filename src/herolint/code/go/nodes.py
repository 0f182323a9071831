"""How Go's expression nodes are read: the table that the rooms of this front end enter their functions into."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import nodes
from herolint.code.go.grammar import GRAMMAR, SKIPPED
from herolint.code.nodes import Nodes
from herolint.code.reader import Reader

Handler = nodes.Handler[Reader]

NODES: Nodes[Reader] = Nodes(GRAMMAR)
HANDLERS, reads, convert, items, rest = NODES.handlers, NODES.reads, NODES.convert, NODES.items, NODES.rest


def fields(r: Reader, node: Node) -> dict[str, list[Node]]:
    """The named children of a node by the field that they stand in (`` for none); comments and errors are noted."""
    found: dict[str, list[Node]] = {}
    for i, kid in enumerate(node.children):
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.is_named and not kid.is_missing:
            found.setdefault(node.field_name_for_child(i) or "", []).append(kid)
    return found
