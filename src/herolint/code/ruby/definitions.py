"""Ruby's methods, classes and modules."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Class, Const, Function, Name, Other, Param
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.handling import body
from herolint.code.ruby.nodes import convert, items, reads, statement
from herolint.code.ruby.parameters import PARAMETERS, parameters
from herolint.code.ruby.reader import RubyReader

_BODY = kind("body_statement")
_SUPERCLASS = kind("superclass")
_SINGLETON_METHOD = kind("singleton_method")
_SCOPE = kind("scope_resolution")


@reads("method", "singleton_method")
def _method(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """A definition gives its name, so that `private def x` is a call with it."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    static = r.singleton
    if node.kind_id == _SINGLETON_METHOD:
        static = True
        kids = [kid for kid in kids if kid.is_named]
        if len(kids) > 1:
            convert(r, kids[0], depth + 1)
        kids = kids[1:]
    else:
        kids = [kid for kid in kids[1:] if kid.is_named or kid.type == "operator"]
    if not kids:
        return Other(node.start_byte, node.end_byte, "missing")
    _read_method(r, node, kids[0], kids[1:], static, depth)
    return Const(kids[0].start_byte, kids[0].end_byte, r.word(kids[0]))


def _read_method(r: RubyReader, node: Node, name: Node, kids: list[Node], static: bool, depth: int) -> None:
    word = r.word(name)
    decorators = (Name(node.start_byte, node.start_byte, "classmethod"),) if static else ()
    index = len(r.functions)
    around = r.classes[r.klass].qualname + "." if r.klass != NONE else ""
    r.functions.append(
        Function(
            word, around + word, (), decorators, r.function, r.klass, r.guard, False, False,
            node.start_byte, node.end_byte, name.start_byte, name.end_byte, "self",
        )
    )  # fmt: skip
    r.locals[index] = set()
    before = r.function, r.klass, r.guard, r.block, r.handled, r.singleton
    r.function, r.klass, r.block, r.handled, r.singleton = index, NONE, NONE, False, False
    params: tuple[Param, ...] = ()
    for kid in kids:
        if kid.kind_id in PARAMETERS:
            params = parameters(r, kid, depth + 1)
            r.set_parameters(index, params)
        elif kid.kind_id == _BODY:
            body(r, kid, depth + 1, True)
        elif kid.is_named:
            statement(r, kid, depth + 1, True)
    r.function, r.klass, r.guard, r.block, r.handled, r.singleton = before


@reads("class", "module")
def _class(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    name: Node | None = None
    bases: tuple[AnyExpr, ...] = ()
    block: Node | None = None
    for kid in r.clean(node.named_children):
        if name is None:
            name = kid
        elif kid.kind_id == _SUPERCLASS:
            bases = items(r, kid, depth + 1)
        elif kid.kind_id == _BODY:
            block = kid
    if name is None:
        return Other(node.start_byte, node.end_byte, "missing")
    full = "".join(r.word(name).split())
    qualname = full.removeprefix("::") if full.startswith("::") else r.prefix + full
    last = r.clean(name.named_children)[-1] if name.kind_id == _SCOPE and name.named_children else name
    index = len(r.classes)
    place = node.start_byte, node.end_byte, last.start_byte, last.end_byte
    r.classes.append(Class(full.rpartition("::")[2], qualname, bases, (), r.function, r.klass, r.guard, *place))
    if block is not None:
        before = r.klass, r.guard, r.block, r.prefix, r.singleton
        r.klass, r.block, r.prefix, r.singleton = index, NONE, f"{qualname}::", False
        body(r, block, depth + 1, False)
        r.klass, r.guard, r.block, r.prefix, r.singleton = before
    return Const(node.end_byte, node.end_byte, None)


@reads("singleton_class")
def _singleton_class(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """`class << self`: what it defines belongs to the class itself."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    before = r.guard, r.singleton
    for kid in r.clean(node.named_children):
        if kid.kind_id == _BODY:
            r.singleton = True
            body(r, kid, depth + 1, False)
        else:
            convert(r, kid, depth + 1)
    r.guard, r.singleton = before
    return Const(node.end_byte, node.end_byte, None)
