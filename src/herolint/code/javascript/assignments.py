"""JavaScript's assignments, those to `module.exports` among them."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Attr, Const, Export, Name
from herolint.code.javascript.definitions import named_value
from herolint.code.javascript.nodes import Script, convert, reads, rest
from herolint.code.javascript.patterns import PATTERNS, bind
from herolint.code.queries import dotted
from herolint.code.reader import MAX_DEPTH


@reads("assignment_expression")
def _assignment(r: Script, node: Node, depth: int) -> AnyExpr:
    """`a = b = value` stands for its value."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    targets: list[tuple[Node, Node]] = []
    at = node
    while at.type == "assignment_expression":
        kids = r.clean(at.named_children)
        if len(kids) != 2:
            return rest(r, at, kids, depth)
        targets.append((kids[0], at))
        at = kids[1]
    value = named_value(r, at, depth + 1, targets[-1][0])
    for target, whole in targets:
        if target.type in PATTERNS:
            bind(r, target, value, depth)
            continue
        left = convert(r, target, depth + 1)
        r.assign(left, value, "=", whole.start_byte, whole.end_byte)
        _export(r, left, value, whole)
    return value


def _export(r: Script, target: AnyExpr, value: AnyExpr, node: Node) -> None:
    """`module.exports = value` and `exports.name = value` give the value away."""
    name: str | None = None
    if isinstance(target, facts.Index) and isinstance(target.key, Const) and isinstance(target.key.value, str):
        base, name = target.base, target.key.value
    elif isinstance(target, Attr):
        base, name = target.base, target.name
    else:
        return
    if isinstance(base, Name) and base.id == "module" and name == "exports":
        r.exports.append(Export("=", value, "", "", r.guard, node.start_byte, node.end_byte))
    elif dotted(base) in ("exports", "module.exports"):
        r.exports.append(Export(name, value, "", "", r.guard, node.start_byte, node.end_byte))


@reads("augmented_assignment_expression")
def _augmented(r: Script, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    if len(kids) != 3:
        return rest(r, node, [kid for kid in kids if kid.is_named], depth)
    target, value = convert(r, kids[0], depth + 1), convert(r, kids[2], depth + 1)
    r.assign(target, value, kids[1].type, node.start_byte, node.end_byte)
    return value
