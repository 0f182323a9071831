"""Python statements: blocks of them, what guards each, and where control cannot get past them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Block, Const
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.nodes import HANDLERS, convert, items
from herolint.code.reader import ENDED, Reader

Statement = Callable[[Reader, Node, int], bool]
"""Reads a statement at a level of nesting; whether control never gets past it. If it does, `guard` is what holds then."""

MAX_LEVEL = 100
"""How deep blocks may nest, as in Python itself."""

BLOCK = kind("block")
_EXPRESSION = kind("expression_statement")
_ELIF = kind("elif_clause")
_ELSE = kind("else_clause")
_EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})

STATEMENTS: dict[int, Statement] = {}


def statement(*names: str) -> Callable[[Statement], Statement]:
    """Enters the decorated function into the table for these kinds of node."""

    def enter(reader: Statement) -> Statement:
        STATEMENTS.update((kind(name), reader) for name in names)
        return reader

    return enter


def block(r: Reader, node: Node, level: int) -> int:
    """Read the statements inside a node; the guard that holds behind the last one, or `ENDED`."""
    entry = r.guard
    if level > MAX_LEVEL:
        r.errors.add((node.start_byte, node.end_byte))
        return entry
    ended = False
    for kid in node.named_children:
        number = kid.kind_id
        if number == _EXPRESSION:
            for child in kid.named_children:
                if child.kind_id in SKIPPED:
                    r.skip(child)
                else:
                    expr = HANDLERS[child.kind_id](r, child, 0)
                    if type(expr) is facts.Call and _exits(expr.func):
                        ended = True
        elif number in STATEMENTS:
            if STATEMENTS[number](r, kid, level):
                ended = True
        elif number in SKIPPED:
            r.skip(kid)
        else:
            HANDLERS[number](r, kid, 0)
    behind = ENDED if ended else r.guard
    r.guard = entry
    return behind


def _exits(func: AnyExpr) -> bool:
    """Whether a call of this ends the process, going by its usual name."""
    if isinstance(func, facts.Name):
        return func.id in _EXITS
    return isinstance(func, facts.Attr) and isinstance(func.base, facts.Name) and f"{func.base.id}.{func.name}" in _EXITS


@statement("if_statement")
def _if(r: Reader, node: Node, level: int) -> bool:
    outer = around = r.guard
    test: AnyExpr = Const(node.start_byte, node.start_byte, None)
    ends: list[int] = []
    has_else = False
    for kid in node.named_children:
        number = kid.kind_id
        if number == BLOCK:
            ends.append(_guarded(r, kid, level, "if", test, around))
        elif number == _ELIF:
            around = r.guard = r.add_guard("else", test, around)
            for part in kid.named_children:
                if part.kind_id == BLOCK:
                    ends.append(_guarded(r, part, level, "if", test, around))
                elif part.kind_id in SKIPPED:
                    r.skip(part)
                else:
                    test = convert(r, part)
        elif number == _ELSE:
            has_else = True
            ends.append(_guarded(r, kid, level, "else", test, around))
        elif number in SKIPPED:
            r.skip(kid)
        else:
            test = convert(r, kid)
    r.guard = outer
    if not has_else:
        # Unless all branches are left early, nothing can be told of the tests behind the statement beyond `around`.
        ends.append(around if any(e != ENDED for e in ends) else r.add_guard("else", test, around))
    return r.settle(ends)


def _guarded(r: Reader, node: Node, level: int, sort: str, test: AnyExpr, around: int) -> int:
    """Read a block (or the clause that holds it) under a new guard."""
    before, r.guard = r.guard, r.add_guard(sort, test, around)
    end = clause(r, node, level)
    r.guard = before
    return end


def clause(r: Reader, node: Node, level: int) -> int:
    """Read the block of an `else` or `finally` clause, or a block itself."""
    if node.kind_id == BLOCK:
        return block(r, node, level + 1)
    end = r.guard
    for kid in node.named_children:
        if kid.kind_id == BLOCK:
            end = block(r, kid, level + 1)
        elif kid.kind_id in SKIPPED:
            r.skip(kid)
    return end


@statement("while_statement")
def _while(r: Reader, node: Node, level: int) -> bool:
    outer = r.guard
    around = r.open_block(node, "while", None)
    index = r.block
    test: AnyExpr | None = None
    for kid in node.named_children:
        number = kid.kind_id
        if number == BLOCK:
            if test is not None and not (isinstance(test, Const) and test.value in (True, 1)):
                r.guard = r.add_guard("while", test, outer)
            block(r, kid, level + 1)
            r.guard, r.block = outer, around
        elif number == _ELSE:
            clause(r, kid, level)
        elif number in SKIPPED:
            r.skip(kid)
        else:
            # Read inside the loop, since the test runs each time round.
            test = convert(r, kid)
            r.blocks[index] = Block("while", test, None, around, node.start_byte, node.end_byte)
    r.block = around
    return False


@statement("for_statement")
def _for(r: Reader, node: Node, level: int) -> bool:
    around = r.block
    head: list[Node] = []
    for kid in node.named_children:
        number = kid.kind_id
        if number == BLOCK:
            if len(head) == 2:
                _for_head(r, node, head)
            block(r, kid, level + 1)
            r.block = around
        elif number == _ELSE:
            clause(r, kid, level)
        elif number in SKIPPED:
            r.skip(kid)
        else:
            head.append(kid)
    return False


def _for_head(r: Reader, node: Node, head: list[Node]) -> None:
    left, right = head
    iterable = convert(r, right)
    if r.text.startswith("async", node.start_byte):
        r.mark_awaited(iterable)
    target = convert(r, left)
    r.open_block(node, "for", iterable, target)
    r.assign(target, iterable, "for", left.start_byte, right.end_byte)


@statement("return_statement")
def _return(r: Reader, node: Node, level: int) -> bool:
    found = items(r, node, 0)
    r.returns.append(facts.Return(found[0] if found else None, "return", r.function, r.guard, r.block))
    return True


@statement("raise_statement")
def _raise(r: Reader, node: Node, level: int) -> bool:
    items(r, node, 0)
    return True


@statement("break_statement")
def _break(r: Reader, node: Node, level: int) -> bool:
    r.breaks.append(facts.Break(r.function, r.guard, r.block))
    return True


@statement("continue_statement")
def _continue(r: Reader, node: Node, level: int) -> bool:
    return True


@statement("pass_statement")
def _pass(r: Reader, node: Node, level: int) -> bool:
    return False


@statement("assert_statement", "print_statement", "exec_statement")
def _plain(r: Reader, node: Node, level: int) -> bool:
    items(r, node, 0)
    return False


@statement("type_alias_statement")
def _type_alias(r: Reader, node: Node, level: int) -> bool:
    found = items(r, node, 0)
    if len(found) == 2:
        r.assign(found[0], found[1], "=", node.start_byte, node.end_byte)
    return False


@statement("delete_statement")
def _delete(r: Reader, node: Node, level: int) -> bool:
    for expr in items(r, node, 0):
        listed = expr.items if isinstance(expr, facts.Sequence) and expr.kind == "tuple" else (expr,)
        r.deletes.extend((r.function, e) for e in listed)
    return False


@statement("global_statement", "nonlocal_statement")
def _global(r: Reader, node: Node, level: int) -> bool:
    r.globals.extend((r.function, r.word(name)) for name in r.clean(node.named_children))
    return False
