"""Ruby's branches, loops and jumps: what guards each statement, and where control cannot get past."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Const, Other
from herolint.code.reader import ENDED
from herolint.code.ruby.assignments import target
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.nodes import convert, guarded, items, nothing, statement, statements, steers
from herolint.code.ruby.reader import RubyReader

_THEN = kind("then")
_ELSE = kind("else")
_ELSIF = kind("elsif")
_DO = kind("do")
_IN = kind("in")
_BEGIN = kind("begin")
_UNLESS = frozenset({kind("unless"), kind("unless_modifier")})
_UNTIL = frozenset({kind("until"), kind("until_modifier")})
_RETURN = kind("return")
_NEXT = kind("next")
_BREAK = kind("break")
_OPPOSITE = {"if": "else", "else": "if"}


@steers("program", "then", "do", "else", "ensure", "block_body", "parenthesized_statements", "begin_block", "end_block")
def _group(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    kids = r.clean(node.named_children)
    if len(kids) == 1:
        return statement(r, kids[0], depth + 1, tail)
    end, value = statements(r, kids, depth + 1, tail)
    if end != ENDED:
        r.guard = end
    return end == ENDED, value if value is not None else nothing(node)


@steers("if", "unless", "elsif")
def _if(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    outer = r.guard
    sort = "else" if node.kind_id in _UNLESS else "if"
    test: AnyExpr | None = None
    then: AnyExpr = nothing(node)
    otherwise = then
    end, other_end = outer, NONE
    has_other = False
    for kid in r.clean(node.named_children):
        number = kid.kind_id
        if test is None:
            test = convert(r, kid, depth + 1)
        elif number == _THEN:
            end, then = guarded(r, kid, depth, tail, sort, test)
        elif number in (_ELSE, _ELSIF):
            has_other = True
            other_end, otherwise = _alternative(r, kid, depth, tail, _OPPOSITE[sort], test)
            r.guard = outer
    if test is None:
        return False, then
    if not has_other:
        # Nothing can be told behind it of a test that lets both ways through.
        other_end = outer if end != ENDED else r.add_guard(_OPPOSITE[sort], test, outer)
    if sort == "else":
        then, otherwise = otherwise, then
    return r.settle([end, other_end]), facts.Choice(node.start_byte, node.end_byte, test, then, otherwise)


def _alternative(r: RubyReader, node: Node, depth: int, tail: bool, sort: str, test: AnyExpr) -> tuple[int, AnyExpr]:
    """Read an `else` or `elsif`: the guard behind it, or `ENDED`, and its value."""
    if node.kind_id == _ELSE:
        return guarded(r, node, depth, tail, sort, test)
    r.guard = r.add_guard(sort, test, r.guard)
    ended, value = statement(r, node, depth + 1, tail)
    return (ENDED if ended else r.guard), value


@steers("if_modifier", "unless_modifier")
def _modifier(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return False, Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))
    outer = r.guard
    sort = "else" if node.kind_id in _UNLESS else "if"
    test = convert(r, kids[1], depth + 1)
    r.guard = r.add_guard(sort, test, outer)
    ended, value = statement(r, kids[0], depth + 1, tail)
    end = ENDED if ended else r.guard
    r.guard = outer
    r.settle([end, outer if not ended else r.add_guard(_OPPOSITE[sort], test, outer)])
    branches = (nothing(node), value) if sort == "else" else (value, nothing(node))
    return False, facts.Choice(node.start_byte, node.end_byte, test, *branches)


@steers("conditional")
def _conditional(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    kids = r.clean(node.named_children)
    if len(kids) != 3:
        return False, Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))
    outer = r.guard
    test = convert(r, kids[0], depth + 1)
    ends, values = [], []
    for sort, kid in (("if", kids[1]), ("else", kids[2])):
        r.guard = r.add_guard(sort, test, outer)
        ended, value = statement(r, kid, depth + 1, tail)
        ends.append(ENDED if ended else r.guard)
        values.append(value)
    r.guard = outer
    return r.settle(ends), facts.Choice(node.start_byte, node.end_byte, test, *values)


@steers("while", "until", "while_modifier", "until_modifier")
def _while(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """The test is read inside the loop, since it runs each time round."""
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return False, Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))
    outer = r.guard
    condition, body = kids if kids[1].kind_id == _DO else (kids[1], kids[0])
    around = r.open_block(node, "while", None)
    index = r.block
    test = convert(r, condition, depth + 1)
    if node.kind_id in _UNTIL:
        test = facts.Unary(test.start, test.end, "not", test)
    r.blocks[index] = facts.Block("while", test, None, around, node.start_byte, node.end_byte)
    # `begin … end while x` runs once before the test.
    if body.kind_id != _BEGIN and not (isinstance(test, Const) and test.value is True):
        r.guard = r.add_guard("while", test, outer)
    statement(r, body, depth + 1, False)
    r.guard, r.block = outer, around
    return False, nothing(node)


@steers("for")
def _for(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    kids = r.clean(node.named_children)
    if len(kids) != 3 or kids[1].kind_id != _IN:
        return False, Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))
    found = items(r, kids[1], depth + 1)
    iterable = found[0] if found else nothing(kids[1])
    variable = target(r, kids[0], depth + 1)
    outer, around = r.guard, r.open_block(node, "for", iterable, variable)
    r.assign(variable, iterable, "for", kids[0].start_byte, kids[1].end_byte)
    statement(r, kids[2], depth + 1, False)
    r.guard, r.block = outer, around
    return False, nothing(node)


@steers("return", "next", "break", "redo", "retry")
def _jump(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    values: tuple[AnyExpr, ...] = ()
    for kid in r.clean(node.named_children):
        values += items(r, kid, depth + 1)
    value: AnyExpr | None = values[0] if len(values) == 1 else None
    if len(values) > 1:
        value = facts.Sequence(values[0].start, values[-1].end, "list", values)
    if node.kind_id == _RETURN:
        r.give_back(value, r.method)
    elif node.kind_id == _NEXT and r.function != NONE and not r.functions[r.function].name:
        r.give_back(value, r.function)
    elif node.kind_id == _BREAK:
        r.breaks.append(facts.Break(r.function, r.guard, r.block))
    return True, Other(node.start_byte, node.end_byte, node.type, values)
