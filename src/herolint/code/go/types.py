"""Go's types as expressions, and the parameters and fields that have them. A pointer is read as what it points to."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Name, Other, Param
from herolint.code.go.grammar import SKIPPED, kind
from herolint.code.go.nodes import Handler, convert, fields, items, reads, rest
from herolint.code.reader import MAX_DEPTH, Reader

_PARAMETER_LIST = kind("parameter_list")
_VARIADIC = kind("variadic_parameter_declaration")
_POINTER = kind("pointer_type")
_GENERIC = kind("generic_type")
_PARENTHESES = kind("parenthesized_type")


@reads("qualified_type")
def _qualified(r: Reader, node: Node, depth: int) -> AnyExpr:
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    package, name = kids
    base = Name(package.start_byte, package.end_byte, r.word(package))
    return facts.Attr(node.start_byte, node.end_byte, base, r.word(name))


@reads("pointer_type", "parenthesized_type", "type_elem", "type_constraint")
def _inside(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    return convert(r, kids[0], depth + 1) if len(kids) == 1 else rest(r, node, kids, depth)


@reads("generic_type", "type_instantiation_expression")
def _generic(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`Name[A]` is the same as a subscript; the parser cannot tell `handlers[name](w)` from it either."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    base, *arguments = r.clean(node.named_children)
    found = [
        one for kid in arguments for one in (items(r, kid, depth + 1) if kid.type == "type_arguments" else (convert(r, kid, depth + 1),))
    ]
    if not found:
        return convert(r, base, depth + 1)
    key = found[0] if len(found) == 1 else facts.Sequence(found[0].start, found[-1].end, "tuple", tuple(found))
    return facts.Index(node.start_byte, node.end_byte, convert(r, base, depth + 1), key)


def _made_of(sort: str) -> Handler:
    def read(r: Reader, node: Node, depth: int) -> AnyExpr:
        if depth > MAX_DEPTH:
            return r.defer(node)
        return Other(node.start_byte, node.end_byte, sort, items(r, node, depth + 1))

    return read


for _kinds, _sort in (
    (("slice_type", "array_type", "implicit_length_array_type"), "slice"),
    (("map_type",), "map"),
    (("channel_type",), "chan"),
):
    reads(*_kinds)(_made_of(_sort))


@reads("function_type")
def _function_type(r: Reader, node: Node, depth: int) -> AnyExpr:
    """Parts: the types of parameters and results."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id == _PARAMETER_LIST:
            parts += [p.annotation for p in parameters(r, kid, depth + 1) if p.annotation is not None]
        else:
            parts.append(convert(r, kid, depth + 1))
    return Other(node.start_byte, node.end_byte, "func", tuple(parts))


@reads("struct_type", "interface_type")
def _anonymous(r: Reader, node: Node, depth: int) -> AnyExpr:
    """A struct or interface without a name: its fields are not told apart."""
    note_comments(r, node)
    return Other(node.start_byte, node.end_byte, "struct" if node.type == "struct_type" else "interface")


def note_comments(r: Reader, node: Node) -> None:
    """Note the comments inside a node that is not read further."""
    stack = [node]
    while stack:
        for kid in stack.pop().children:
            if kid.kind_id in SKIPPED:
                r.skip(kid)
            elif kid.child_count:
                stack.append(kid)


def parameters(r: Reader, node: Node, depth: int) -> tuple[Param, ...]:
    """The parameters of a list; one without a name is called `_`."""
    found: list[Param] = []
    for kid in r.clean(node.named_children):
        parts = fields(r, kid)
        declared = parts.get("type")
        annotation = convert(r, declared[0], depth) if declared else None
        sort = "star" if kid.kind_id == _VARIADIC else "plain"
        names = [r.word(name) for name in parts.get("name", ())] or ["_"]
        found += [Param(name, None, annotation, sort) for name in names]
    return tuple(found)


def first_result(r: Reader, node: Node, depth: int) -> AnyExpr | None:
    """The type of what a function returns first."""
    if node.kind_id != _PARAMETER_LIST:
        return convert(r, node, depth)
    results = parameters(r, node, depth)
    return results[0].annotation if results else None


def bare(r: Reader, node: Node) -> Node:
    """A type's node without pointer, parentheses and type arguments around its name."""
    while node.kind_id in (_POINTER, _PARENTHESES, _GENERIC):
        kids = r.clean(node.named_children)
        if not kids:
            break
        node = kids[0]
    return node
