"""Python expressions that bind names: assignments, parameters, lambdas and comprehensions."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Other, Param
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.nodes import HANDLERS, convert, items, reads, rest
from herolint.code.reader import MAX_DEPTH, Reader

_ASSIGNMENT = kind("assignment")
_TYPE = kind("type")
_IDENTIFIER = kind("identifier")
_FOR_IN = kind("for_in_clause")
_IF, _PAIR = kind("if_clause"), kind("pair")
_SPLAT = frozenset({kind("list_splat_pattern"), kind("dictionary_splat_pattern")})
_SEPARATORS = frozenset({kind("keyword_separator"), kind("positional_separator")})


@reads("assignment")
def _assignment(r: Reader, node: Node, depth: int) -> AnyExpr:
    end = node.end_byte
    targets: list[tuple[AnyExpr, AnyExpr | None, int]] = []
    value: AnyExpr | None = None
    last: Node | None = node
    while last is not None:
        start, left, annotation, node, last = last.start_byte, None, None, last, None
        for kid in node.named_children:
            kind_id = kid.kind_id
            if kind_id in SKIPPED:
                r.skip(kid)
            elif left is None:
                left = HANDLERS[kind_id](r, kid, depth + 1)
            elif kind_id == _TYPE:
                annotation = HANDLERS[kind_id](r, kid, depth + 1)
            elif kind_id == _ASSIGNMENT:
                last = kid
            else:
                value = HANDLERS[kind_id](r, kid, depth + 1)
        if left is not None:
            targets.append((left, annotation, start))
    for target, annotation, start in targets:
        r.assign(target, value, "=", start, end, annotation)
    return value or Other(node.start_byte, end, "assignment")


@reads("augmented_assignment")
def _augmented(r: Reader, node: Node, depth: int) -> AnyExpr:
    kids = r.clean(node.children)
    if len(kids) != 3:
        return rest(r, node, [k for k in kids if k.is_named], depth)
    target, value = convert(r, kids[0], depth + 1), convert(r, kids[2], depth + 1)
    r.assign(target, value, kids[1].type, node.start_byte, node.end_byte)
    return value


@reads("named_expression")
def _named(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`name := value` stands for its value."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if len(found) != 2:
        return Other(node.start_byte, node.end_byte, "named", found)
    r.assign(found[0], found[1], ":=", node.start_byte, node.end_byte)
    return found[1]


@reads("as_pattern")
def _as_pattern(r: Reader, node: Node, depth: int) -> AnyExpr:
    """`value as name` in a place of its own (broken code: statements read theirs themselves)."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    return found[0] if found else Other(node.start_byte, node.end_byte, "as")


@reads("list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression")
def _comprehension(r: Reader, node: Node, depth: int) -> AnyExpr:
    """Parts: the element (key and value for a dict), then iterables and conditions as they are written. The element stands in loops."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    around = r.block
    rest: list[AnyExpr] = []
    for kid in kids:
        if kid.kind_id == _FOR_IN:
            target, *iterables = r.clean(kid.named_children)
            variable = convert(r, target, depth + 1)
            for iterable in iterables:
                rest.append(convert(r, iterable, depth + 1))
                if r.text.startswith("async", kid.start_byte):
                    r.mark_awaited(rest[-1])
                r.open_block(node, "for", rest[-1], variable)
        elif kid.kind_id == _IF:
            rest.extend(items(r, kid, depth + 1))
    elements: list[AnyExpr] = []
    for kid in kids:
        if kid.kind_id == _PAIR:
            elements.extend(items(r, kid, depth + 1))
        elif kid.kind_id not in (_IF, _FOR_IN):
            elements.append(convert(r, kid, depth + 1))
    r.block = around
    return Other(node.start_byte, node.end_byte, "comprehension", (*elements, *rest))


@reads("lambda")
def _lambda(r: Reader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    names = tuple(p.name for p in parameters(r, kids[0], depth + 1)) if len(kids) == 2 else ()
    r.lambdas += 1
    body = convert(r, kids[-1], depth + 1) if kids else Other(node.start_byte, node.end_byte, "missing")
    r.lambdas -= 1
    return facts.Lambda(node.start_byte, node.end_byte, names, body)


def parameters(r: Reader, node: Node, depth: int) -> tuple[Param, ...]:
    """The parameters of a function or lambda; defaults and annotations are read in the present scope."""
    found: list[Param] = []
    for kid in node.named_children:
        kind_id = kid.kind_id
        if kind_id in SKIPPED:
            r.skip(kid)
        elif kind_id == _IDENTIFIER:
            found.append(Param(r.word(kid), None, None))
        elif kind_id in _SPLAT:
            found.append(_splat_parameter(r, kid, None))
        elif kind_id not in _SEPARATORS:
            param = _full_parameter(r, kid, depth)
            if param is not None:
                found.append(param)
    return tuple(found)


def _full_parameter(r: Reader, node: Node, depth: int) -> Param | None:
    """A parameter with an annotation or a default (None for what is neither, as Python 2's tuples)."""
    name: Node | None = None
    annotation: AnyExpr | None = None
    default: AnyExpr | None = None
    for kid in r.clean(node.named_children):
        if name is None:
            name = kid
        elif kid.kind_id == _TYPE:
            annotation = convert(r, kid, depth)
        else:
            default = convert(r, kid, depth)
    if name is None:
        return None
    if name.kind_id in _SPLAT:
        return _splat_parameter(r, name, annotation)
    return Param(r.word(name), default, annotation) if name.kind_id == _IDENTIFIER else None


def _splat_parameter(r: Reader, node: Node, annotation: AnyExpr | None) -> Param:
    word = r.word(node)
    return Param(word.lstrip("* \t"), None, annotation, "starstar" if word.startswith("**") else "star")
