"""Go statements: lists of them, what guards each, and where control cannot get past them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Block, Call, CallFact, Const
from herolint.code.go.grammar import SKIPPED, kind
from herolint.code.go.nodes import HANDLERS, convert, fields, items
from herolint.code.queries import dotted
from herolint.code.reader import ENDED, Reader

Statement = Callable[[Reader, Node, int], bool]
"""Reads a statement at a level of nesting; whether control never gets past it. If it does, `guard` is what holds then."""

MAX_LEVEL = 100
"""How deep blocks may nest inside one function."""

BLOCK = kind("block")
_LIST = kind("statement_list")
_EXPRESSION = kind("expression_statement")
_IF = kind("if_statement")
_FOR_CLAUSE = kind("for_clause")
_RANGE_CLAUSE = kind("range_clause")
_EXITS = frozenset({
    "os.Exit", "syscall.Exit", "runtime.Goexit", "glog.Exit", "glog.Exitf", "glog.Exitln", "klog.Exit", "klog.Exitf", "klog.Exitln",
})  # fmt: skip
_FATAL = frozenset({"Fatal", "Fatalf", "Fatalln", "Fatalw", "Panic", "Panicf", "Panicln", "Panicw"})
"""Methods that every usual logger ends the process, or the goroutine, with."""

STATEMENTS: dict[int, Statement] = {}


def statement(*names: str) -> Callable[[Statement], Statement]:
    """Enters the decorated function into the table for these kinds of node."""

    def enter(reader: Statement) -> Statement:
        STATEMENTS.update((kind(name), reader) for name in names)
        return reader

    return enter


def block(r: Reader, node: Node, level: int) -> int:
    """Read the statements inside a node; the guard that holds behind the last one, or `ENDED`."""
    return run(r, node.named_children, level)


def run(r: Reader, nodes: Iterable[Node], level: int) -> int:
    """Read statements one after another; the guard that holds behind the last one, or `ENDED`."""
    entry = r.guard
    ended = False
    for kid in _each(nodes):
        if level > MAX_LEVEL:
            r.errors.add((kid.start_byte, kid.end_byte))
        elif one(r, kid, level):
            ended = True
    behind = ENDED if ended else r.guard
    r.guard = entry
    return behind


def one(r: Reader, node: Node, level: int) -> bool:
    """Read a single statement; whether control never gets past it."""
    number = node.kind_id
    if number in STATEMENTS:
        return STATEMENTS[number](r, node, level)
    if number in SKIPPED:
        r.skip(node)
        return False
    expr = HANDLERS[number](r, node, 0)
    return type(expr) is Call and _exits(expr)


def _each(nodes: Iterable[Node]) -> Iterator[Node]:
    """The statements among nodes: those of lists one by one."""
    for node in nodes:
        if node.kind_id == _LIST:
            yield from node.named_children
        else:
            yield node


@statement("expression_statement")
def _expression(r: Reader, node: Node, level: int) -> bool:
    ended = False
    for kid in node.named_children:
        ended = one(r, kid, level) or ended
    return ended


def _exits(call: Call) -> bool:
    """Whether a call ends the process or unwinds the stack, going by its usual name (`log.Fatal().Err(err).Msg("…")` too)."""
    at: AnyExpr = call
    while isinstance(at, Call):
        func = at.func
        if not isinstance(func, facts.Attr):
            return isinstance(func, facts.Name) and func.id == "panic"
        if func.name in _FATAL or dotted(func) in _EXITS:
            return True
        at = func.base
    return False


@statement("block")
def _block(r: Reader, node: Node, level: int) -> bool:
    end = block(r, node, level + 1)
    if end != ENDED:
        r.guard = end
    return end == ENDED


@statement("labeled_statement")
def _labeled(r: Reader, node: Node, level: int) -> bool:
    kids = r.clean(node.named_children)
    return len(kids) > 1 and one(r, kids[-1], level)


@statement("if_statement")
def _if(r: Reader, node: Node, level: int) -> bool:
    outer = around = r.guard
    test: AnyExpr = Const(node.start_byte, node.start_byte, None)
    ends: list[int] = []
    has_else = False
    at: Node | None = node
    while at is not None:
        parts = fields(r, at)
        at = None
        for initializer in parts.get("initializer", ()):
            one(r, initializer, level)
        for condition in parts.get("condition", ()):
            test = convert(r, condition)
        for consequence in parts.get("consequence", ()):
            ends.append(guarded(r, [consequence], level, "if", test, around))
        for alternative in parts.get("alternative", ()):
            if alternative.kind_id == _IF:
                around = r.guard = r.add_guard("else", test, around)
                at = alternative
            else:
                has_else = True
                ends.append(guarded(r, [alternative], level, "else", test, around))
    r.guard = outer
    if not has_else:
        # Unless all branches are left early, nothing can be told of the tests behind the statement beyond `around`.
        ends.append(around if any(e != ENDED for e in ends) else r.add_guard("else", test, around))
    return r.settle(ends)


def guarded(r: Reader, nodes: list[Node], level: int, sort: str, test: AnyExpr, around: int) -> int:
    """Read statements under a new guard; the guard behind the last one, or `ENDED`."""
    before, r.guard = r.guard, r.add_guard(sort, test, around)
    end = block(r, nodes[0], level + 1) if len(nodes) == 1 and nodes[0].kind_id == BLOCK else run(r, nodes, level + 1)
    r.guard = before
    return end


@statement("for_statement")
def _for(r: Reader, node: Node, level: int) -> bool:
    parts = fields(r, node)
    outer, around = r.guard, r.block
    head = parts.get("", [None])[0]
    if head is None:
        r.open_block(node, "while", Const(node.start_byte, node.start_byte, True))
    elif head.kind_id == _RANGE_CLAUSE:
        _range(r, node, head)
    elif head.kind_id == _FOR_CLAUSE:
        _counting(r, node, head, level)
    else:
        r.open_block(node, "while", None)
        # Read inside the loop, since the test runs each time round.
        test = convert(r, head)
        r.blocks[r.block] = Block("while", test, None, around, node.start_byte, node.end_byte)
        r.guard = r.add_guard("while", test, outer)
    for body in parts.get("body", ()):
        block(r, body, level + 1)
    r.guard, r.block = outer, around
    return False


def _counting(r: Reader, node: Node, head: Node, level: int) -> None:
    """`for start; test; step`: the test is the block's subject; without one it is a loop without end."""
    parts = fields(r, head)
    for initializer in parts.get("initializer", ()):
        one(r, initializer, level)
    around = r.open_block(node, "for", None)
    index = r.block
    tests = [convert(r, condition) for condition in parts.get("condition", ())]
    for update in parts.get("update", ()):
        one(r, update, level)
    sort, subject = ("for", tests[0]) if tests else ("while", Const(node.start_byte, node.start_byte, True))
    r.blocks[index] = Block(sort, subject, None, around, node.start_byte, node.end_byte)


