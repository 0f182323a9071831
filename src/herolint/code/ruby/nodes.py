"""How nodes are read: a table from node kind to the function that reads it, and what those functions share.

In Ruby everything is an expression. Those that steer control (`if`, `return`, …) have a second table, whose functions also tell whether
control gets past them.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Attr, Call, Const, Name
from herolint.code.nodes import Nodes
from herolint.code.reader import ENDED, MAX_DEPTH
from herolint.code.ruby.grammar import GRAMMAR, kind
from herolint.code.ruby.reader import RubyReader

NODES: Nodes[RubyReader] = Nodes(GRAMMAR)
HANDLERS, reads, convert, items, rest = NODES.handlers, NODES.reads, NODES.convert, NODES.items, NODES.rest

Control = Callable[[RubyReader, Node, int, bool], tuple[bool, AnyExpr]]
"""Reads a node at a depth; whether control never gets past it (if it does, `guard` is what holds then), and its value.

The last argument tells that the value is the result of the function around it: then it is noted as returned.
"""

CONTROL: dict[int, Control] = {}

_EXITS = frozenset({"raise", "fail", "exit", "exit!", "abort", "throw"})
_PROCESS = frozenset({"Process", "Kernel"})


def nothing(node: Node) -> Const:
    """The `nil` that an empty body gives."""
    return Const(node.end_byte, node.end_byte, None)


def statement(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """Read a node that stands as a statement: whether control never gets past it, and its value."""
    number = node.kind_id
    if number in CONTROL:
        return CONTROL[number](r, node, depth, tail)
    value = HANDLERS[number](r, node, depth)
    if _exits(r, value):
        return True, value
    if tail:
        r.give_back(value, r.function)
    return False, value


def statements(r: RubyReader, kids: list[Node], depth: int, tail: bool) -> tuple[int, AnyExpr | None]:
    """Read statements in a row: the guard that holds behind the last one, or `ENDED`, and the last one's value."""
    entry = r.guard
    ended = False
    value: AnyExpr | None = None
    last = len(kids) - 1
    for at, kid in enumerate(kids):
        ends, value = statement(r, kid, depth, tail and at == last)
        ended = ended or ends
    behind = ENDED if ended else r.guard
    r.guard = entry
    return behind, value


def guarded(r: RubyReader, node: Node, depth: int, tail: bool, sort: str, test: AnyExpr) -> tuple[int, AnyExpr]:
    """Read a node that holds statements under a new guard: the guard behind it, or `ENDED`, and its value."""
    before = r.guard
    r.guard = r.add_guard(sort, test, before)
    end, value = statements(r, r.clean(node.named_children), depth + 1, tail)
    r.guard = before
    return end, value if value is not None else nothing(node)


def _exits(r: RubyReader, value: AnyExpr) -> bool:
    """Whether this value is a call that ends the process or the method, going by its usual name."""
    func = value.func if isinstance(value, Call) else value
    if isinstance(func, Name):
        return func.id in _EXITS and not r.is_local(func.id)
    return isinstance(func, Attr) and func.name in _EXITS and isinstance(func.base, Name) and func.base.id in _PROCESS


def steers(*names: str) -> Callable[[Control], Control]:
    """Enters the decorated function for these kinds of node, as statements and where they stand in an expression."""

    def enter(control: Control) -> Control:
        def value(r: RubyReader, node: Node, depth: int) -> AnyExpr:
            return r.defer(node) if depth > MAX_DEPTH else control(r, node, depth, False)[1]

        def bounded(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
            return (False, r.defer(node)) if depth > MAX_DEPTH else control(r, node, depth, tail)

        CONTROL.update((kind(name), bounded) for name in names)
        HANDLERS.update((kind(name), value) for name in names)
        return control

    return enter
