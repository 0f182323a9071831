"""Python's functions, classes and imports."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Class, Function, Import, Name, Param
from herolint.code.python.bindings import parameters
from herolint.code.python.grammar import kind
from herolint.code.python.nodes import convert, items
from herolint.code.python.statements import BLOCK, block, statement
from herolint.code.reader import Reader

_DECORATOR = kind("decorator")
_FUNCTION = kind("function_definition")
_CLASS = kind("class_definition")
_PARAMETERS = frozenset({kind("parameters"), kind("lambda_parameters")})
_ARGUMENTS = kind("argument_list")
_IDENTIFIER = kind("identifier")
_DOTTED = kind("dotted_name")
_ALIASED = kind("aliased_import")
_RELATIVE = kind("relative_import")
_WILDCARD = kind("wildcard_import")


@statement("decorated_definition")
def _decorated(r: Reader, node: Node, level: int) -> bool:
    decorators: list[AnyExpr] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id == _DECORATOR:
            decorators += items(r, kid, 0)
        elif kid.kind_id == _FUNCTION:
            _read_function(r, kid, level, tuple(decorators), node.start_byte)
        elif kid.kind_id == _CLASS:
            _read_class(r, kid, level, tuple(decorators), node.start_byte)
    return False


@statement("function_definition")
def _function(r: Reader, node: Node, level: int) -> bool:
    _read_function(r, node, level, (), node.start_byte)
    return False


def _read_function(r: Reader, node: Node, level: int, decorators: tuple[AnyExpr, ...], start: int) -> None:
    name: Node | None = None
    params: tuple[Param, ...] = ()
    body: Node | None = None
    result: AnyExpr | None = None
    for kid in r.clean(node.named_children):
        if name is None and kid.kind_id == _IDENTIFIER:
            name = kid
        elif kid.kind_id in _PARAMETERS:
            params = parameters(r, kid, 0)
        elif kid.kind_id == BLOCK:
            body = kid
        else:
            result = convert(r, kid)
    if name is None:
        return
    word = r.word(name)
    index = len(r.functions)
    function = Function(
        word, r.prefix + word, params, decorators, r.function, r.klass, r.guard, r.text.startswith("async", node.start_byte), False,
        start, node.end_byte, name.start_byte, name.end_byte, _receiver(r, params, decorators), "", result,
    )  # fmt: skip
    r.functions.append(function)
    if body is None:
        return
    around = r.function, r.klass, r.guard, r.block, r.handled, r.prefix
    r.function, r.klass, r.block, r.handled, r.prefix = index, NONE, NONE, False, f"{r.prefix}{word}."
    block(r, body, level + 1)
    r.function, r.klass, r.guard, r.block, r.handled, r.prefix = around


def _receiver(r: Reader, params: tuple[Param, ...], decorators: tuple[AnyExpr, ...]) -> str:
    """The first parameter of a method; a static method has none."""
    static = any(isinstance(d, Name) and d.id == "staticmethod" for d in decorators)
    return params[0].name if r.klass != NONE and params and not static else ""


@statement("class_definition")
def _class(r: Reader, node: Node, level: int) -> bool:
    _read_class(r, node, level, (), node.start_byte)
    return False


def _read_class(r: Reader, node: Node, level: int, decorators: tuple[AnyExpr, ...], start: int) -> None:
    name: Node | None = None
    bases: tuple[AnyExpr, ...] = ()
    body: Node | None = None
    for kid in r.clean(node.named_children):
        if name is None and kid.kind_id == _IDENTIFIER:
            name = kid
        elif kid.kind_id == _ARGUMENTS:
            bases = items(r, kid, 0)
        elif kid.kind_id == BLOCK:
            body = kid
    if name is None:
        return
    word = r.word(name)
    index = len(r.classes)
    place = start, node.end_byte, name.start_byte, name.end_byte
    r.classes.append(Class(word, r.prefix + word, bases, decorators, r.function, r.klass, r.guard, *place))
    if body is None:
        return
    around = r.klass, r.guard, r.block, r.prefix
    r.klass, r.block, r.prefix = index, NONE, f"{r.prefix}{word}."
    block(r, body, level + 1)
    r.klass, r.guard, r.block, r.prefix = around


@statement("import_statement")
def _import(r: Reader, node: Node, level: int) -> bool:
    kids = r.clean(node.named_children)
    for kid in kids:
        span = node if len(kids) == 1 else kid
        if kid.kind_id == _ALIASED:
            parts = r.clean(kid.named_children)
            if len(parts) == 2:
                _add(r, _module(r, parts[0]), None, r.word(parts[1]), 0, span)
        elif kid.kind_id == _DOTTED:
            module = _module(r, kid)
            _add(r, module, None, module.partition(".")[0], 0, span)
    return False


@statement("import_from_statement", "future_import_statement")
def _from(r: Reader, node: Node, level: int) -> bool:
    kids = r.clean(node.named_children)
    module, dots = "__future__", 0
    if node.type == "import_from_statement" and kids:
        text = "".join(r.word(kids[0]).split()) if kids[0].kind_id in (_DOTTED, _RELATIVE) else ""
        dots = len(text) - len(text.lstrip("."))
        module, kids = text[dots:], kids[1:]
    for kid in kids:
        span = node if len(kids) == 1 else kid
        if kid.kind_id == _WILDCARD:
            _add(r, module, "*", "*", dots, node)
        elif kid.kind_id == _ALIASED:
            parts = r.clean(kid.named_children)
            if len(parts) == 2:
                _add(r, module, _module(r, parts[0]), r.word(parts[1]), dots, span)
        elif kid.kind_id == _DOTTED:
            name = _module(r, kid)
            _add(r, module, name, name, dots, span)
    return False


def _module(r: Reader, node: Node) -> str:
    return "".join(r.word(node).split())


def _add(r: Reader, module: str, name: str | None, alias: str, dots: int, node: Node) -> None:
    r.imports.append(Import(module, name, alias, dots, r.function, r.guard, r.handled, node.start_byte, node.end_byte))
