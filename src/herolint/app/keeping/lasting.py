"""Which values in memory matter to visitors: those that one handler leaves for another, not caches and values made once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.events import event_handlers
from herolint.app.calling.flow import Flow
from herolint.app.keeping.held import Held, Use
from herolint.app.keeping.state import held_values
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import last_name, walk
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Program

_HARMLESS = frozenset(
    """
    cache caches cached caching memo memoized lock locks mutex semaphore metric metrics stat stats counter counters log logs logger
    registry registered config settings options model models engine pool tokenizer lru prefetched loaded translations
    """.split()
)
"""Words in names of what may be lost or is made again: caches, locks, measurements, what is loaded once."""
_SOCKETS = frozenset("client clients connection connections conn conns socket sockets subscriber subscribers listeners ws sid sids".split())
_EACH_TIME = frozenset("before_request before_first_request after_request teardown_request middleware on_event".split())
"""Decorators of functions that run around every request, so that what they set is set anew."""
_SAVES = frozenset("dump dumps to_csv to_json to_pickle save writeFile writeFileSync".split())
_TEXT = "stringify"
"""What makes text of a value: a step of saving it where the module writes files, of sending it elsewhere."""
_WRITES = frozenset("writeFile writeFileSync outputFile outputFileSync".split())
_WORDS = lazy(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Lasting(msgspec.Struct, frozen=True):
    """A value that must last from one request to the next, with one change and one read that show it.

    `stored`: what changes it stores it elsewhere as well, so that it is not lost; other processes keep the old value all the same.
    """

    held: Held
    change: Use
    read: Use
    stored: bool


def lasting_values(program: Program) -> tuple[Lasting, ...]:
    """The values in memory that handlers leave for one another, in files order."""
    held = [h for h in held_values(program) if h.of("add", "rebind") and not _harmless(h)]
    if not held:
        return ()
    judge = _Judge(program)
    return tuple(found for h in held if (found := judge.lasting(h)) is not None)


def _harmless(held: Held) -> bool:
    words = {word.lower() for word in _WORDS.findall(held.name)}
    return not _HARMLESS.isdisjoint(words)


class _Judge:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.flow = Flow(program.linker, program.reach["web"], with_background=True)
        self.edges: dict[FunctionRef, tuple[FunctionRef, ...]] = {}
        self.handlers: dict[FunctionRef, set[FunctionRef]] = {}
        for handler in (*program.handlers.get("web", ()), *event_handlers(program.in_event)):
            for ref in self._below(handler.ref):
                self.handlers.setdefault(ref, set()).add(handler.ref)
        self.shares = any("web" in e.processes and e.row.kind in ("Redis", "broker") for e in program.effects_of("connects"))

    def _below(self, start: FunctionRef) -> set[FunctionRef]:
        seen, queue = {start}, [start]
        while queue:
            at = queue.pop()
            if at not in self.edges:
                self.edges[at] = tuple(callee for _, _, callee in self.flow.calls(at))
            for callee in self.edges[at]:
                if callee not in seen:
                    seen.add(callee)
                    queue.append(callee)
        return seen

    def lasting(self, held: Held) -> Lasting | None:
        changes = [use for use in held.of("add", "rebind") if not self._made_once(held, use) and not self._each_time(use)]
        reads = [*held.of("read"), *(use for use in held.of("remove"))]
        if not changes or not reads or self._read_through(held, changes) or self._saved(held):
            return None
        if self.shares and (self._only_sockets(held) or all(self._fallback(use) for use in changes)):
            return None
        if self._refreshed(held, changes):
            return None
        for part in dict.fromkeys(use.part for use in changes):
            found = self._left(held, [use for use in changes if _meet(use.part, part)], [use for use in reads if _meet(use.part, part)])
            if found is not None:
                return found
        return None

    def _left(self, held: Held, changes: list[Use], reads: list[Use]) -> Lasting | None:
        """A change with a read by another handler."""
        writing = {h for use in changes for h in self.handlers.get(use.ref, ())}
        for use in reads:
            others = self.handlers.get(use.ref, set()) - writing
            if others or (held.container and len(writing | self.handlers.get(use.ref, set())) > 1 and use.ref != changes[0].ref):
                return Lasting(held, changes[0], use, all(self._stores(change) for change in changes))
        return None

    def _stores(self, use: Use) -> bool:
        """Whether the function that makes a change also writes to a database."""
        names = {fact.call.func.name for fact in use.mod.calls_of.get(use.function, ()) if isinstance(fact.call.func, facts.Attr)}
        return not self.program.knows(use.mod).containers.stores.isdisjoint(names)

    def _made_once(self, held: Held, use: Use) -> bool:
        """`if model is None: model = load()`: set while it is not there yet."""
        return _in_once(use) or (use.kind == "rebind" and any(_mentions(test, held) for test in _tests(use)))

    def _each_time(self, use: Use) -> bool:
        fn = use.mod.facts.functions[use.function] if use.function != NONE else None
        for decorator in fn.decorators if fn is not None else ():
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            name = last_name(inner)
            if name in _EACH_TIME:
                return True
        return False

    def _read_through(self, held: Held, changes: list[Use]) -> bool:
        """Whether every function that fills it looks it up first and gives back what it looked up or made: a cache."""
        refs = {use.ref for use in changes}
        if {use.ref for use in held.of("read")} <= refs and len(refs) == 1:
            return True
        return all(self._gives_back(held, use) for use in changes)

    def _gives_back(self, held: Held, use: Use) -> bool:
        looked_up = any(_mentions(test, held) for test in _tests(use)) or any(r.ref == use.ref for r in held.of("read"))
        if not looked_up or not isinstance(use.value, facts.Name | facts.Call | facts.Unary):
            return False
        kept = {inner.id for inner in walk(use.value) if isinstance(inner, facts.Name)} if isinstance(use.value, facts.Name) else set()
        for returned in use.mod.facts.returns:
            if returned.function == use.function and returned.value is not None:
                names = {inner.id for inner in walk(returned.value) if isinstance(inner, facts.Name)}
                if names & kept or _root_name(returned.value) == held.name.rpartition(".")[2]:
                    return True
        return False

    def _refreshed(self, held: Held, changes: list[Use]) -> bool:
        """Whether it is only set anew when a clock says that it is old."""
        for use in changes:
            tests = " ".join(
                (inner.name if isinstance(inner, facts.Attr) else inner.id).lower()
                for test in _tests(use)
                for inner in walk(test)
                if isinstance(inner, facts.Name | facts.Attr)
            )
            if use.kind != "rebind" or not re.search(r"time|now|expire|ttl|stale|updated|refresh|monotonic|age\b", tests):
                return False
        return True

    def _saved(self, held: Held) -> bool:
        """Whether it is also written to a file or a database as a whole: then memory is not its only place."""
        last = held.name.rpartition(".")[2]
        calls = [(last_name(fact.call.func), fact) for fact in held.mod.facts.calls]
        saves = _SAVES | {_TEXT} if any(name in _WRITES for name, _ in calls) else _SAVES
        return any(name in saves and any(_root_name(arg) == last for arg in fact.call.args) for name, fact in calls)

    def _only_sockets(self, held: Held) -> bool:
        return not _SOCKETS.isdisjoint(word.lower() for word in _WORDS.findall(held.name.rpartition(".")[2]))

    def _fallback(self, use: Use) -> bool:
        """In the `else` or `except` of something: what is done when the shared store is not there."""
        at = use.guard
        while at != NONE:
            guard = use.mod.facts.guards[at]
            if guard.kind in ("else", "except"):
                return True
            at = guard.parent
        return False


def _meet(one: str, other: str) -> bool:
    """Whether two uses may be about the same field."""
    return not one or not other or one == other


def _in_once(use: Use) -> bool:
    """Whether a change stands in a function that runs once: `once.Do(func() { … })`."""
    number = use.function
    while number != NONE:
        for fact in use.mod.facts.calls:
            func = fact.call.func
            if (
                isinstance(func, facts.Attr)
                and func.name in ("Do", "DoOnce")
                and any(isinstance(arg, facts.Closure) and arg.number == number for arg in fact.call.args)
            ):
                return True
        number = use.mod.facts.functions[number].parent
    return False


def _tests(use: Use) -> Iterator[facts.AnyExpr]:
    at = use.guard
    while at != NONE:
        guard = use.mod.facts.guards[at]
        yield guard.test
        at = guard.parent


def _mentions(test: facts.AnyExpr, held: Held) -> bool:
    last = held.name.rpartition(".")[2]
    return any(
        (isinstance(inner, facts.Name) and inner.id == last) or (isinstance(inner, facts.Attr) and inner.name == last)
        for inner in walk(test)
    )


def _root_name(expr: facts.AnyExpr) -> str:
    at: facts.AnyExpr = expr
    while True:
        match at:
            case facts.Name(id=name):
                return name
            case facts.Attr(name=name, base=facts.Name()):
                return name
            case facts.Index(base=base) | facts.Attr(base=base) | facts.Call(func=base) | facts.Unary(value=base):
                at = base
            case _:
                return ""
