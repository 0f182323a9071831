"""Ruby's `begin`, `case` and pattern matching: what is tried, what is caught, which case applies."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Const, Other
from herolint.code.reader import ENDED
from herolint.code.ruby.assignments import declare_names, target
from herolint.code.ruby.grammar import SKIPPED, kind
from herolint.code.ruby.nodes import convert, guarded, items, nothing, statement, statements, steers
from herolint.code.ruby.reader import RubyReader

_RESCUE = kind("rescue")
_ELSE = kind("else")
_ENSURE = kind("ensure")
_THEN = kind("then")
_WHEN = kind("when")
_IN_CLAUSE = kind("in_clause")
_PATTERN = kind("pattern")
_EXCEPTIONS = kind("exceptions")
_VARIABLE = kind("exception_variable")
_GUARDS = frozenset({kind("if_guard"), kind("unless_guard")})
_CLAUSES = frozenset({_RESCUE, _ELSE, _ENSURE})
_MOST_CHOICES = 64
"""How many branches of a `case` nest in one expression."""
_LOAD_FAILURES = frozenset({"LoadError", "ScriptError", "Exception"})


@steers("begin", "body_statement")
def _begin(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    end, value = body(r, node, depth, tail)
    if end != ENDED:
        r.guard = end
    return end == ENDED, value


def body(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[int, AnyExpr]:
    """Read a body that may have `rescue`, `else` and `ensure`: the guard behind it, or `ENDED`, and its value."""
    kids = r.clean(node.named_children)
    tried = [kid for kid in kids if kid.kind_id not in _CLAUSES]
    clauses = [kid for kid in kids if kid.kind_id in _CLAUSES]
    if not clauses:
        end, value = statements(r, kids, depth + 1, tail)
        return end, value if value is not None else nothing(node)
    outer, handled = r.guard, r.handled
    has_else = any(kid.kind_id == _ELSE for kid in clauses)
    r.handled = handled or any(_survives_load(r, kid) for kid in clauses if kid.kind_id == _RESCUE)
    around = r.open_block(node, "try", None)
    end, value = statements(r, tried, depth + 1, tail and not has_else)
    r.handled, r.block = handled, around
    ends, finished = [end], False
    for kid in clauses:
        if kid.kind_id == _RESCUE:
            ends.append(_rescue(r, kid, depth, tail))
        elif kid.kind_id == _ELSE:
            r.guard = end if end != ENDED else outer
            end, value = statements(r, r.clean(kid.named_children), depth + 1, tail)
            ends[0] = end if ends[0] != ENDED else ENDED
        else:
            finished = statements(r, r.clean(kid.named_children), depth + 1, False)[0] == ENDED
        r.guard = outer
    ended = r.settle(ends) or finished
    behind, r.guard = r.guard, outer
    return ENDED if ended else behind, value if value is not None else nothing(node)


def _rescue(r: RubyReader, node: Node, depth: int, tail: bool) -> int:
    """Read a handler; the guard behind it. What it catches is a constant None where nothing is named."""
    caught: tuple[AnyExpr, ...] = ()
    variable: AnyExpr | None = None
    block: Node | None = None
    for kid in r.clean(node.named_children):
        if kid.kind_id == _EXCEPTIONS:
            caught = items(r, kid, depth + 1)
        elif kid.kind_id == _VARIABLE:
            variable = next((target(r, name, depth + 1) for name in r.clean(kid.named_children)), None)
        elif kid.kind_id == _THEN:
            block = kid
    test: AnyExpr = Const(node.start_byte, node.start_byte, None)
    if caught:
        test = caught[0] if len(caught) == 1 else facts.Sequence(caught[0].start, caught[-1].end, "list", caught)
    outer, r.guard = r.guard, r.add_guard("except", test, r.guard)
    if variable is not None:
        r.assign(variable, test, "except", variable.start, variable.end)
    end = statements(r, r.clean(block.named_children), depth + 1, tail)[0] if block is not None else r.guard
    r.guard = outer
    return end


def _survives_load(r: RubyReader, node: Node) -> bool:
    """Whether a handler catches a `require` that fails: a bare `rescue` does not."""
    named = next((kid for kid in node.named_children if kid.kind_id == _EXCEPTIONS), None)
    names = r.word(named).replace(",", " ").split() if named is not None else []
    return any(name.removeprefix("::") in _LOAD_FAILURES for name in names)


@steers("rescue_modifier")
def _rescue_modifier(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """`value rescue other`: both as parts."""
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return False, Other(node.start_byte, node.end_byte, "rescue", items(r, node, depth + 1))
    outer, around = r.guard, r.open_block(kids[0], "try", None)
    first_ended, value = statement(r, kids[0], depth + 1, tail)
    end = ENDED if first_ended else r.guard
    r.block = around
    r.guard = r.add_guard("except", Const(kids[1].start_byte, kids[1].start_byte, None), outer)
    second_ended, handler = statement(r, kids[1], depth + 1, tail)
    ends = [end, ENDED if second_ended else r.guard]
    r.guard = outer
    return r.settle(ends), Other(node.start_byte, node.end_byte, "rescue", (value, handler))


@steers("case")
def _case(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """Tests of constants chain as `if … elsif` do; what `===` decides in other ways is a guard of kind `match`."""
    outer = around = r.guard
    subject: AnyExpr | None = None
    ends: list[int] = []
    choices: list[tuple[AnyExpr, AnyExpr]] = []
    last: AnyExpr | None = None
    for kid in r.clean(node.named_children):
        r.guard = around
        if kid.kind_id == _WHEN:
            test, exact, block = _when(r, kid, subject, depth)
            end = around
            value: AnyExpr = nothing(kid)
            if block is not None:
                end, value = guarded(r, block, depth, tail, "if" if exact else "match", test)
            ends.append(end)
            choices.append((test, value))
            if exact:
                around = r.add_guard("else", test, around)
        elif kid.kind_id == _ELSE:
            end, last = statements(r, r.clean(kid.named_children), depth + 1, tail)
            last = last if last is not None else nothing(kid)
            ends.append(end)
        else:
            subject = convert(r, kid, depth + 1)
    r.guard = outer
    if last is None:
        ends.append(outer if any(e != ENDED for e in ends) else around)
        last = nothing(node)
    return r.settle(ends), _chosen(node, choices, last)


def _chosen(node: Node, choices: list[tuple[AnyExpr, AnyExpr]], last: AnyExpr) -> AnyExpr:
    """The value of a `case`: nested choices from (test, value) and what is left."""
    if len(choices) > _MOST_CHOICES:
        return Other(node.start_byte, node.end_byte, "case", (*(value for _, value in choices), last))
    for test, value in reversed(choices):
        last = facts.Choice(test.start, node.end_byte, test, value, last)
    return last


def _when(r: RubyReader, node: Node, subject: AnyExpr | None, depth: int) -> tuple[AnyExpr, bool, Node | None]:
    """The test of a `when`, whether it compares with constants alone (or is a test of its own), and its body."""
    tests: list[AnyExpr] = []
    exact, block = True, None
    for kid in r.clean(node.named_children):
        if kid.kind_id == _PATTERN:
            for wanted in items(r, kid, depth + 1):
                if subject is None:
                    tests.append(wanted)
                    continue
                plain = isinstance(wanted, Const)
                exact = exact and plain
                tests.append(facts.Binary(wanted.start, wanted.end, "==" if plain else "match", subject, wanted))
        elif kid.kind_id == _THEN:
            block = kid
    if not tests:
        return Const(node.start_byte, node.start_byte, None), False, block
    test = tests[0] if len(tests) == 1 else facts.Logic(tests[0].start, tests[-1].end, "||", tuple(tests))
    return test, exact, block


@steers("case_match")
def _case_match(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    outer = r.guard
    subject: AnyExpr = nothing(node)
    ends: list[int] = []
    values: list[AnyExpr] = []
    whole = False
    for kid in r.clean(node.named_children):
        if kid.kind_id == _IN_CLAUSE:
            end, value = _in_clause(r, kid, subject, depth, tail)
        elif kid.kind_id == _ELSE:
            whole = True
            end, last = statements(r, r.clean(kid.named_children), depth + 1, tail)
            value = last if last is not None else nothing(kid)
        else:
            subject = convert(r, kid, depth + 1)
            continue
        ends.append(end)
        values.append(value)
    r.guard = outer
    return r.settle(ends if whole else [*ends, outer]), Other(node.start_byte, node.end_byte, "case", tuple(values))


def _in_clause(r: RubyReader, node: Node, subject: AnyExpr, depth: int, tail: bool) -> tuple[int, AnyExpr]:
    test: AnyExpr = facts.Binary(node.start_byte, node.end_byte, "match", subject, nothing(node))
    end, value = r.guard, nothing(node)
    result: AnyExpr = value
    for kid in node.named_children:
        if kid.kind_id in SKIPPED:
            r.skip(kid)
        elif kid.kind_id == _THEN:
            end, result = guarded(r, kid, depth, tail, "match", test)
        elif kid.kind_id in _GUARDS:
            found = items(r, kid, depth + 1)
            test = found[0] if found else test
        else:
            text = Const(kid.start_byte, kid.end_byte, r.word(kid))
            test = facts.Binary(node.start_byte, kid.end_byte, "match", subject, text)
            for name in declare_names(r, kid):
                r.assign(name, subject, "match", name.start, name.end)
    return end, result


@steers("match_pattern", "test_pattern")
def _one_line_match(r: RubyReader, node: Node, depth: int, tail: bool) -> tuple[bool, AnyExpr]:
    """`value => pattern` and `value in pattern`."""
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return False, Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))
    subject = convert(r, kids[0], depth + 1)
    for name in declare_names(r, kids[1]):
        r.assign(name, subject, "match", name.start, name.end)
    text = Const(kids[1].start_byte, kids[1].end_byte, r.word(kids[1]))
    value = facts.Binary(node.start_byte, node.end_byte, "match", subject, text)
    if tail:
        r.give_back(value, r.function)
    return False, value
