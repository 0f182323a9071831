"""JavaScript's operators: arithmetic, comparison, logic, `await`, `yield` and the conditional expression."""

from __future__ import annotations

from itertools import groupby

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const, Other
from herolint.code.javascript.nodes import HANDLERS, Script, convert, items, reads, rest
from herolint.code.nodes import is_text
from herolint.code.reader import MAX_DEPTH

_MAX_OPERATORS = 64
"""How many operators in a row may nest to the left (text and logic that are put together do not nest)."""
_LOGIC = frozenset({"||", "&&", "??"})
_SHORT_CUTS = {"&&": "if", "||": "else"}
"""Operators whose right side only runs under a condition on the left one, with the kind of guard that this is."""
_MAX_GUARDED = 8
"""How many operands in a row get guards."""
_SAME = {"===": "==", "!==": "!="}


@reads("binary_expression")
def _binary(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    start = node.start_byte
    spine: list[tuple[str, Node, int]] = []
    at = node
    while at.type == "binary_expression":
        kids = at.children
        if len(kids) != 3:
            kids = r.clean(kids)
            if len(kids) != 3:
                break
        spine.append((kids[1].type, kids[2], at.end_byte))
        at = kids[0]
    if not spine:
        return rest(r, node, r.clean(node.named_children), depth)
    below = depth + 1 + min(len(spine), _MAX_OPERATORS)
    left = _leftmost(r, at, below)
    for op, same in groupby(reversed(spine), key=lambda step: step[0]):
        steps = list(same)
        if op in _SHORT_CUTS and len(steps) <= _MAX_GUARDED:
            for _, operand, end in steps:
                left = _combine(op, left, [_guarded(r, operand, below, _SHORT_CUTS[op], left)], start, [end])
            continue
        operands = [HANDLERS[operand.type](r, operand, below) for _, operand, _ in steps]
        left = _combine(op, left, operands, start, [end for _, _, end in steps])
    return left


def _guarded(r: Script, node: Node, depth: int, sort: str, test: AnyExpr) -> AnyExpr:
    """Read an expression that only runs where a test lets it; what calls nothing needs no guard."""
    if "(" not in r.text[node.start_byte : node.end_byte]:
        return HANDLERS[node.type](r, node, depth)
    outer, r.guard = r.guard, r.add_guard(sort, test, r.guard)
    value = HANDLERS[node.type](r, node, depth)
    r.guard = outer
    return value


def _leftmost(r: Script, node: Node, depth: int) -> AnyExpr:
    if node.type == "binary_expression":
        return rest(r, node, r.clean(node.named_children), depth)
    return convert(r, node, depth)


def _combine(op: str, left: AnyExpr, operands: list[AnyExpr], start: int, ends: list[int]) -> AnyExpr:
    """The same binary operator between a first and further operands; text that is put together becomes a `Concat`."""
    if op in _LOGIC:
        parts = left.parts if type(left) is facts.Logic and left.op == op else (left,)
        return facts.Logic(start, ends[-1], op, (*parts, *operands))
    op = _SAME.get(op, op)
    for at, operand in enumerate(operands):
        if op == "+" and (is_text(left) or is_text(operand)):
            joined = [part for one in (left, *operands[at:]) for part in (one.parts if type(one) is facts.Concat else (one,))]
            return facts.Concat(start, ends[-1], tuple(joined))
        left = facts.Binary(start, ends[at], op, left, operand) if _nested(left) < _MAX_OPERATORS else Other(start, ends[at], "deep")
    return left


def _nested(expr: AnyExpr) -> int:
    """How many operators nest to the left."""
    count = 0
    while type(expr) is facts.Binary:
        expr = expr.left
        count += 1
    return count


@reads("unary_expression")
def _unary(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 1:
        return rest(r, node, kids, depth)
    start, end = node.start_byte, node.end_byte
    op = node.children[0].type
    value = convert(r, kids[0], depth + 1)
    if op == "void" and isinstance(value, Const):
        return Const(start, end, None)
    if op == "delete":
        r.deletes.append((r.function, value))
    return facts.Unary(start, end, "not" if op == "!" else op, value)


@reads("update_expression")
def _update(r: Script, node: Node, depth: int) -> AnyExpr:
    """`x++` as `x += 1`."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 1:
        return rest(r, node, kids, depth)
    start, end = node.start_byte, node.end_byte
    target = convert(r, kids[0], depth + 1)
    op = "-=" if any(kid.type == "--" for kid in node.children) else "+="
    r.assign(target, Const(start, end, 1), op, start, end)
    return Other(start, end, "update", (target,))


@reads("await_expression")
def _await(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 1:
        return rest(r, node, kids, depth)
    value = convert(r, kids[0], depth + 1)
    r.mark_awaited(value)
    return facts.Unary(node.start_byte, node.end_byte, "await", value)


@reads("yield_expression")
def _yield(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    op = "yield from" if any(kid.type == "*" for kid in node.children[1:3]) else "yield"
    value = found[0] if found else None
    r.mark_awaited(value)
    r.returns.append(facts.Return(value, op, r.function, r.guard, r.block))
    return facts.Unary(node.start_byte, node.end_byte, op, value or Const(node.end_byte, node.end_byte, None))


@reads("ternary_expression")
def _choice(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 3:
        return Other(node.start_byte, node.end_byte, "choice", tuple(convert(r, kid, depth + 1) for kid in kids))
    test = convert(r, kids[0], depth + 1)
    then, other = (_guarded(r, kid, depth + 1, sort, test) for kid, sort in zip(kids[1:], ("if", "else"), strict=True))
    return facts.Choice(node.start_byte, node.end_byte, test, then, other)
