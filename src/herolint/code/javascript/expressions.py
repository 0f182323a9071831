"""JavaScript expressions that name, take apart, call or collect."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Attr, Call, CallFact, Const, Import, Name, Other
from herolint.code.javascript.literals import number
from herolint.code.javascript.nodes import HANDLERS, SKIPPED, Handler, Script, convert, items, reads, rest
from herolint.code.nodes import identifier
from herolint.code.reader import MAX_DEPTH

_POSTFIX = frozenset({"await_expression", "unary_expression", "call_expression", "member_expression"})
"""Kinds that stand before `.name` or `(…)` without brackets of their own."""
_LOADERS = frozenset({"require", "import"})


reads(
    "identifier", "property_identifier", "private_property_identifier", "shorthand_property_identifier", "type_identifier",
    "shorthand_property_identifier_pattern", "statement_identifier", "this", "super", "import", "meta_property",
)(identifier)  # fmt: skip


@reads("member_expression", "nested_identifier")
def _member(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = node.named_children
    if len(kids) != 2:
        kids = [kid for kid in r.clean(kids) if kid.type != "optional_chain"]
        if len(kids) != 2:
            return rest(r, node, kids, depth)
    base, attribute = kids
    end = node.end_byte
    name = r.text[attribute.start_byte : end]
    if not name.isascii():
        name = r.decode(name)
    value = HANDLERS[base.type](r, base, depth + 1)
    if type(value) is facts.Unary and base.type in _POSTFIX:
        return _under_prefix(r, value, node, lambda inner: Attr(inner.start, end, inner, name))
    return Attr(node.start_byte, end, value, name)


@reads("call_expression")
def _call(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = node.named_children
    if len(kids) != 2:
        kids = [kid for kid in r.clean(kids) if kid.type not in ("optional_chain", "type_arguments")]
        if len(kids) != 2:
            return rest(r, node, kids, depth)
    depth += 1
    func, arguments = kids
    callee = HANDLERS[func.type](r, func, depth)
    args = _arguments(r, arguments, depth)
    if type(callee) is Name and callee.id in _LOADERS and len(args) >= 1:
        _note_loaded(r, args[0], node)
    elif type(callee) is facts.Unary and func.type in _POSTFIX:
        return _under_prefix(r, callee, node, lambda inner: _called(r, node, inner, args, inner.start))
    return _called(r, node, callee, args)


def _under_prefix(r: Script, prefixed: facts.Unary, node: Node, make: Callable[[AnyExpr], AnyExpr]) -> AnyExpr:
    """`await f<T>(x)` and `!f<T>(x)`, which TypeScript's grammar reads as a call of `await f`: the operator goes around what is made."""
    inner = prefixed.value
    made = _under_prefix(r, inner, node, make) if type(inner) is facts.Unary else make(inner)
    if prefixed.op == "await":
        r.mark_awaited(made)
    return facts.Unary(prefixed.start, node.end_byte, prefixed.op, made)


