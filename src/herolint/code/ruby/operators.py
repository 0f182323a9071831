"""Ruby's operators."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Attr, Const, Other
from herolint.code.nodes import is_text
from herolint.code.python.literals import percent
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.nodes import CONTROL, HANDLERS, convert, items, reads, rest, statement
from herolint.code.ruby.reader import RubyReader

_BINARY = kind("binary")
_MAX_OPERATORS = 64
"""How many operators in a row may nest to the left (text and tests that are put together do not nest)."""
_LOGIC = {"and": "&&", "&&": "&&", "or": "||", "||": "||"}


@reads("binary")
def _binary(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    spine, first = _spine(r, node)
    below = depth + 1 + min(len(spine), _MAX_OPERATORS)
    if not spine:
        return rest(r, node, r.clean(node.children), depth)
    left = convert(r, first, below)
    start, nested, at = node.start_byte, 0, 0
    spine.reverse()
    while at < len(spine):
        op, operand, end = spine[at]
        at += 1
        right = HANDLERS[operand.kind_id](r, operand, below)
        if op in _LOGIC or (op == "+" and (is_text(left) or is_text(right))):
            # A run of one operator is one expression, however long.
            same = _LOGIC.get(op, op)
            parts = [*_parts(left, same), *_parts(right, same)]
            while at < len(spine) and _LOGIC.get(spine[at][0], spine[at][0]) == same:
                _, operand, end = spine[at]
                parts += _parts(HANDLERS[operand.kind_id](r, operand, below), same)
                at += 1
            left = facts.Concat(start, end, tuple(parts)) if op == "+" else facts.Logic(start, end, same, tuple(parts))
        else:
            left = _combine(r, op, left, right, start, end)
        nested = nested + 1 if not isinstance(left, facts.Concat) else 0
        if nested > _MAX_OPERATORS:
            left, nested = Other(start, end, "deep"), 0
    return left


def _spine(r: RubyReader, node: Node) -> tuple[list[tuple[str, Node, int]], Node]:
    """`a + b + c` from the right: (operator, right operand, end of the operation) each, then the leftmost operand."""
    spine: list[tuple[str, Node, int]] = []
    while node.kind_id == _BINARY:
        kids = r.clean(node.children)
        if len(kids) != 3:
            break
        spine.append((kids[1].type, kids[2], node.end_byte))
        node = kids[0]
    return spine, node


def _combine(r: RubyReader, op: str, left: AnyExpr, right: AnyExpr, start: int, end: int) -> AnyExpr:
    """A binary operator over two operands that are read; `list << item` is a call, since it changes the list."""
    if op == "%" and isinstance(left, Const) and isinstance(left.value, str) and "%{" not in left.value and "%<" not in left.value:
        values = facts.Sequence(right.start, right.end, "tuple", right.items) if isinstance(right, facts.Sequence) else right
        text = percent(left, values, start, end)
        if text is not None:
            return text
    if op == "<<" and not isinstance(left, Const):
        return r.call(start, end, Attr(left.start, left.end, left, op), (right,))
    return facts.Binary(start, end, op, left, right)


def _parts(expr: AnyExpr, op: str) -> tuple[AnyExpr, ...]:
    """What an operand adds to a run of text that is put together (other operators do not run into one another)."""
    return expr.parts if op == "+" and isinstance(expr, facts.Concat) else (expr,)


def _binary_statement(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """`a or b` and `a and b` as statements: what stands to the right runs under the left as its test, also for what follows a jump."""
    kids = r.clean(node.children)
    if len(kids) != 3 or kids[1].type not in _LOGIC or depth > MAX_DEPTH:
        value = _binary(r, node, depth)
        if tail:
            r.give_back(value, r.function)
        return False, value
    outer = r.guard
    op = _LOGIC[kids[1].type]
    held, missed = ("if", "else") if op == "&&" else ("else", "if")
    left = convert(r, kids[0], depth + 1)
    r.guard = r.add_guard(held, left, outer)
    ended, right = statement(r, kids[2], depth + 1, False)
    r.guard = r.add_guard(missed, left, outer) if ended else outer
    value = facts.Logic(node.start_byte, node.end_byte, op, (left, right))
    if tail:
        r.give_back(left if ended else value, r.function)
    return False, value


CONTROL[_BINARY] = _binary_statement


@reads("unary")
def _unary(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    op = "not" if kids[0].type in ("!", "not") else kids[0].type
    value = convert(r, kids[1], depth + 1)
    if op == "-" and isinstance(value, Const) and isinstance(value.value, int | float):
        return Const(node.start_byte, node.end_byte, -value.value)
    return facts.Unary(node.start_byte, node.end_byte, op, value)


@reads("range")
def _range(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, "range", items(r, node, depth + 1))
