"""JavaScript's functions and the objects that hold them."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Closure, Const, Function, Name, Other, Param, Return, Star
from herolint.code.javascript.nodes import HANDLERS, SKIPPED, Script, convert, items, reads
from herolint.code.javascript.patterns import PATTERNS, bind
from herolint.code.javascript.statements import block
from herolint.code.javascript.strings import string
from herolint.code.javascript.types import annotation
from herolint.code.reader import MAX_DEPTH, inside

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function"})
_ANONYMOUS = "<anonymous>"
_BARE = frozenset({"parenthesized_expression", "as_expression", "satisfies_expression"})
_TYPED = frozenset({"required_parameter", "optional_parameter"})
_FIELDS = frozenset({"accessibility_modifier", "override_modifier"})


def bare(node: Node) -> Node:
    """What stands inside brackets and type assertions."""
    while node.type in _BARE:
        inner = next((kid for kid in node.named_children if kid.type not in SKIPPED), None)
        if inner is None:
            break
        node = inner
    return node


def named_value(r: Script, node: Node, depth: int, target: Node) -> AnyExpr:
    """A value that a name or property is given; a function takes on its name."""
    inner = bare(node)
    if inner.type not in FUNCTIONS:
        return convert(r, node, depth)
    at = target.named_children[-1] if target.type == "member_expression" else target
    number = read_function(r, inner, depth, at if at.type.endswith("identifier") else None)
    return Closure(inner.start_byte, inner.end_byte, number)


@reads(*FUNCTIONS)
def _closure(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    number = read_function(r, node, depth, node.child_by_field_name("name"))
    return Closure(node.start_byte, node.end_byte, number)


@reads("method_definition")
def _method(r: Script, node: Node, depth: int) -> AnyExpr:
    """A method of an object literal; what reads or sets a property is not the property itself."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    start, end = node.start_byte, node.end_byte
    found = Closure(start, end, read_function(r, node, depth, node.child_by_field_name("name")))
    accessor = next((kid.type for kid in node.children if kid.type in ("get", "set")), None)
    return Other(start, end, accessor, (found,)) if accessor else found


def key_word(r: Script, node: Node | None) -> str:
    """The name that a plain or quoted key gives; nothing for a computed one."""
    if node is None or node.type == "computed_property_name":
        return ""
    return string(r, node) if node.type == "string" else r.word(node)


def read_function(
    r: Script, node: Node, depth: int, name: Node | None, *,
    klass: int = NONE, decorators: tuple[AnyExpr, ...] = (), whole: Node | None = None, word: str = "",
) -> int:  # fmt: skip
    """Read a function with its body; its number. `name` is the node that names it, `whole` what else belongs to it."""
    index = len(r.functions)
    word = word or key_word(r, name)
    at = name or node
    name_span = (at.start_byte, at.end_byte) if name is not None else (node.start_byte, node.start_byte)
    is_async, is_generator = _manner(node)
    outer = r.function
    qualname = r.prefix + (word or _ANONYMOUS)
    span = min((whole or node).start_byte, decorators[0].start - 1 if decorators else node.start_byte), (whole or node).end_byte

    def fact(params: tuple[Param, ...], marks: tuple[AnyExpr, ...], result: AnyExpr | None) -> Function:
        return Function(
            word, qualname, params, decorators + marks, outer, klass, r.guard, is_async, is_generator,
            *span, *name_span, "this" if klass != NONE else "", "", result,
        )  # fmt: skip

    r.functions.append(fact((), (), None))
    around = r.function, r.klass, r.guard, r.block, r.handled, r.prefix, r.broken
    r.function, r.klass, r.block, r.handled, r.prefix = index, NONE, NONE, False, inside(qualname)
    params, marks = _parameters(r, node, depth)
    declared = node.child_by_field_name("return_type")
    result = annotation(r, declared) if declared is not None else None
    if params or result is not None:
        r.functions[index] = fact(params, marks, result)
    _body(r, node.child_by_field_name("body"), depth)
    r.function, r.klass, r.guard, r.block, r.handled, r.prefix, r.broken = around
    return index


def _manner(node: Node) -> tuple[bool, bool]:
    """Whether a function is async, whether it is a generator."""
    is_async = is_generator = False
    for kid in node.children:
        if kid.is_named and kid.type not in ("accessibility_modifier", "override_modifier", "decorator"):
            break
        is_async = is_async or kid.type == "async"
        is_generator = is_generator or kid.type == "*"
    return is_async, is_generator


