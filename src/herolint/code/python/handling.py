"""Python's `try`, `with` and `match`: what is tried, what is caught, which case applies."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const, Other
from herolint.code.python.grammar import SKIPPED, kind
from herolint.code.python.nodes import convert, items
from herolint.code.python.statements import BLOCK, block, clause, statement
from herolint.code.reader import ENDED, Reader

_EXCEPT = frozenset({kind("except_clause"), kind("except_group_clause")})
_ELSE = kind("else_clause")
_FINALLY = kind("finally_clause")
_RAISE = kind("raise_statement")
_AS_PATTERN = kind("as_pattern")
_AS_TARGET = kind("as_pattern_target")
_CASE = kind("case_clause")
_IF_CLAUSE = kind("if_clause")
_WITH_CLAUSE = kind("with_clause")
_WITH_ITEM = kind("with_item")
_STRING = kind("string")
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
            around = r.open_block(node, "try", None)
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
    return r.settle(ends or [outer]) or finished


def _except(r: Reader, node: Node, level: int) -> int:
    """Read a handler; the guard behind it."""
    outer = end = r.guard
    caught: list[AnyExpr] = []
    targets: list[tuple[AnyExpr, int, int]] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id == BLOCK:
            test = _together(caught, kid)
            r.guard = r.add_guard("except", test, outer)
            for target, start, stop in targets:
                r.assign(target, test, "except", start, stop)
            end = block(r, kid, level + 1)
            r.guard = outer
        else:
            value, named = _with_target(r, kid)
            caught.append(value)
            targets += named
    return end


def _together(caught: list[AnyExpr], body: Node) -> AnyExpr:
    """What a handler catches as one expression; None as a constant for a bare `except`."""
    if not caught:
        return Const(body.start_byte, body.start_byte, None)
    if len(caught) == 1:
        return caught[0]
    return facts.Sequence(caught[0].start, caught[-1].end, "tuple", tuple(caught))


def _with_target(r: Reader, node: Node) -> tuple[AnyExpr, list[tuple[AnyExpr, int, int]]]:
    """The value of `value as target`, and its target with the span of the whole."""
    if node.kind_id != _AS_PATTERN:
        return convert(r, node), []
    value: AnyExpr | None = None
    targets: list[tuple[AnyExpr, int, int]] = []
    for kid in r.clean(node.named_children):
        if value is None:
            value = convert(r, kid)
        elif kid.kind_id == _AS_TARGET:
            targets += [(target, node.start_byte, node.end_byte) for target in items(r, kid, 0)]
    return value or Other(node.start_byte, node.end_byte, "as"), targets


def _survives_import(r: Reader, node: Node) -> bool:
    """Whether a handler catches a failing import and goes on without it."""
    names: list[str] = []
    body: Node | None = None
    for kid in node.named_children:
        if kid.kind_id == BLOCK:
            body = kid
        elif kid.kind_id not in SKIPPED:
            names += r.word(kid).partition(" as ")[0].replace("(", " ").replace(")", " ").replace(",", " ").split()
    if names and not any(name.rpartition(".")[2] in _IMPORT_FAILURES for name in names):
        return False
    return body is None or not any(kid.kind_id == _RAISE for kid in body.named_children)


@statement("with_statement")
def _with(r: Reader, node: Node, level: int) -> bool:
    around = r.block
    ended = False
    for kid in r.clean(node.named_children):
        if kid.kind_id == BLOCK:
            end = block(r, kid, level + 1)
            ended = end == ENDED
            if not ended:
                r.guard = end
        elif kid.kind_id == _WITH_CLAUSE:
            _with_items(r, node, kid)
        else:
            _open_with(r, node, kid)
    r.block = around
    return ended


def _with_items(r: Reader, node: Node, clause_node: Node) -> None:
    for item in r.clean(clause_node.named_children):
        inner = r.clean(item.named_children) if item.kind_id == _WITH_ITEM else [item]
        for value in inner:
            # `with (open(a) as f, open(b) as g):` reads as one item that holds a group.
            parts = r.clean(value.named_children) if value.kind_id in _GROUPS else [value]
            if value.kind_id in _GROUPS and not any(part.kind_id == _AS_PATTERN for part in parts):
                parts = [value]
            for part in parts:
                _open_with(r, node, part)


def _open_with(r: Reader, node: Node, item: Node) -> None:
    value, targets = _with_target(r, item)
    if r.text.startswith("async", node.start_byte):
        r.mark_awaited(value)
    r.open_block(node, "with", value, targets[0][0] if targets else None)
    for target, start, end in targets:
        r.assign(target, value, "with", start, end)


@statement("match_statement")
def _match(r: Reader, node: Node, level: int) -> bool:
    subjects: list[AnyExpr] = []
    outer = r.guard
    ends: list[int] = []
    whole = False
    for kid in r.clean(node.named_children):
        if kid.kind_id == BLOCK:
            for case in r.clean(kid.named_children):
                if case.kind_id == _CASE:
                    end, catches_all = _case(r, case, subjects, level)
                    ends.append(end)
                    whole = whole or catches_all
        else:
            subjects.append(convert(r, kid))
    r.guard = outer
    return r.settle(ends if whole else [*ends, outer])


def _case(r: Reader, node: Node, subjects: list[AnyExpr], level: int) -> tuple[int, bool]:
    """Read a case; the guard behind it, and whether it catches whatever is left."""
    outer = end = r.guard
    patterns: list[Node] = []
    condition: AnyExpr | None = None
    for kid in r.clean(node.named_children):
        if kid.kind_id == BLOCK:
            subject = subjects[0] if subjects else Const(node.start_byte, node.start_byte, None)
            text = Const(patterns[0].start_byte, patterns[-1].end_byte, _text(r, patterns)) if patterns else subject
            test: AnyExpr = facts.Binary(node.start_byte, kid.start_byte, "match", subject, text)
            r.guard = r.add_guard("match", condition if condition is not None else test, outer)
            for pattern in patterns:
                _captures(r, pattern, subject)
            end = block(r, kid, level + 1)
            r.guard = outer
        elif kid.kind_id == _IF_CLAUSE:
            found = items(r, kid, 0)
            condition = found[0] if found else None
        else:
            patterns.append(kid)
    return end, condition is None and len(patterns) == 1 and _text(r, patterns).isidentifier()


def _text(r: Reader, patterns: list[Node]) -> str:
    return ", ".join(r.word(pattern) for pattern in patterns)


def _captures(r: Reader, pattern: Node, subject: AnyExpr) -> None:
    """Bind the plain names of a pattern."""
    stack = [(pattern, False)]
    seen = 0
    while stack and seen < 2000:
        node, is_class = stack.pop()
        seen += 1
        if node.kind_id in (_DOTTED, _IDENTIFIER) and not is_class:
            word = r.word(node)
            if word.isidentifier() and word != "_":
                target = facts.Name(node.start_byte, node.end_byte, word)
                r.assign(target, subject, "match", node.start_byte, node.end_byte)
        elif node.kind_id not in SKIPPED:
            first_is_name = node.kind_id in (_CLASS_PATTERN, _KEYWORD_PATTERN)
            kids = node.named_children
            stack.extend((kid, first_is_name and i == 0) for i, kid in enumerate(kids) if kid.kind_id != _STRING)