def _arguments(r: Script, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """Call arguments, or the template string that a tag is given."""
    return items(r, node, depth) if node.type == "arguments" else (convert(r, node, depth),)


def _called(r: Script, node: Node, callee: AnyExpr, args: tuple[AnyExpr, ...], start: int | None = None) -> Call:
    start, end = node.start_byte if start is None else start, node.end_byte
    call = Call(start, end, callee, args)
    r.calls.append((start, end, CallFact(call, r.function, r.klass, r.guard, r.block, False)))
    return call


def _note_loaded(r: Script, module: AnyExpr, node: Node) -> None:
    """`require('m')` or `import('m')` inside an expression: the module is loaded without a name of its own."""
    if type(module) is Const and type(module.value) is str:
        r.imports.append(Import(module.value, None, "", 0, r.function, r.guard, r.handled, node.start_byte, node.end_byte))


@reads("new_expression")
def _new(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = [kid for kid in r.clean(node.named_children) if kid.type != "type_arguments"]
    if not 1 <= len(kids) <= 2:
        return rest(r, node, kids, depth)
    callee = convert(r, kids[0], depth + 1)
    return _called(r, node, callee, _arguments(r, kids[1], depth + 1) if len(kids) == 2 else ())


@reads("subscript_expression")
def _subscript(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = [kid for kid in r.clean(node.named_children) if kid.type != "optional_chain"]
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    base, key = (convert(r, kid, depth + 1) for kid in kids)
    return facts.Index(node.start_byte, node.end_byte, base, key)


@reads("parenthesized_expression", "computed_property_name", "as_expression", "satisfies_expression", "non_null_expression",
       "instantiation_expression", "jsx_expression")  # fmt: skip
def _inner(r: Script, node: Node, depth: int) -> AnyExpr:
    """What stands for its first part: brackets, and what TypeScript adds to a value."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    return HANDLERS[kids[0].type](r, kids[0], depth + 1) if kids else Other(node.start_byte, node.end_byte, "missing")


@reads("type_assertion")
def _type_assertion(r: Script, node: Node, depth: int) -> AnyExpr:
    """`<T>x`."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    return convert(r, kids[-1], depth + 1) if kids else Other(node.start_byte, node.end_byte, "missing")


@reads("sequence_expression")
def _sequence(r: Script, node: Node, depth: int) -> AnyExpr:
    """`a, b` stands for its last part; those before it are kept where they do something."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if found and all(isinstance(part, Const) for part in found[:-1]):
        return found[-1]
    return Other(node.start_byte, node.end_byte, "sequence", found)


@reads("array", "array_pattern")
def _array(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return facts.Sequence(node.start_byte, node.end_byte, "list", items(r, node, depth + 1))


@reads("spread_element", "rest_pattern")
def _spread(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) != 1:
        return Other(node.start_byte, node.end_byte, "star", found)
    return facts.Star(node.start_byte, node.end_byte, found[0], 1)


@reads("number")
def _number(r: Script, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    value = number(r.text[start:end])
    return Other(start, end, "number") if value is None else Const(start, end, value)


@reads("regex")
def _regex(r: Script, node: Node, depth: int) -> AnyExpr:
    return Other(node.start_byte, node.end_byte, "regex")


def _constant(value: bool | None) -> Handler:
    return lambda r, node, depth: Const(node.start_byte, node.end_byte, value)


reads("true")(_constant(True))
reads("false")(_constant(False))
reads("null", "undefined")(_constant(None))


@reads("jsx_element", "jsx_self_closing_element", "jsx_opening_element")
def _jsx(r: Script, node: Node, depth: int) -> AnyExpr:
    """Parts: the tag's name, attributes as `Keyword` and `Star`, then what stands inside."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    for kid in node.named_children:
        kind = kid.type
        if kind == "jsx_attribute":
            parts += _jsx_attribute(r, kid, depth + 1)
        elif kind == "jsx_opening_element":
            opening = _jsx(r, kid, depth + 1)
            parts += opening.parts if isinstance(opening, Other) else ()
        elif kind in SKIPPED:
            r.skip(kid)
        elif kind == "jsx_expression":
            parts += items(r, kid, depth + 1)
        elif kind == "identifier" and r.text[kid.start_byte].islower():
            # An element of the page, not a component.
            continue
        elif kind not in ("jsx_text", "jsx_closing_element", "type_arguments", "html_character_reference", "jsx_namespace_name"):
            parts.append(HANDLERS[kind](r, kid, depth + 1))
    return Other(node.start_byte, node.end_byte, "jsx", tuple(parts))


def _jsx_attribute(r: Script, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """`name={value}` or `name="text"`; a name alone says nothing."""
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return ()
    value = convert(r, kids[1], depth + 1)
    return (facts.Keyword(node.start_byte, node.end_byte, r.word(kids[0]), value),)