def _body(r: Script, body: Node | None, depth: int) -> None:
    if body is None:
        return
    if body.type == "statement_block":
        block(r, body, depth + 1)
        return
    value = convert(r, body, depth + 1)
    r.mark_awaited(value)
    r.returns.append(Return(value, "return", r.function, r.guard, r.block))


def _parameters(r: Script, node: Node, depth: int) -> tuple[tuple[Param, ...], tuple[AnyExpr, ...]]:
    """Parameters, and the decorators that stand before them. What a pattern takes from its parameter is noted as assignments."""
    listed = node.child_by_field_name("parameters")
    if listed is None:
        single = node.child_by_field_name("parameter")
        return ((Param(r.word(single), None, None),) if single is not None else ()), ()
    params: list[Param] = []
    marks: list[AnyExpr] = []
    for kid in listed.named_children:
        kind = kid.type
        if kind == "identifier":
            params.append(Param(r.word(kid), None, None))
        elif kind in SKIPPED:
            r.skip(kid)
        elif kind in _TYPED:
            _typed_parameter(r, kid, params, marks, depth)
        elif kind == "assignment_pattern":
            left, right = kid.child_by_field_name("left"), kid.child_by_field_name("right")
            if left is not None and right is not None:
                params.append(_parameter(r, left, convert(r, right, depth + 1), None, len(params), depth))
        else:
            params.append(_parameter(r, kid, None, None, len(params), depth))
    return tuple(params), tuple(marks)


def _parameter(r: Script, pattern: Node, default: AnyExpr | None, declared: AnyExpr | None, at: int, depth: int) -> Param:
    """The parameter at a position (from 0); one that is taken apart goes by `#` and its position."""
    if pattern.type == "identifier":
        return Param(r.word(pattern), default, declared)
    sort = "plain"
    if pattern.type == "rest_pattern":
        sort = "star"
        pattern = next(iter(r.clean(pattern.named_children)), pattern)
        if pattern.type == "identifier":
            return Param(r.word(pattern), default, declared, sort)
    name = f"#{at}"
    if pattern.type in PATTERNS:
        bind(r, pattern, Name(pattern.start_byte, pattern.end_byte, name), depth)
    return Param(name, default, declared, sort)


def _typed_parameter(r: Script, node: Node, params: list[Param], marks: list[AnyExpr], depth: int) -> None:
    """A parameter in TypeScript, where one of a constructor may declare a property as well."""
    pattern, declared, value = (node.child_by_field_name(field) for field in ("pattern", "type", "value"))
    if pattern is None or pattern.type == "this":
        return
    is_field = False
    for kid in node.children:
        if kid.type == "decorator":
            marks += decorator(r, kid, depth)
        elif kid.type in _FIELDS or kid.type == "readonly":
            is_field = True
    named = annotation(r, declared) if declared is not None else None
    default = convert(r, value, depth + 1) if value is not None else None
    param = _parameter(r, pattern, default, named, len(params), depth)
    params.append(param)
    if is_field and pattern.type == "identifier":
        start, end = pattern.start_byte, pattern.end_byte
        target = facts.Attr(start, end, Name(start, start, "this"), param.name)
        r.assign(target, None, "=", node.start_byte, node.end_byte, named)


def decorator(r: Script, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """The expression of a decorator."""
    return items(r, node, depth + 1)


@reads("object", "object_pattern")
def _object(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    pairs: list[tuple[AnyExpr, AnyExpr]] = []
    depth += 1
    for kid in node.named_children:
        kind = kid.type
        if kind == "pair":
            kids = r.clean(kid.named_children)
            if len(kids) == 2:
                pairs.append((_key(r, kids[0], depth), named_value(r, kids[1], depth, kids[0])))
        elif kind in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            word = r.word(kid)
            start, end = kid.start_byte, kid.end_byte
            pairs.append((Const(start, end, word), Const(start, end, None) if word == "undefined" else Name(start, end, word)))
        elif kind in SKIPPED:
            r.skip(kid)
        elif kind == "method_definition":
            name = kid.child_by_field_name("name")
            if name is not None:
                pairs.append((_key(r, name, depth), HANDLERS[kind](r, kid, depth)))
        else:
            found = HANDLERS[kind](r, kid, depth)
            star = found if isinstance(found, Star) else Star(found.start, found.end, found, 1)
            pairs.append((star, star))
    return facts.Mapping(node.start_byte, node.end_byte, tuple(pairs))


def _key(r: Script, node: Node, depth: int) -> AnyExpr:
    """The key of a property: text, or what a computed key says."""
    if node.type in ("property_identifier", "private_property_identifier", "identifier"):
        return Const(node.start_byte, node.end_byte, r.word(node))
    return convert(r, node, depth)
