"""Go's functions, methods, and functions that stand in expressions."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Closure, Function, Name, Other
from herolint.code.go.nodes import fields, reads
from herolint.code.go.statements import block, statement
from herolint.code.go.types import bare, first_result, parameters
from herolint.code.reader import MAX_DEPTH, Reader

MAX_LITERALS = 10
"""How deep functions may nest in each other's expressions; those that lie deeper are read on their own."""


@statement("function_declaration")
def _function(r: Reader, node: Node, level: int) -> bool:
    parts = fields(r, node)
    for name in parts.get("name", ())[:1]:
        _read(r, node, parts, r.word(name), (name.start_byte, name.end_byte))
    return False


@statement("method_declaration")
def _method(r: Reader, node: Node, level: int) -> bool:
    parts = fields(r, node)
    receiver, owner = "", ""
    for of in parts.get("receiver", ()):
        for declared in r.clean(of.named_children)[:1]:
            inside = fields(r, declared)
            receiver = "".join(r.word(name) for name in inside.get("name", ())[:1])
            owner = "".join(r.word(bare(r, of_type)) for of_type in inside.get("type", ()))
    for name in parts.get("name", ())[:1]:
        before, r.prefix = r.prefix, f"{owner}." if owner else r.prefix
        _read(r, node, parts, r.word(name), (name.start_byte, name.end_byte), receiver, owner)
        r.prefix = before
    return False


@reads("func_literal")
def _literal(r: Reader, node: Node, depth: int) -> AnyExpr:
    return read_literal(r, node, depth, None)


def read_literal(r: Reader, node: Node, depth: int, target: AnyExpr | None) -> AnyExpr:
    """A function in an expression; `target` is the name that it is given at once, if any."""
    if depth > MAX_DEPTH or r.lambdas >= MAX_LITERALS:
        return r.defer(node)
    start = node.start_byte
    name, place = (target.id, (target.start, target.end)) if isinstance(target, Name) else ("", (start, start))
    number = len(r.functions)
    r.lambdas += 1
    _read(r, node, fields(r, node), name, place)
    r.lambdas -= 1
    return Closure(start, node.end_byte, number) if number < len(r.functions) else Other(start, node.end_byte, "func")


def _read(
    r: Reader, node: Node, parts: dict[str, list[Node]], name: str, place: tuple[int, int], receiver: str = "", owner: str = ""
) -> None:  # fmt: skip
    """Add a function and read its body. A method's class is looked up when all classes of the file are known."""
    params = tuple(param for listed in parts.get("parameters", ()) for param in parameters(r, listed, 0))
    result = first_result(r, parts["result"][0], 0) if "result" in parts else None
    qualname = r.prefix + (name or "func")
    r.functions.append(Function(
        name, qualname, params, (), r.function, NONE, r.guard, False, False, node.start_byte, node.end_byte, *place, receiver, owner, result,
    ))  # fmt: skip
    around = r.function, r.klass, r.guard, r.block, r.prefix
    r.function, r.klass, r.block, r.prefix = len(r.functions) - 1, NONE, NONE, f"{qualname}."
    for listed in parts.get("result", ()):
        if listed.type == "parameter_list":
            r.declared.update((r.function, named.name) for named in parameters(r, listed, 0))
    for body in parts.get("body", ()):
        block(r, body, 0)
    r.function, r.klass, r.guard, r.block, r.prefix = around
