"""JavaScript's classes, and TypeScript's enums."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Class, Const, Name
from herolint.code.javascript.definitions import FUNCTIONS, bare, decorator, key_word, read_function
from herolint.code.javascript.nodes import SKIPPED, Script, convert, reads
from herolint.code.javascript.statements import block, statement
from herolint.code.javascript.types import annotation
from herolint.code.reader import MAX_DEPTH, inside

CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_FIELDS = frozenset({"field_definition", "public_field_definition"})


@statement("class_declaration", "abstract_class_declaration")
def _class(r: Script, node: Node, depth: int) -> bool:
    read_class(r, node, depth)
    return False


@reads("class")
def _class_expression(r: Script, node: Node, depth: int) -> AnyExpr:
    """A class in an expression stands for its name; without one it gets a name that cannot be written."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Name(node.start_byte, node.end_byte, read_class(r, node, depth))


def read_class(r: Script, node: Node, depth: int, name: Node | None = None, decorators: tuple[AnyExpr, ...] = ()) -> str:
    """Read a class, which a variable may name; the name it goes by."""
    index = len(r.classes)
    name = name or node.child_by_field_name("name")
    word = r.word(name) if name is not None else f"#class{index}"
    at = name or node
    bases: tuple[AnyExpr, ...] = ()
    body: Node | None = None
    marks = list(decorators)
    for kid in node.named_children:
        if kid.type == "decorator":
            marks += decorator(r, kid, depth)
        elif kid.type == "class_heritage":
            bases = _bases(r, kid, depth + 1)
        elif kid.type == "class_body":
            body = kid
        elif kid.type in SKIPPED:
            r.skip(kid)
    start = min(node.start_byte, marks[0].start - 1) if marks else node.start_byte
    place = start, node.end_byte, at.start_byte, at.end_byte if name is not None else at.start_byte
    r.classes.append(Class(word, r.prefix + word, bases, tuple(marks), r.function, r.klass, r.guard, *place))
    if body is not None:
        around = r.klass, r.block, r.prefix
        r.klass, r.block, r.prefix = index, NONE, inside(r.prefix + word)
        class_body(r, body, depth + 1)
        r.klass, r.block, r.prefix = around
    return word


def _bases(r: Script, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """What a class extends; interfaces that it implements say nothing about what runs."""
    bases: list[AnyExpr] = []
    for kid in r.clean(node.named_children):
        if kid.type == "extends_clause":
            bases += [convert(r, one, depth) for one in r.clean(kid.named_children) if one.type != "type_arguments"]
        elif kid.type != "implements_clause":
            bases.append(convert(r, kid, depth))
    return tuple(bases)


@reads("class_body")
def _loose_body(r: Script, node: Node, depth: int) -> AnyExpr:
    class_body(r, node, depth)
    return Const(node.start_byte, node.start_byte, None)


def class_body(r: Script, node: Node, depth: int) -> None:
    """Read the members of the class that is being read."""
    if depth > MAX_DEPTH:
        r.defer(node)
        return
    marks: list[AnyExpr] = []
    for kid in node.named_children:
        kind = kid.type
        if kind == "decorator":
            # In TypeScript's grammar they stand beside what they decorate.
            marks += decorator(r, kid, depth)
            continue
        if kind == "method_definition":
            own = tuple(one for mark in kid.children_by_field_name("decorator") for one in decorator(r, mark, depth))
            read_function(r, kid, depth, kid.child_by_field_name("name"), klass=r.klass, decorators=(*marks, *own))
        elif kind in _FIELDS:
            _field(r, kid, depth)
        elif kind == "class_static_block":
            body = kid.child_by_field_name("body")
            if body is not None:
                block(r, body, depth + 1)
        elif kind in SKIPPED:
            r.skip(kid)
        marks.clear()


def _field(r: Script, node: Node, depth: int) -> None:
    """`name = value` in a class; one that holds a function is a method."""
    for mark in node.children_by_field_name("decorator"):
        decorator(r, mark, depth)
    name = node.child_by_field_name("property") or node.child_by_field_name("name")
    value, declared = node.child_by_field_name("value"), node.child_by_field_name("type")
    if name is None:
        return
    if value is not None and bare(value).type in FUNCTIONS:
        read_function(r, bare(value), depth, name, klass=r.klass, whole=node)
        return
    word = key_word(r, name)
    target = Name(name.start_byte, name.end_byte, word) if word else convert(r, name, depth + 1)
    found = convert(r, value, depth + 1) if value is not None else None
    r.assign(target, found, "=", node.start_byte, node.end_byte, annotation(r, declared) if declared is not None else None)


@statement("enum_declaration")
def _enum(r: Script, node: Node, depth: int) -> bool:
    """An enum is a class whose fields are constants, counted up where they have no value."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return False
    index, word = len(r.classes), r.word(name)
    place = node.start_byte, node.end_byte, name.start_byte, name.end_byte
    r.classes.append(Class(word, r.prefix + word, (), (), r.function, r.klass, r.guard, *place))
    around, r.klass = r.klass, index
    after: int | None = 0
    for kid in r.clean(body.named_children):
        named = (kid.child_by_field_name("name") or kid) if kid.type == "enum_assignment" else kid
        given = kid.child_by_field_name("value") if kid.type == "enum_assignment" else None
        start, end = kid.start_byte, kid.end_byte
        value = convert(r, given, depth + 1) if given is not None else None if after is None else Const(start, end, after)
        known = value.value if isinstance(value, Const) else None
        after = known + 1 if type(known) is int else None
        r.assign(Name(named.start_byte, named.end_byte, key_word(r, named)), value, "=", start, end)
    r.klass = around
    return False
