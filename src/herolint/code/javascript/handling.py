"""JavaScript's loops, `try` and `switch`."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Block, Const, Other
from herolint.code.javascript.nodes import Script, convert
from herolint.code.javascript.patterns import PATTERNS, bind, small
from herolint.code.javascript.statements import STATEMENTS, body, run, statement
from herolint.code.reader import ENDED

_MOST_TESTS = 32
"""How many cases a guard names that are reached by falling through from one to the next."""


def _looped(r: Script, node: Node, depth: int) -> None:
    """Read the body of a loop; what leaves it does not leave what is around it."""
    guard, broken = r.guard, r.broken
    body(r, node, depth)
    r.guard, r.broken = guard, broken


@statement("while_statement")
def _while(r: Script, node: Node, depth: int) -> bool:
    outer = r.guard
    around = r.open_block(node, "while", None)
    index = r.block
    kids = r.clean(node.named_children)
    if kids:
        # Read inside the loop, since the test runs each time round.
        test = convert(r, kids[0], depth + 1)
        r.blocks[index] = Block("while", test, None, around, node.start_byte, node.end_byte)
        if not (isinstance(test, Const) and test.value):
            r.guard = r.add_guard("while", test, outer)
    for kid in kids[1:]:
        _looped(r, kid, depth)
    r.guard, r.block = outer, around
    return False


@statement("do_statement")
def _do(r: Script, node: Node, depth: int) -> bool:
    around = r.open_block(node, "while", None)
    index = r.block
    inside, condition = node.child_by_field_name("body"), node.child_by_field_name("condition")
    if inside is not None:
        _looped(r, inside, depth)
    if condition is not None:
        test = convert(r, condition, depth + 1)
        r.blocks[index] = Block("while", test, None, around, node.start_byte, node.end_byte)
    r.block = around
    return False


@statement("for_statement")
def _for(r: Script, node: Node, depth: int) -> bool:
    """`for (start; test; step)`: without a test it is `while (true)`."""
    fields = (node.child_by_field_name(field) for field in ("initializer", "condition", "increment", "body"))
    start, condition, step, inside = (None if kid is None or kid.type in (";", "empty_statement") else kid for kid in fields)
    if start is not None:
        run(r, (start,), depth + 1)
    endless = condition is None
    test: AnyExpr | None = Const(node.start_byte, node.start_byte, True) if endless else None
    around = r.open_block(node, "while" if endless else "for", test)
    index = r.block
    if condition is not None:
        inner = convert(r, condition, depth + 1)
        r.blocks[index] = Block("for", inner, None, around, node.start_byte, node.end_byte)
    if step is not None:
        convert(r, step, depth + 1)
    if inside is not None:
        _looped(r, inside, depth)
    r.block = around
    return False


@statement("for_in_statement")
def _for_in(r: Script, node: Node, depth: int) -> bool:
    """`for (x of y)`; with `in` the keys of `y` are taken."""
    left, right, inside = (node.child_by_field_name(field) for field in ("left", "right", "body"))
    if left is None or right is None:
        return False
    kinds = {kid.type for kid in node.children}
    start, end = left.start_byte, right.end_byte
    taken = convert(r, right, depth + 1)
    if "await" in kinds:
        r.mark_awaited(taken)
    if "in" in kinds:
        taken = Other(right.start_byte, end, "keys", (taken,))
    around = r.block
    if left.type in PATTERNS:
        r.open_block(node, "for", taken)
        bind(r, left, Other(right.start_byte, end, "item", (taken,)), depth, "for")
    else:
        target = convert(r, left, depth + 1)
        r.open_block(node, "for", taken, target)
        r.assign(target, taken, "for", start, end)
    if inside is not None:
        _looped(r, inside, depth)
    r.block = around
    return False


@statement("try_statement")
def _try(r: Script, node: Node, depth: int) -> bool:
    outer, handled = r.guard, r.handled
    inside, catch, last = (node.child_by_field_name(field) for field in ("body", "handler", "finalizer"))
    ends: list[int] = []
    r.clean(node.named_children)
    if inside is not None:
        r.handled = handled or (catch is not None and not _rethrows(catch))
        around = r.open_block(node, "try", None)
        ends.append(body(r, inside, depth))
        r.handled, r.block = handled, around
    if catch is not None:
        ends.append(_catch(r, catch, depth))
    finished = False
    if last is not None:
        for kid in r.clean(last.named_children):
            finished = body(r, kid, depth) == ENDED
    r.guard = outer
    return r.settle(ends or [outer]) or finished


def _rethrows(catch: Node) -> bool:
    inside = catch.child_by_field_name("body")
    return inside is not None and any(kid.type == "throw_statement" for kid in inside.named_children)


def _catch(r: Script, node: Node, depth: int) -> int:
    """Read what catches; the guard behind it."""
    outer = r.guard
    caught = Const(node.start_byte, node.start_byte, None)
    r.guard = r.add_guard("except", caught, outer)
    name, inside = node.child_by_field_name("parameter"), node.child_by_field_name("body")
    if name is not None:
        value = Other(name.start_byte, name.end_byte, "caught") if name.type in PATTERNS else caught
        bind(r, name, value, depth, "except")
    end = body(r, inside, depth) if inside is not None else r.guard
    r.guard = outer
    return end


@statement("switch_statement")
def _switch(r: Script, node: Node, depth: int) -> bool:
    """A case holds where the subject equals its value, or where the case before falls through to it."""
    value, listed = node.child_by_field_name("value"), node.child_by_field_name("body")
    if value is None or listed is None:
        return False
    outer, broken, r.broken = r.guard, r.broken, False
    subject = convert(r, value, depth + 1)
    cases = [kid for kid in r.clean(listed.named_children) if kid.type in ("switch_case", "switch_default")]
    tests = [_case_test(r, case, subject, depth) for case in cases]
    known = [test for test in tests if test is not None]
    ends: list[int] = []
    pending: list[AnyExpr | None] = []
    for case, test in zip(cases, tests, strict=True):
        # One more than a guard names tells that it would name too many.
        pending = [*pending[-_MOST_TESTS:], test]
        statements = [kid for kid in case.children_by_field_name("body") if kid.is_named]
        if statements:
            r.guard = _case_guard(r, pending, known, outer)
            end = run(r, statements, depth + 1)
            ends.append(end)
            r.guard = outer
            if end == ENDED:
                pending = []
    whole = None in tests and not r.broken
    r.broken = broken
    return r.settle(ends if whole and ends else [*ends, outer])


def _case_test(r: Script, case: Node, subject: AnyExpr, depth: int) -> AnyExpr | None:
    """The condition of a case; None for `default`."""
    value = case.child_by_field_name("value")
    for kid in case.named_children:
        if kid.type == "comment":
            r.skip(kid)
    if value is None:
        return None
    found = convert(r, value, depth + 1)
    if isinstance(subject, Const) and subject.value is True:
        return found
    same = subject if small(subject) else Other(subject.start, subject.end, "subject")
    return facts.Binary(found.start, found.end, "==", same, found)


def _case_guard(r: Script, pending: list[AnyExpr | None], tests: list[AnyExpr], outer: int) -> int:
    """The guard of a case that is reached under any of `pending`."""
    if pending == [None] and tests:
        return r.add_guard("else", _any(tests), outer)
    reached = [test for test in pending if test is not None]
    if len(reached) < len(pending) or len(reached) > _MOST_TESTS:
        return outer
    return r.add_guard("if", _any(reached), outer)


def _any(tests: list[AnyExpr]) -> AnyExpr:
    return tests[0] if len(tests) == 1 else facts.Logic(tests[0].start, tests[-1].end, "||", tuple(tests))


@statement("switch_case", "switch_default")
def _loose_case(r: Script, node: Node, depth: int) -> bool:
    """A case outside of a `switch`, in broken code."""
    for kid in r.clean(node.named_children):
        if kid.type in STATEMENTS or kid.type == "expression_statement":
            run(r, (kid,), depth + 1)
        else:
            convert(r, kid, depth + 1)
    return False
