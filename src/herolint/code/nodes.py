"""How expression nodes are read: a table from node kind to the function that reads it, and what those functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Concat, Const, Name, Other
from herolint.code.grammar import ERROR, Grammar
from herolint.code.reader import MAX_DEPTH, Reader

R = TypeVar("R", bound=Reader)
Handler = Callable[[R, Node, int], AnyExpr]
"""Reads a node at a depth; those that read what is inside put it off beyond `MAX_DEPTH`."""


class Nodes(Generic[R]):
    """The table of one language. Whatever no function is entered for is read as `Other` over what is inside."""

    def __init__(self, grammar: Grammar) -> None:
        self._kind = grammar.kind
        self._skipped = grammar.skipped
        unknown: Handler[R] = self.other
        self.handlers: dict[int, Handler[R]] = {**dict.fromkeys(range(grammar.language.node_kind_count), unknown), ERROR: _error}

    def reads(self, *names: str) -> Callable[[Handler[R]], Handler[R]]:
        """Enters the decorated function into the table for these kinds of node."""

        def enter(handler: Handler[R]) -> Handler[R]:
            self.handlers.update((self._kind(name), handler) for name in names)
            return handler

        return enter

    def convert(self, r: R, node: Node, depth: int = 0) -> AnyExpr:
        """The expression of a node; what it does besides (calls, assignments, functions) is noted on the way."""
        return self.handlers[node.kind_id](r, node, depth)

    def items(self, r: R, node: Node, depth: int) -> tuple[AnyExpr, ...]:
        """The expressions of a node's named children, read at `depth`."""
        handlers, skipped = self.handlers, self._skipped
        found = []
        for kid in node.named_children:
            number = kid.kind_id
            if number in skipped:
                r.skip(kid)
            else:
                found.append(handlers[number](r, kid, depth))
        return tuple(found)

    def other(self, r: R, node: Node, depth: int) -> AnyExpr:
        """What no function knows: `Other` over what is inside."""
        if depth > MAX_DEPTH:
            return r.defer(node)
        return Other(node.start_byte, node.end_byte, node.type, self.items(r, node, depth + 1))

    def rest(self, r: R, node: Node, kids: list[Node], depth: int) -> AnyExpr:
        """A node whose children (already cleaned) are not what the grammar promises: `Other` over those that there are."""
        found = tuple(self.convert(r, k, depth + 1) for k in kids if k.is_named)
        return Other(node.start_byte, node.end_byte, node.type, found)

    def sole(self, r: R, node: Node, depth: int) -> AnyExpr:
        """What stands in brackets, without them."""
        if depth > MAX_DEPTH:
            return r.defer(node)
        kids = node.named_children
        if len(kids) != 1:
            kids = r.clean(kids)
            if len(kids) != 1:
                return self.rest(r, node, kids, depth)
        return self.handlers[kids[0].kind_id](r, kids[0], depth + 1)


def identifier(r: Reader, node: Node, depth: int) -> AnyExpr:
    """A plain name."""
    start, end = node.start_byte, node.end_byte
    name = r.text[start:end]
    if not name.isascii():
        name = r.decode(name)
    return Name(start, end, name) if name else Other(start, end, "missing")


def is_text(expr: AnyExpr) -> bool:
    """Whether an expression is surely text: `+` then puts it together with what follows."""
    return type(expr) is Concat or (type(expr) is Const and type(expr.value) is str)


def _error(r: Reader, node: Node, depth: int) -> AnyExpr:
    return r.defer(node)
