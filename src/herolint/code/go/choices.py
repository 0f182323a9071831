"""Go's `switch` and `select`: which case applies, and what holds behind them."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const
from herolint.code.go.grammar import kind
from herolint.code.go.nodes import convert, fields, items
from herolint.code.go.statements import guarded, one, run, statement
from herolint.code.reader import ENDED, Reader

_DEFAULT = kind("default_case")
_BREAK = kind("break_statement")
_FALLTHROUGH = kind("fallthrough_statement")
_LIST = kind("statement_list")
_CLOSED = frozenset(
    kind(name) for name in ("for_statement", "expression_switch_statement", "type_switch_statement", "select_statement", "func_literal")
)
"""A `break` inside these belongs to them rather than to the switch around."""
_MOST_CARRIED = 32
"""How many tests of cases that fall through are remembered."""


@statement("expression_switch_statement")
def _switch(r: Reader, node: Node, level: int) -> bool:
    """Cases of a value are tests of equality; without a value each case is a test, made when those before it failed."""
    parts = _head(r, node, level)
    subject = convert(r, parts["value"][0]) if "value" in parts else None
    outer = around = r.guard
    tests: list[AnyExpr] = []
    ends: list[int] = []
    default: list[Node] | None = None
    carried: list[AnyExpr] = []
    for case in parts.get("", ()):
        inside = fields(r, case)
        body = inside.get("", [])
        if case.kind_id == _DEFAULT:
            default = body
            continue
        values = [*carried[-_MOST_CARRIED:], *_values(r, inside.get("value", []), subject)]
        test = _any_of(case, values)
        tests.append(test)
        carried = values if _falls_through(body) else []
        ends.append(_behind(body, guarded(r, body, level, "if", test, around), outer))
        if subject is None:
            around = r.guard = r.add_guard("else", test, around)
    if subject is not None and (default is not None or all(e == ENDED for e in ends)):
        for test in tests:
            around = r.add_guard("else", test, around)
    if default is not None:
        r.guard = around
        ends.append(_behind(default, run(r, default, level + 1), outer))
    else:
        ends.append(around if all(e == ENDED for e in ends) else outer)
    r.guard = outer
    return r.settle(ends)


def _head(r: Reader, node: Node, level: int) -> dict[str, list[Node]]:
    """The parts of a switch; its initializer is read."""
    parts = fields(r, node)
    for initializer in parts.get("initializer", ()):
        one(r, initializer, level)
    return parts


def _values(r: Reader, nodes: list[Node], subject: AnyExpr | None) -> list[AnyExpr]:
    """The tests of a case, one of which must hold."""
    found = [value for node in nodes for value in items(r, node, 0)]
    return found if subject is None else [facts.Binary(value.start, value.end, "==", subject, value) for value in found]


def _any_of(case: Node, tests: list[AnyExpr]) -> AnyExpr:
    if len(tests) == 1:
        return tests[0]
    return facts.Logic(case.start_byte, case.end_byte, "||", tuple(tests)) if tests else Const(case.start_byte, case.start_byte, None)


@statement("type_switch_statement")
def _type_switch(r: Reader, node: Node, level: int) -> bool:
    """`switch v := x.(type)`: under each case, `v` is x with the case's type."""
    parts = _head(r, node, level)
    outer = r.guard
    subject = convert(r, parts["value"][0]) if "value" in parts else Const(node.start_byte, node.start_byte, None)
    aliases = [name for alias in parts.get("alias", ()) for name in items(r, alias, 0)]
    ends: list[int] = []
    whole = False
    for case in parts.get("", ()):
        inside = fields(r, case)
        body = inside.get("", [])
        types = [convert(r, one_type) for one_type in inside.get("type", ())]
        whole = whole or case.kind_id == _DEFAULT
        among = types[0] if len(types) == 1 else facts.Sequence(case.start_byte, case.end_byte, "tuple", tuple(types))
        test = facts.Binary(case.start_byte, case.end_byte, "match", subject, among)
        before, r.guard = r.guard, r.add_guard("match", test, outer)
        for alias in aliases:
            r.assign(alias, subject, "match", alias.start, alias.end, types[0] if len(types) == 1 else None)
        ends.append(_behind(body, run(r, body, level + 1), outer))
        r.guard = before
    return r.settle(ends if whole else [*ends, outer])


@statement("select_statement")
def _select(r: Reader, node: Node, level: int) -> bool:
    """One of the cases is taken; without any, it waits for ever."""
    outer = r.guard
    ends: list[int] = []
    for case in r.clean(node.named_children):
        inside = fields(r, case)
        body = inside.get("", [])
        test: AnyExpr = Const(case.start_byte, case.start_byte, None)
        r.guard = guard = r.add_guard("match", test, outer)
        for communication in inside.get("communication", ()):
            test = _communication(r, communication, level)
            r.guards[guard] = facts.Guard("match", test, outer)
        ends.append(_behind(body, run(r, body, level + 1), outer))
        r.guard = outer
    return r.settle(ends)


def _communication(r: Reader, node: Node, level: int) -> AnyExpr:
    """`v := <-channel` or `channel <- v`: what is waited for."""
    parts = fields(r, node)
    if "right" in parts:
        one(r, node, level)
        known = r.assigns[-1].value if r.assigns and r.assigns[-1].start == node.start_byte else None
        return known if known is not None else Const(node.start_byte, node.end_byte, None)
    return convert(r, node)


def _falls_through(body: list[Node]) -> bool:
    last = body[-1] if body else None
    if last is not None and last.kind_id == _LIST:
        kids = last.named_children
        last = kids[-1] if kids else None
    return last is not None and last.kind_id == _FALLTHROUGH


def _behind(body: list[Node], end: int, outer: int) -> int:
    """The guard behind a case that ends so: a `break` of its own goes on behind the switch."""
    return outer if end == ENDED and _breaks(body) else end


def _breaks(body: list[Node]) -> bool:
    stack = list(body)
    while stack:
        node = stack.pop()
        if node.kind_id == _BREAK:
            if not node.named_child_count:
                return True
        elif node.kind_id not in _CLOSED:
            stack.extend(node.named_children)
    return False
