"""Python's `try`, `with` and `match`: what is tried, what is caught, which case applies."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Call, Const, Other
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.nodes import convert, items
from herolint.code.python.reader import Reader
from herolint.code.python.statements import BLOCK, ENDED, block, clause, open_block, settle, statement
from herolint.code.queries import dotted

_EXCEPT = frozenset({kind("except_clause"), kind("except_group_clause")})
_ELSE = kind("else_clause")
_FINALLY = kind("finally_clause")
_RAISE = kind("raise_statement")
_AS_PATTERN = kind("as_pattern")
_AS_TARGET = kind("as_pattern_target")
_CASE = kind("case_clause")
_CASE_PATTERN = kind("case_pattern")
_IF_CLAUSE = kind("if_clause")
_DOTTED = kind("dotted_name")
_IDENTIFIER = kind("identifier")
_CLASS_PATTERN = kind("class_pattern")
_KEYWORD_PATTERN = kind("keyword_pattern")
_GROUPS = frozenset({kind("parenthesized_expression"), kind("tuple")})
_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@statement("try_statement")
def _try(r: Reader, node: Node, level: int) -> bool:
    outer, handled = r.guard, r.handled
    ends: list[int] = []
    finished = False
    kids = r.clean(node.named_children)
    for kid in kids:
        number = kid.kind_id
        if number == BLOCK:
            r.handled = handled or any(_survives_import(r, k) for k in kids if k.kind_id in _EXCEPT)
            around = open_block(r, node, "try", None)
            ends = [block(r, kid, level + 1)]
            r.handled, r.block = handled, around
        elif number in _EXCEPT:
            ends.append(_except(r, kid, level))
        elif number == _ELSE:
            if ends and ends[0] != ENDED:
                r.guard = ends[0]
            end = clause(r, kid, level)
            r.guard = outer
            if ends and ends[0] != ENDED:
                ends[0] = end
        elif number == _FINALLY:
            finished = clause(r, kid, level) == ENDED
    return settle(r, ends or [outer]) or finished


def _except(r: Reader, node: Node, level: int) -> int:
    """Read a handler; the guard behind it."""
    outer = end = r.guard
    caught: list[AnyExpr] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id == BLOCK:
            test = _together(caught, kid)
            r.guard = r.add_guard("except", test, outer)
            for target, start, stop in targets:
                r.assign(target, test, "except", start, stop)
            end = block(r, kid, level + 1)
            r.guard = outer
        else:
            value, targets = _with_target(r, kid)
            caught.append(value)
    return end
