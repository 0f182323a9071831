"""Go's assignments: `:=`, `=`, `var`, `const`, and what functions without a name are called by them."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Const, Name
from herolint.code.go.functions import read_literal
from herolint.code.go.grammar import SKIPPED, kind
from herolint.code.go.nodes import convert, fields, items
from herolint.code.go.statements import statement
from herolint.code.reader import Reader

_FUNC_LITERAL = kind("func_literal")
_SPECS = frozenset({kind("var_spec"), kind("const_spec")})


@statement("short_var_declaration", "assignment_statement", "receive_statement")
def _assignment(r: Reader, node: Node, level: int) -> bool:
    parts = fields(r, node)
    targets = [target for left in parts.get("left", ()) for target in items(r, left, 0)]
    op = next((kid.type for kid in node.children if not kid.is_named and kid.kind_id not in SKIPPED), "=")
    names = [(r.function, target.id) for target in targets if isinstance(target, Name)] if r.function != NONE else []
    if op == ":=":
        r.declared.update(names)
    else:
        r.rebound += names
    bind(r, node, targets, _right(r, parts.get("right", [])), "=" if op == ":=" else op)
    return False


def _right(r: Reader, nodes: list[Node]) -> list[Node]:
    """The nodes of values on the right: those of a list one by one."""
    return [kid for node in nodes for kid in (r.clean(node.named_children) if node.type == "expression_list" else [node])]


def bind(r: Reader, node: Node, targets: list[AnyExpr], values: list[Node], op: str, annotation: AnyExpr | None = None) -> None:
    """Note assignments at a node. One value for several targets: the first takes it, the others what stands behind."""
    read: list[AnyExpr] = []
    for i, value in enumerate(values):
        target = targets[i] if len(targets) == len(values) else None
        name = target.id if isinstance(target, Name) and value.kind_id == _FUNC_LITERAL else ""
        read.append(read_literal(r, value, 0, target) if name else convert(r, value))
    for i, target in enumerate(targets):
        given: AnyExpr | None = None
        if len(targets) == len(read):
            given = read[i]
        elif len(read) == 1:
            given = _behind(read[0], i)
        r.assign(target, given, op, node.start_byte, node.end_byte, annotation)


def _behind(value: AnyExpr, number: int) -> AnyExpr:
    """What the target at a number takes from a value that gives several: a further result of a call, or whether there was one."""
    if number == 0:
        return value
    if isinstance(value, facts.Call):
        return facts.Index(value.start, value.end, value, Const(value.end, value.end, number))
    return facts.Other(value.start, value.end, "ok", (value,))


@statement("inc_statement", "dec_statement")
def _step(r: Reader, node: Node, level: int) -> bool:
    for target in items(r, node, 0):
        one = Const(target.end, node.end_byte, 1)
        r.assign(target, one, "+=" if node.type == "inc_statement" else "-=", node.start_byte, node.end_byte)
    return False


@statement("var_declaration", "const_declaration", "var_spec_list")
def _declaration(r: Reader, node: Node, level: int) -> bool:
    for kid in r.clean(node.named_children):
        if kid.kind_id in _SPECS:
            parts = fields(r, kid)
            annotation = convert(r, parts["type"][0]) if "type" in parts else None
            names = [convert(r, name) for name in parts.get("name", ())]
            r.declared.update((r.function, name.id) for name in names if isinstance(name, Name))
            bind(r, kid, names, _right(r, parts.get("value", [])), "=", annotation)
        else:
            _declaration(r, kid, level)
    return False
