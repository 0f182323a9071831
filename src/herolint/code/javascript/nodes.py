"""How expression nodes are read: a table from node kind to the function that reads it, and what those functions share.

The table goes by the names of kinds, not by their numbers, since each of the three grammars numbers them its own way.
"""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from herolint.code import nodes
from herolint.code.facts import AnyExpr, Attr, Call, Choice, Logic, Name, Other, Sequence, Star
from herolint.code.grammar import Grammar
from herolint.code.reader import MAX_DEPTH, Reader

SKIPPED = frozenset({"comment", "html_comment", "hash_bang_line", "ERROR"})
"""Kinds that may stand between any two others."""
_GATHERERS = frozenset({"all", "allSettled", "race", "any"})
_CHAINED = frozenset({"then", "catch", "finally"})


class Script(Reader):
    """A reader of JavaScript."""

    __slots__ = ("broken", "namespaces")

    def __init__(self, data: bytes, encoding: str, grammar: Grammar) -> None:
        super().__init__(data, encoding, grammar)
        self.broken = False
        """Whether a `break` was met that leaves the innermost loop or `switch`."""
        self.namespaces = 0
        """How many TypeScript namespaces the reading is inside of."""

    def mark_awaited(self, value: AnyExpr | None) -> None:
        """Mark the calls that a value which is awaited, returned or yielded stands for."""
        todo = [] if value is None else [value]
        while todo:
            match todo.pop():
                case Call() as call:
                    self._mark(call)
                    todo += _waited_with(call)
                case Choice(then=then, other=other):
                    todo += (then, other)
                case Logic(parts=parts):
                    todo += parts

    def _mark(self, call: Call) -> None:
        """Mark one call; its fact is among those noted last."""
        for at in range(len(self.calls) - 1, -1, -1):
            start, end, fact = self.calls[at]
            if fact.call is call:
                self.calls[at] = start, end, type(fact)(call, fact.function, fact.klass, fact.guard, fact.block, True)
                return
            if end <= call.start:
                return


def _waited_with(call: Call) -> tuple[AnyExpr, ...]:
    """What is waited for when a call's promise is: `Promise.all`'s members, and the promise in front of `.then`."""
    func = call.func
    if not isinstance(func, Attr):
        return ()
    if func.name in _GATHERERS and isinstance(func.base, Name) and func.base.id == "Promise":
        return tuple(item for arg in call.args if isinstance(arg, Sequence) for item in arg.items if not isinstance(item, Star))
    return (func.base,) if func.name in _CHAINED else ()


Handler = nodes.Handler[Script]


def other(r: Script, node: Node, depth: int) -> AnyExpr:
    """What no function knows: `Other` over what is inside."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, node.type, items(r, node, depth + 1))


class _Table(dict[str, Handler]):
    def __missing__(self, kind: str) -> Handler:
        return other


HANDLERS = _Table()


def reads(*names: str) -> Callable[[Handler], Handler]:
    """Enters the decorated function into the table for these kinds of node."""

    def enter(handler: Handler) -> Handler:
        HANDLERS.update((name, handler) for name in names)
        return handler

    return enter


def convert(r: Script, node: Node, depth: int) -> AnyExpr:
    """The expression of a node; its calls, assignments and functions are noted on the way."""
    return HANDLERS[node.type](r, node, depth)


def items(r: Script, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """The expressions of a node's named children, read at `depth`."""
    found = []
    for kid in node.named_children:
        kind = kid.type
        if kind in SKIPPED:
            r.skip(kid)
        else:
            found.append(HANDLERS[kind](r, kid, depth))
    return tuple(found)


def rest(r: Script, node: Node, kids: list[Node], depth: int) -> AnyExpr:
    """A node whose children (already cleaned) are not what the grammar promises: `Other` over those that there are."""
    found = tuple(convert(r, k, depth + 1) for k in kids)
    return Other(node.start_byte, node.end_byte, node.type, found)


@reads("ERROR")
def _error(r: Script, node: Node, depth: int) -> AnyExpr:
    return r.defer(node)
