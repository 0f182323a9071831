"""JavaScript statements: blocks of them, what guards each, and where control cannot get past them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const
from herolint.code.javascript.nodes import HANDLERS, SKIPPED, Script, convert, items
from herolint.code.reader import ENDED, MAX_DEPTH

Statement = Callable[[Script, Node, int], bool]
"""Reads a statement at a depth; whether control never gets past it. If it does, `guard` is what holds then."""

_EXITS = frozenset({"process.exit", "process.abort", "Deno.exit"})

STATEMENTS: dict[str, Statement] = {}


def statement(*names: str) -> Callable[[Statement], Statement]:
    """Enters the decorated function into the table for these kinds of node."""

    def enter(reader: Statement) -> Statement:
        STATEMENTS.update((name, reader) for name in names)
        return reader

    return enter


def block(r: Script, node: Node, depth: int) -> int:
    """Read the statements inside a node; the guard that holds behind the last one, or `ENDED`."""
    if depth > MAX_DEPTH:
        r.defer(node)
        return r.guard
    return run(r, node.named_children, depth)


def run(r: Script, nodes: Iterable[Node], depth: int) -> int:
    """Read statements one after the other; the guard that holds behind the last one, or `ENDED`."""
    entry = r.guard
    if depth > MAX_DEPTH:
        for node in nodes:
            r.defer(node)
        return entry
    ended = False
    for node in nodes:
        kind = node.type
        if kind == "expression_statement":
            for child in node.named_children:
                if child.type in SKIPPED:
                    r.skip(child)
                else:
                    expr = HANDLERS[child.type](r, child, depth)
                    if type(expr) is facts.Call and _exits(expr.func):
                        ended = True
        elif kind in STATEMENTS:
            if STATEMENTS[kind](r, node, depth):
                ended = True
        elif kind in SKIPPED:
            r.skip(node)
        else:
            HANDLERS[kind](r, node, depth)
    behind = ENDED if ended else r.guard
    r.guard = entry
    return behind


def _exits(func: AnyExpr) -> bool:
    """Whether a call of this ends the process."""
    return type(func) is facts.Attr and type(func.base) is facts.Name and f"{func.base.id}.{func.name}" in _EXITS


def body(r: Script, node: Node, depth: int) -> int:
    """Read the statement, often a block, that another one holds; the guard behind it, or `ENDED`."""
    return run(r, node.named_children if node.type == "statement_block" else (node,), depth + 1)


@statement("statement_block")
def _block(r: Script, node: Node, depth: int) -> bool:
    return r.settle([body(r, node, depth)])


@statement("internal_module", "module")
def _namespace(r: Script, node: Node, depth: int) -> bool:
    """TypeScript's namespaces: their body stands in the module."""
    inside = node.child_by_field_name("body")
    if inside is not None:
        r.namespaces += 1
        body(r, inside, depth)
        r.namespaces -= 1
    return False


@statement("labeled_statement", "with_statement")
def _labeled(r: Script, node: Node, depth: int) -> bool:
    kids = r.clean(node.named_children)
    if kids and kids[0].type != "statement_identifier":
        convert(r, kids[0], depth + 1)
    return r.settle([body(r, kids[1], depth)]) if len(kids) > 1 else False


@statement("if_statement")
def _if(r: Script, node: Node, depth: int) -> bool:
    outer = around = r.guard
    ends: list[int] = []
    at = node
    while True:
        parts = r.clean(at.named_children)
        test: AnyExpr = convert(r, parts[0], depth + 1) if parts else Const(at.start_byte, at.start_byte, None)
        if len(parts) > 1:
            ends.append(guarded(r, parts[1], depth, "if", test, around))
        last = r.clean(parts[2].named_children) if len(parts) > 2 else []
        if not last:
            # Unless all branches are left early, nothing can be told of the tests behind the statement beyond `around`.
            ends.append(around if any(e != ENDED for e in ends) else r.add_guard("else", test, around))
            break
        if last[0].type != "if_statement":
            ends.append(guarded(r, last[0], depth, "else", test, around))
            break
        around = r.guard = r.add_guard("else", test, around)
        at = last[0]
    r.guard = outer
    return r.settle(ends)


def guarded(r: Script, node: Node, depth: int, sort: str, test: AnyExpr, around: int) -> int:
    """Read a statement under a new guard; the guard behind it, or `ENDED`."""
    before, r.guard = r.guard, r.add_guard(sort, test, around)
    end = body(r, node, depth)
    r.guard = before
    return end


@statement("return_statement")
def _return(r: Script, node: Node, depth: int) -> bool:
    found = items(r, node, depth + 1)
    value = found[0] if found else None
    r.mark_awaited(value)
    r.returns.append(facts.Return(value, "return", r.function, r.guard, r.block))
    return True


@statement("throw_statement")
def _throw(r: Script, node: Node, depth: int) -> bool:
    items(r, node, depth + 1)
    return True


@statement("break_statement")
def _break(r: Script, node: Node, depth: int) -> bool:
    r.broken = True
    return True


@statement("continue_statement")
def _continue(r: Script, node: Node, depth: int) -> bool:
    return True
