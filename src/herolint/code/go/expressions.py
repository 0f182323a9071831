"""Go expressions that name, take apart, call and combine."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Call, CallFact, Const, Name, Other
from herolint.code.go.grammar import kind
from herolint.code.go.nodes import HANDLERS, NODES, convert, fields, items, reads, rest
from herolint.code.nodes import identifier, is_text
from herolint.code.reader import MAX_DEPTH, Reader

_ARGUMENTS = kind("argument_list")
_BINARY = kind("binary_expression")
_MAX_OPERATORS = 64
"""How many operators in a row may nest to the left (text that is put together and logic do not nest)."""
_LOGIC = frozenset({"&&", "||"})
_SAME = frozenset({"&", "*"})
"""Taking an address and following a pointer: facts make no difference between a value and a pointer to it."""


reads("identifier", "type_identifier", "field_identifier", "package_identifier", "blank_identifier")(identifier)
reads("parenthesized_expression")(NODES.sole)


@reads("selector_expression")
def _selector(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = node.named_children
    if len(kids) != 2:
        kids = r.clean(kids)
        if len(kids) != 2:
            return rest(r, node, kids, depth)
    base, field = kids
    return facts.Attr(node.start_byte, node.end_byte, HANDLERS[base.kind_id](r, base, depth + 1), r.word(field))


@reads("call_expression")
def _call(r: Reader, node: Node, depth: int) -> AnyExpr:
    """A call; type arguments (`f[T](x)`, when there are none that could be an index) do not matter."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) < 2 or kids[-1].kind_id != _ARGUMENTS:
        return rest(r, node, kids, depth)
    callee = HANDLERS[kids[0].kind_id](r, kids[0], depth + 1)
    return add_call(r, node, callee, items(r, kids[-1], depth + 1))


