"""Python expressions that name, take apart, call or collect."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Call, CallFact, Const, Other
from herolint.code.nodes import identifier
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.literals import number
from herolint.code.python.nodes import HANDLERS, NODES, Handler, convert, items, reads, rest
from herolint.code.reader import MAX_DEPTH, Reader

_ARGUMENTS = kind("argument_list")
_PAIR = kind("pair")


reads("identifier", "keyword_identifier")(identifier)
reads("parenthesized_expression", "type")(NODES.sole)


@reads("call")
def _call(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = node.named_children
    if len(kids) != 2:
        kids = r.clean(kids)
        if len(kids) != 2:
            return rest(r, node, kids, depth)
    depth += 1
    func, arguments = kids
    callee = HANDLERS[func.kind_id](r, func, depth)
    args = []
    if arguments.kind_id == _ARGUMENTS:
        for kid in arguments.named_children:
            kind_id = kid.kind_id
            if kind_id in SKIPPED:
                r.skip(kid)
            else:
                args.append(HANDLERS[kind_id](r, kid, depth))
    else:
        args.append(HANDLERS[arguments.kind_id](r, arguments, depth))
    start, end = node.start_byte, node.end_byte
    call = Call(start, end, callee, tuple(args))
    r.calls.append((start, end, CallFact(call, r.function, r.klass, r.guard, r.block, False)))
    return call


@reads("attribute", "member_type")
def _attribute(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = node.named_children
    if len(kids) != 2:
        kids = r.clean(kids)
        if len(kids) != 2:
            return rest(r, node, kids, depth)
    base, attribute = kids
    end = node.end_byte
    name = r.text[attribute.start_byte : end]
    if not name.isascii():
        name = r.decode(name)
    return facts.Attr(node.start_byte, end, HANDLERS[base.kind_id](r, base, depth + 1), name)


@reads("subscript")
def _subscript(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) < 2:
        return Other(node.start_byte, node.end_byte, "subscript", found)
    key = found[1] if len(found) == 2 else facts.Sequence(found[1].start, found[-1].end, "tuple", found[1:])
    return facts.Index(node.start_byte, node.end_byte, found[0], key)


@reads("slice")
def _slice(r: Reader, node: Node, depth: int) -> AnyExpr:
    """Lower, upper and step, each None where it is left out."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    empty = True
    for kid in node.children:
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.is_named:
            parts.append(convert(r, kid, depth + 1))
            empty = False
        else:
            if empty:
                parts.append(Const(kid.start_byte, kid.start_byte, None))
            empty = True
    return Other(node.start_byte, node.end_byte, "slice", tuple(parts))


@reads("keyword_argument")
def _keyword(r: Reader, node: Node, depth: int) -> AnyExpr:
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    name, value = kids
    return facts.Keyword(node.start_byte, node.end_byte, r.word(name), HANDLERS[value.kind_id](r, value, depth + 1))


def _sequence(sort: str) -> Handler:
    def read(r: Reader, node: Node, depth: int) -> AnyExpr:
        if depth > MAX_DEPTH:
            return r.defer(node)
        return facts.Sequence(node.start_byte, node.end_byte, sort, items(r, node, depth + 1))

    return read


def _star(stars: int) -> Handler:
    def read(r: Reader, node: Node, depth: int) -> AnyExpr:
        if depth > MAX_DEPTH:
            return r.defer(node)
        found = items(r, node, depth + 1)
        if len(found) != 1:
            return Other(node.start_byte, node.end_byte, "star", found)
        return facts.Star(node.start_byte, node.end_byte, found[0], stars)

    return read


@reads("dictionary")
def _dictionary(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    pairs: list[tuple[AnyExpr, AnyExpr]] = []
    for kid in node.named_children:
        kind_id = kid.kind_id
        if kind_id in SKIPPED:
            r.skip(kid)
        elif kind_id == _PAIR:
            found = items(r, kid, depth + 1)
            if len(found) == 2:
                pairs.append((found[0], found[1]))
        else:
            spread = HANDLERS[kind_id](r, kid, depth + 1)
            pairs.append((spread, spread))
    return facts.Mapping(node.start_byte, node.end_byte, tuple(pairs))


@reads("integer", "float")
def _number(r: Reader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    value = number(r.text[start:end])
    return Other(start, end, "number") if value is None else Const(start, end, value)


def _constant(value: bool | None) -> Handler:
    return lambda r, node, depth: Const(node.start_byte, node.end_byte, value)


@reads("generic_type")
def _generic_type(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`list[int]` in an annotation: the same as a subscript."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) != 2:
        return Other(node.start_byte, node.end_byte, "type", found)
    return facts.Index(node.start_byte, node.end_byte, found[0], found[1])


@reads("type_parameter")
def _type_parameter(r: Reader, node: Node, depth: int) -> AnyExpr:
    found = items(r, node, depth + 1)
    return found[0] if len(found) == 1 else facts.Sequence(node.start_byte, node.end_byte, "tuple", found)


@reads("union_type")
def _union_type(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) != 2:
        return Other(node.start_byte, node.end_byte, "type", found)
    return facts.Binary(node.start_byte, node.end_byte, "|", found[0], found[1])


for _kinds, _handler in (
    (("list", "list_pattern"), _sequence("list")),
    (("tuple", "tuple_pattern", "pattern_list", "expression_list"), _sequence("tuple")),
    (("set",), _sequence("set")),
    (("list_splat", "list_splat_pattern", "parenthesized_list_splat", "splat_type"), _star(1)),
    (("dictionary_splat", "dictionary_splat_pattern"), _star(2)),
    (("true",), _constant(True)),
    (("false",), _constant(False)),
    (("none",), _constant(None)),
):
    reads(*_kinds)(_handler)
