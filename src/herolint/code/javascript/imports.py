"""What a JavaScript module takes from others and gives away: `import`, `require`, `export`."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Closure, Export, Import, Name
from herolint.code.javascript.classes import CLASSES, read_class
from herolint.code.javascript.declarations import declared_names
from herolint.code.javascript.definitions import FUNCTIONS, decorator, key_word, read_function
from herolint.code.javascript.nodes import SKIPPED, Script, convert
from herolint.code.javascript.statements import STATEMENTS, statement
from herolint.code.javascript.strings import string


@statement("import_statement")
def _import(r: Script, node: Node, depth: int) -> bool:
    clause: Node | None = None
    module: str | None = None
    for kid in r.clean(node.named_children):
        if kid.type == "import_require_clause":
            _import_require(r, kid, node)
        elif kid.type == "import_clause":
            clause = kid
        elif kid.type == "string" and module is None:
            module = string(r, kid)
    if module is None:
        return False
    if clause is None:
        _add(r, module, None, "", node)
        return False
    for kid in r.clean(clause.named_children):
        if kid.type == "identifier":
            _add(r, module, "default", r.word(kid), node)
        elif kid.type == "namespace_import":
            for one in r.clean(kid.named_children):
                _add(r, module, None, r.word(one), node)
        elif kid.type == "named_imports":
            specifiers = r.clean(kid.named_children)
            if not specifiers:
                _add(r, module, None, "", node)
            for one in specifiers:
                name, alias = _specifier(r, one)
                _add(r, module, name, alias, node if len(specifiers) == 1 else one)
    return False


def _import_require(r: Script, clause: Node, node: Node) -> None:
    """TypeScript's `import x = require('m')`."""
    name, source = clause.named_children[0], clause.child_by_field_name("source")
    if source is not None:
        _add(r, string(r, source), None, r.word(name), node)


def _specifier(r: Script, node: Node) -> tuple[str, str]:
    """Both names of `a as b`; twice the same for `a`. `default` is a keyword, not a name, in some grammars."""
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    word = key_word(r, name)
    return word, key_word(r, alias) if alias is not None else word


def _add(r: Script, module: str, name: str | None, alias: str, node: Node) -> None:
    r.imports.append(Import(module, name, alias, 0, r.function, r.guard, r.handled, node.start_byte, node.end_byte))


@statement("import_alias")
def _import_alias(r: Script, node: Node, depth: int) -> bool:
    """TypeScript's `import x = A.B`."""
    kids = r.clean(node.named_children)
    if len(kids) == 2:
        r.assign(convert(r, kids[0], depth), convert(r, kids[1], depth), "=", node.start_byte, node.end_byte)
    return False


@statement("export_statement")
def _export(r: Script, node: Node, depth: int) -> bool:
    source = node.child_by_field_name("source")
    module = string(r, source) if source is not None else ""
    marks: tuple[AnyExpr, ...] = ()
    is_default = is_all = equals = False
    for kid in node.children:
        kind = kid.type
        if kind == "decorator":
            marks += decorator(r, kid, depth)
        elif kind == "default":
            is_default = True
        elif kind == "*":
            is_all = True
        elif kind == "=":
            equals = True
        elif kind == "as":
            # `export as namespace X` is for the type checker alone.
            return False
        elif kind == "export_clause":
            _clause(r, kid, module, node)
        elif kind == "namespace_export":
            for name in r.clean(kid.named_children):
                _give(r, key_word(r, name), None, node, module, "")
        elif kind in SKIPPED:
            r.skip(kid)
        elif kid.is_named and kind != "string":
            _declared(r, kid, node, marks, depth, "default" if is_default else "=" if equals else "")
        elif kind == "string" and source is None:
            _give(r, "default" if is_default else "=", convert(r, kid, depth), node)
    if is_all:
        _give(r, "*", None, node, module, "*")
    return False


def _clause(r: Script, clause: Node, module: str, node: Node) -> None:
    """`{a as b}`, of this module or of another."""
    for one in r.clean(clause.named_children):
        name, alias = _specifier(r, one)
        if module:
            _give(r, alias, None, one, module, name)
        else:
            _give(r, alias, Name(one.start_byte, one.end_byte, name), one)


def _declared(r: Script, node: Node, whole: Node, marks: tuple[AnyExpr, ...], depth: int, name: str) -> None:
    """What follows `export` or `export default`: a declaration or an expression."""
    kind = node.type
    if kind in CLASSES:
        word = read_class(r, node, depth, None, marks)
        _give(r, name or word, Name(node.start_byte, node.end_byte, word), whole)
    elif kind in STATEMENTS:
        STATEMENTS[kind](r, node, depth)
        for one in declared_names(r, node):
            _give(r, name or r.word(one), Name(one.start_byte, one.end_byte, r.word(one)), whole if name else one)
    elif kind in FUNCTIONS and node.child_by_field_name("name") is None:
        number = read_function(r, node, depth, None, word="default")
        _give(r, name, Closure(node.start_byte, node.end_byte, number), whole)
    else:
        _give(r, name, convert(r, node, depth), whole)


def _give(r: Script, name: str, value: AnyExpr | None, node: Node, module: str = "", source: str = "") -> None:
    """Note an export; what a namespace exports is its own affair."""
    if not r.namespaces and name:
        r.exports.append(Export(name, value, module, source, r.guard, node.start_byte, node.end_byte))
