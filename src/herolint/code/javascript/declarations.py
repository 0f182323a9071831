"""JavaScript's `const`, `let`, `var` and `function`; `const x = require('m')` is an import."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Const, Import
from herolint.code.javascript.classes import read_class
from herolint.code.javascript.definitions import FUNCTIONS, bare, key_word, read_function
from herolint.code.javascript.nodes import SKIPPED, Script, convert, reads
from herolint.code.javascript.patterns import bind, bound_names
from herolint.code.javascript.statements import statement
from herolint.code.javascript.types import annotation

_VARIABLES = frozenset({"lexical_declaration", "variable_declaration", "using_declaration"})
_NOTHING = (
    "interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature", "empty_statement",
    "debugger_statement",
)  # fmt: skip


@statement("function_declaration", "generator_function_declaration")
def _function(r: Script, node: Node, depth: int) -> bool:
    read_function(r, node, depth, node.child_by_field_name("name"))
    return False


@statement(*_NOTHING)
def _nothing(r: Script, node: Node, depth: int) -> bool:
    """What does nothing when it runs: types, declarations of things that exist elsewhere."""
    return False


@statement(*_VARIABLES)
def _variables(r: Script, node: Node, depth: int) -> bool:
    for kid in node.named_children:
        kind = kid.type
        if kind == "variable_declarator":
            _declare(r, kid, depth)
        elif kind in SKIPPED:
            r.skip(kid)
    return False


@reads("variable_declarator")
def _loose(r: Script, node: Node, depth: int) -> AnyExpr:
    _declare(r, node, depth)
    return Const(node.start_byte, node.start_byte, None)


def _declare(r: Script, node: Node, depth: int) -> None:
    name: Node | None = None
    value: Node | None = None
    named: AnyExpr | None = None
    for kid in node.named_children:
        kind = kid.type
        if kind in SKIPPED:
            r.skip(kid)
        elif name is None:
            name = kid
        elif kind == "type_annotation":
            named = annotation(r, kid)
        else:
            value = kid
    if name is None:
        return
    start, end = node.start_byte, node.end_byte
    is_name = name.type == "identifier"
    if value is None:
        if is_name:
            r.assign(convert(r, name, depth), None, "=", start, end, named)
        return
    inner = bare(value)
    if is_name and inner.type in FUNCTIONS:
        read_function(r, inner, depth, name, whole=node)
    elif is_name and inner.type == "class":
        read_class(r, inner, depth, name)
    elif not _import_required(r, name, inner):
        found = convert(r, value, depth)
        if is_name:
            r.assign(convert(r, name, depth), found, "=", start, end, named)
        else:
            bind(r, name, found, depth)


def _import_required(r: Script, target: Node, value: Node) -> bool:
    """Note `x = require('m')`, `x = require('m').y` or `{a, b: c} = require('m')` as imports; False for anything else."""
    required = _required(r, value)
    if required is None:
        return False
    module, name, node = *required, target.parent or target
    if target.type == "identifier":
        _add(r, module, name, r.word(target), node)
        return True
    if target.type != "object_pattern" or name is not None:
        return False
    names = _simple_names(r, target)
    if names is None:
        return False
    if not names:
        _add(r, module, None, "", node)
    for original, alias, at in names:
        _add(r, module, original, alias, node if len(names) == 1 else at)
    return True


def _required(r: Script, node: Node) -> tuple[str, str | None] | None:
    """Module and attribute of `require('m')` or `require('m').y`."""
    if not r.text.startswith("require", node.start_byte):
        return None
    name: str | None = None
    if node.type == "member_expression":
        kids = r.clean(node.named_children)
        if len(kids) != 2:
            return None
        node, name = kids[0], r.word(kids[1])
    func, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call_expression" or func is None or arguments is None or r.word(func) != "require":
        return None
    given = r.clean(arguments.named_children)
    if len(given) != 1 or given[0].type not in ("string", "template_string"):
        return None
    module = convert(r, given[0], 0)
    return (module.value, name) if isinstance(module, Const) else None


def _simple_names(r: Script, pattern: Node) -> list[tuple[str, str, Node]] | None:
    """Original name, name here and place of all parts of an object pattern; None where it does more than name them."""
    found: list[tuple[str, str, Node]] = []
    for kid in r.clean(pattern.named_children):
        parts = r.clean(kid.named_children)
        if kid.type == "shorthand_property_identifier_pattern":
            found.append((r.word(kid), r.word(kid), kid))
        elif kid.type == "pair_pattern" and len(parts) == 2 and parts[1].type == "identifier" and (key := key_word(r, parts[0])):
            found.append((key, r.word(parts[1]), kid))
        else:
            return None
    return found


def _add(r: Script, module: str, name: str | None, alias: str, node: Node) -> None:
    r.imports.append(Import(module, name, alias, 0, r.function, r.guard, r.handled, node.start_byte, node.end_byte))


def declared_names(r: Script, node: Node) -> list[Node]:
    """The nodes of the names that a declaration introduces."""
    if node.type in _VARIABLES:
        named = [kid.child_by_field_name("name") for kid in node.named_children if kid.type == "variable_declarator"]
        return [one for pattern in named if pattern is not None for one in bound_names(r, pattern)]
    if node.type in _NOTHING:
        return []
    name = node.child_by_field_name("name")
    return [name] if name is not None and name.type in ("identifier", "type_identifier") else []