def _range(r: Reader, node: Node, head: Node) -> None:
    """`for key, value := range iterable`: only the second name is an element (a key or count is `Other`, kind `key`)."""
    parts = fields(r, head)
    iterable = convert(r, parts["right"][0]) if "right" in parts else Const(head.end_byte, head.end_byte, None)
    targets = [target for left in parts.get("left", ()) for target in items(r, left, 0)]
    target: AnyExpr | None = targets[0] if targets else None
    if len(targets) > 1:
        target = facts.Sequence(targets[0].start, targets[-1].end, "tuple", tuple(targets))
    r.open_block(node, "for", iterable, target)
    values: list[AnyExpr] = [facts.Other(iterable.start, iterable.end, "key", (iterable,)), iterable]
    for name, value in zip(targets, values, strict=False):
        r.assign(name, value, "for", head.start_byte, head.end_byte)


@statement("return_statement")
def _return(r: Reader, node: Node, level: int) -> bool:
    """The first of several values stands for the call; the others have op `also`."""
    kids = r.clean(node.named_children)
    found = items(r, kids[0], 0) if kids else ()
    for i, value in enumerate(found or (None,)):
        r.returns.append(facts.Return(value, "also" if i else "return", r.function, r.guard, r.block))
    return True


@statement("break_statement", "continue_statement", "goto_statement")
def _jump(r: Reader, node: Node, level: int) -> bool:
    r.clean(node.named_children)
    return True


@statement("fallthrough_statement", "empty_statement")
def _nothing(r: Reader, node: Node, level: int) -> bool:
    return False


@statement("go_statement", "defer_statement")
def _elsewhere(r: Reader, node: Node, level: int) -> bool:
    """A call that runs beside this function or at its end; what its arguments call runs here and now."""
    found = items(r, node, 0)
    if found and r.calls and r.calls[-1][2].call is found[0]:
        sort = "go" if r.text.startswith("go", node.start_byte) else "defer"
        around = r.open_block(node, sort, found[0])
        start, end, fact = r.calls[-1]
        r.calls[-1] = start, end, CallFact(fact.call, fact.function, fact.klass, fact.guard, r.block, sort == "defer")
        r.block = around
    return False
