"""Python's operators: arithmetic, comparison, logic, `await`, `yield` and the conditional expression."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const, Other
from herolint.code.nodes import is_text
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.literals import percent
from herolint.code.python.nodes import HANDLERS, convert, items, other, reads, rest
from herolint.code.reader import MAX_DEPTH, Reader

_MAX_OPERATORS = 64
"""How many operators in a row may nest to the left (text that is put together does not nest)."""
_BINARY = kind("binary_operator")
_BOOLEAN = kind("boolean_operator")


@reads("binary_operator")
def _binary(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    start = node.start_byte
    spine, first = _spine(r, node, _BINARY)
    below = depth + 1 + min(len(spine), _MAX_OPERATORS)
    left = convert(r, first, below) if spine else other(r, first, below)
    nested = 0
    for op, operand, end in reversed(spine):
        left = _combine(op, left, HANDLERS[operand.kind_id](r, operand, below), start, end)
        nested = nested + 1 if type(left) is facts.Binary else 0
        if nested > _MAX_OPERATORS:
            left, nested = Other(start, end, "deep"), 0
    return left


def _combine(op: str, left: AnyExpr, right: AnyExpr, start: int, end: int) -> AnyExpr:
    """A binary operator over two operands that are read; text that is put together becomes a `Concat`."""
    if op == "+" and (is_text(left) or is_text(right)):
        parts = left.parts if isinstance(left, facts.Concat) else (left,)
        return facts.Concat(start, end, parts + (right.parts if isinstance(right, facts.Concat) else (right,)))
    if op == "%" and type(left) is Const and type(left.value) is str:
        text = percent(left, right, start, end)
        if text is not None:
            return text
    return facts.Binary(start, end, op, left, right)


@reads("boolean_operator")
def _boolean(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    spine, first = _spine(r, node, _BOOLEAN)
    if not spine:
        return other(r, node, depth)
    parts = [convert(r, first, depth + 1)]
    parts += [HANDLERS[operand.kind_id](r, operand, depth + 1) for _, operand, _ in reversed(spine)]
    return facts.Logic(node.start_byte, node.end_byte, spine[0][0], tuple(parts))


def _spine(r: Reader, node: Node, number: int) -> tuple[list[tuple[str, Node, int]], Node]:
    """`a + b + c` from the right: (operator, right operand, end of the operation) each, then the leftmost operand.

    `and` and `or` stop where the operator changes.
    """
    spine: list[tuple[str, Node, int]] = []
    while node.kind_id == number:
        kids = node.children
        if len(kids) != 3:
            kids = [k for k in kids if k.kind_id not in SKIPPED]
            if len(kids) != 3:
                break
            r.clean(node.children)
        op = kids[1].type
        if number == _BOOLEAN and spine and op != spine[0][0]:
            break
        spine.append((op, kids[2], node.end_byte))
        node = kids[0]
    return spine, node


@reads("comparison_operator")
def _comparison(r: Reader, node: Node, depth: int) -> AnyExpr:
    """A chain `a < b < c` is read as `a < b and b < c`."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    ops: list[str] = []
    terms: list[AnyExpr] = []
    for kid in node.children:
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.is_named:
            terms.append(HANDLERS[kid.kind_id](r, kid, depth + 1))
        else:
            ops.append(kid.type)
    if len(terms) != len(ops) + 1 or not ops:
        return Other(node.start_byte, node.end_byte, "comparison", tuple(terms))
    pairs = [facts.Binary(a.start, b.end, op, a, b) for op, a, b in zip(ops, terms, terms[1:], strict=False)]
    return facts.Logic(node.start_byte, node.end_byte, "and", tuple(pairs)) if len(pairs) > 1 else pairs[0]


@reads("not_operator", "unary_operator")
def _unary(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 1:
        return rest(r, node, kids, depth)
    first = r.text[node.start_byte]
    return facts.Unary(node.start_byte, node.end_byte, "not" if first == "n" else first, convert(r, kids[0], depth + 1))


@reads("await")
def _await(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 1:
        return rest(r, node, kids, depth)
    value = convert(r, kids[0], depth + 1)
    r.mark_awaited(value)
    return facts.Unary(node.start_byte, node.end_byte, "await", value)


@reads("yield")
def _yield(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    op = "yield from" if any(k.type == "from" for k in node.children[1:3]) else "yield"
    if not r.lambdas:
        r.generators.add(r.function)
        r.returns.append(facts.Return(found[0] if found else None, op, r.function, r.guard, r.block))
    value = found[0] if found else Const(node.end_byte, node.end_byte, None)
    return facts.Unary(node.start_byte, node.end_byte, op, value)


@reads("conditional_expression")
def _choice(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) != 3:
        return Other(node.start_byte, node.end_byte, "choice", found)
    then, test, other = found
    return facts.Choice(node.start_byte, node.end_byte, test, then, other)