@reads("type_conversion_expression")
def _conversion(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`[]byte(x)`: a call of the type."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if not found:
        return Other(node.start_byte, node.end_byte, "conversion")
    return add_call(r, node, found[0], found[1:])


def add_call(r: Reader, node: Node, callee: AnyExpr, args: tuple[AnyExpr, ...]) -> Call:
    """A call at a node, noted as a fact: Go goes on only when it is done."""
    start, end = node.start_byte, node.end_byte
    call = Call(start, end, callee, args)
    r.calls.append((start, end, CallFact(call, r.function, r.klass, r.guard, r.block, True)))
    if isinstance(callee, facts.Attr):
        _fill(r, call, callee.name)
    return call


def _fill(r: Reader, call: Call, name: str) -> None:
    """A call that is handed a variable to put a flag of the command line in: `flag.StringVar(&addr, …)`, `StringFlag{Destination: &addr}`."""
    target: AnyExpr | None = None
    if name.endswith(("Var", "VarP")):
        target = call.args[0] if call.args else None
    elif name.endswith("Flag"):
        target = next((arg.value for arg in call.args if isinstance(arg, facts.Keyword) and arg.name == "Destination"), None)
    if isinstance(target, Name) and r.function != NONE:
        r.rebound.append((r.function, target.id))
    if isinstance(target, Name | facts.Attr):
        r.assign(target, call, "=", call.start, call.end)


@reads("send_statement")
def _send(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`channel <- value`: a call of the channel's `<-`."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    channel, value = (convert(r, kid, depth + 1) for kid in kids)
    return add_call(r, node, facts.Attr(channel.start, channel.end, channel, "<-"), (value,))


@reads("variadic_argument")
def _variadic(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`values...` as the last argument."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    return (
        facts.Star(node.start_byte, node.end_byte, found[0], 1) if len(found) == 1 else Other(node.start_byte, node.end_byte, "star", found)
    )


@reads("index_expression")
def _index(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) < 2:
        return Other(node.start_byte, node.end_byte, "index", found)
    return facts.Index(node.start_byte, node.end_byte, found[0], found[1])


@reads("slice_expression")
def _slice(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`base[start:end:capacity]`, each None where it is left out."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts = fields(r, node)
    if "operand" not in parts:
        return rest(r, node, [kid for kids in parts.values() for kid in kids], depth)
    base = convert(r, parts["operand"][0], depth + 1)
    none = Const(base.end, base.end, None)
    bounds = tuple(convert(r, parts[name][0], depth + 1) if name in parts else none for name in ("start", "end", "capacity"))
    return facts.Index(node.start_byte, node.end_byte, base, Other(base.end, node.end_byte, "slice", bounds))


@reads("type_assertion_expression")
def _assertion(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`x.(T)` is x, and a T where that is a type of some package: then it is written as a conversion that calls nothing."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) == 2 and isinstance(found[1], facts.Attr):
        return Call(node.start_byte, node.end_byte, found[1], found[:1])
    return found[0] if found else Other(node.start_byte, node.end_byte, "missing")


@reads("unary_expression")
def _unary(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    if len(kids) != 2 or kids[0].is_named:
        return rest(r, node, kids, depth)
    op, value = kids[0].type, HANDLERS[kids[1].kind_id](r, kids[1], depth + 1)
    if op in _SAME:
        return value
    return facts.Unary(node.start_byte, node.end_byte, "not" if op == "!" else op, value)


@reads("binary_expression")
def _binary(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    start = node.start_byte
    spine: list[tuple[str, Node, int]] = []
    while node.kind_id == _BINARY:
        kids = node.children
        if len(kids) != 3:
            kids = r.clean(kids)
            if len(kids) != 3:
                break
        spine.append((kids[1].type, kids[2], node.end_byte))
        node = kids[0]
    below = depth + 1 + min(len(spine), _MAX_OPERATORS)
    left = rest(r, node, r.clean(node.named_children), below) if node.kind_id == _BINARY else convert(r, node, below)
    chain = _Chain(start, left)
    for op, operand, end in reversed(spine):
        chain.add(op, HANDLERS[operand.kind_id](r, operand, below), end)
    return chain.close()


class _Chain:
    """Operators in a row, from the left. Text that is put together, and the same logic over again, are gathered in one list."""

    __slots__ = ("end", "left", "nested", "op", "parts", "start")

    def __init__(self, start: int, left: AnyExpr) -> None:
        self.start, self.end = start, left.end
        self.left = left
        self.parts: list[AnyExpr] = []
        self.op = ""
        """What `parts` are joined by; empty when they are none."""
        self.nested = 0

    def add(self, op: str, right: AnyExpr, end: int) -> None:
        """Go on with an operator and its right operand."""
        gathers = op in _LOGIC or (op == "+" and (self.op == "+" or is_text(self.left) or is_text(right)))
        if gathers and op == self.op:
            self.parts += _parts(op, right)
        elif gathers:
            left = self.close()
            self.op, self.parts = op, [*_parts(op, left), *_parts(op, right)]
        else:
            self.left = facts.Binary(self.start, end, op, self.close(), right)
            self.nested += 1
            if self.nested > _MAX_OPERATORS:
                self.left, self.nested = Other(self.start, end, "deep"), 0
        self.end = end

    def close(self) -> AnyExpr:
        """The expression so far."""
        if self.op:
            parts = tuple(self.parts)
            joined = facts.Concat(self.start, self.end, parts) if self.op == "+" else facts.Logic(self.start, self.end, self.op, parts)
            self.left, self.op, self.parts, self.nested = joined, "", [], self.nested + 1
        return self.left


def _parts(op: str, expr: AnyExpr) -> tuple[AnyExpr, ...]:
    """What an operand adds to a list that this operator joins."""
    if op == "+":
        return expr.parts if isinstance(expr, facts.Concat) else (expr,)
    return expr.parts if isinstance(expr, facts.Logic) and expr.op == op else (expr,)
