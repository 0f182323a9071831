"""Calls inside the project: from a handler or the boot code, through resolved calls, to the place that does the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from herolint.app.codebase import Mod
from herolint.app.link import Linker
from herolint.app.reach import HAND_OFFS, FunctionRef, Reach
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.finding import Place

MAX_CALLS = 20_000
AT_ONCE = frozenset(
    """
    forEach map filter reduce some every find flatMap then catch finally each each_with_index times collect select tap transaction
    loop $transaction eachSeries mapSeries parallel waterfall retry Promise each_slice each_with_object find_each in_groups_of
    """.split()
)
"""Calls that call the function they are given before they return, or whose result somebody waits for."""
LATER = frozenset(
    """
    setTimeout setInterval setImmediate nextTick queueMicrotask on once process addListener addEventListener subscribe schedule cron
    defer after waitUntil spawn fork perform_later use get post put patch delete all route every listen
    """.split()
)
"""Calls that keep the function for later: timers, events, jobs, routes."""


ANSWERS = frozenset({"res", "response", "reply", "resp", "next"})
"""How handlers call what they answer with."""


class Step(msgspec.Struct, frozen=True):
    """A function on a path, and the call that led to it (None for the first)."""

    ref: FunctionRef
    call: tuple[Mod, CallFact] | None
    before: Step | None

    def calls(self) -> tuple[tuple[Mod, CallFact], ...]:
        """The calls on the way, last to first."""
        found: list[tuple[Mod, CallFact]] = []
        step: Step | None = self
        while step is not None:
            if step.call is not None:
                found.append(step.call)
            step = step.before
        return tuple(found)

    def places(self) -> tuple[Place, ...]:
        """The calls on the way, first to last."""
        found: list[Place] = []
        step: Step | None = self
        while step is not None:
            if step.call is not None:
                mod, fact = step.call
                found.append(mod.place(fact.call.func, _name(fact.call.func)))
            step = step.before
        return tuple(reversed(found))


class Flow:
    """Follows direct calls of one process. A name handed on (`Thread(target=f)`, `task.delay`) is no call."""

    def __init__(
        self, linker: Linker, reach: Reach, waited: frozenset[tuple[str, int]] = frozenset(), with_background: bool = False
    ) -> None:
        self.linker = linker
        self.reach = reach
        self.with_background = with_background
        """Whether calls count whose end nobody waits for."""
        self.waited = waited
        """Calls (path, start) whose end is waited for though no word at the call says so."""

    def from_functions(self, starts: list[FunctionRef], waits: bool = False) -> dict[FunctionRef, Step]:
        """Every function that the starts call, directly or not, with the shortest path to each.

        `waits`: somebody waits for the end, so that callbacks of calls that are not known to keep them for later count as called.
        """
        found: dict[FunctionRef, Step] = {}
        queue: deque[Step] = deque()
        for start in starts:
            if start not in found:
                found[start] = Step(start, None, None)
                queue.append(found[start])
        while queue and len(found) < MAX_CALLS:
            step = queue.popleft()
            for mod, fact, callee in self.calls(step.ref, waits):
                if callee not in found:
                    found[callee] = Step(callee, (mod, fact), step)
                    queue.append(found[callee])
        return found

    def calls(self, ref: FunctionRef, waits: bool = False) -> Iterator[tuple[Mod, CallFact, FunctionRef]]:
        """Calls that the function itself makes to functions of the project."""
        mod = self.linker.code.mod(ref.path)
        if mod is None:
            return
        for fact in self.own_calls(mod, ref.number):
            func = fact.call.func
            if _in_background(mod, fact.block):
                continue
            name = _name(func)
            if name in AT_ONCE or (waits and name not in LATER and name not in HAND_OFFS):
                for given in fact.call.args:
                    if isinstance(given, facts.Closure):
                        yield mod, fact, FunctionRef(mod.path, given.number)
            if isinstance(func, facts.Attr) and func.name in HAND_OFFS:
                target = self.linker.resolve(mod, fact.function, func.base)
                if target is None or target.kind in ("function", "external"):
                    continue
            target = self.linker.resolve(mod, fact.function, func)
            if target is None or target.mod is None:
                continue
            if target.kind == "function":
                fn = target.mod.facts.functions[target.number]
                if fn.is_async and not (
                    fact.awaited or self.with_background or (mod.path, fact.call.start) in self.waited or (waits and _hands_answer(fact))
                ):
                    continue
                yield mod, fact, FunctionRef(target.mod.path, target.number)
                yield from ((mod, fact, ref) for ref in _called_back(mod, fact, target.mod, target.number))
            elif target.kind == "class" or (target.kind == "instance" and name == "new"):
                init = target.mod.methods.get(target.number, {}).get(self.linker.dialect(target.mod).constructor)
                if init is not None:
                    yield mod, fact, FunctionRef(target.mod.path, init)

    def own_calls(self, mod: Mod, index: int) -> Iterator[CallFact]:
        """Call facts directly in a function (or the module body, -1) that run in production."""
        for fact in calls_of(mod).get(index, ()):
            if self.reach.runs(mod, fact.guard) is not False:
                yield fact


def _called_back(mod: Mod, fact: CallFact, callee: Mod, number: int) -> Iterator[FunctionRef]:
    """Functions in place that a function of the project is given, and that it calls itself."""
    params = callee.facts.functions[number].params
    given = [(params[at].name, arg) for at, arg in enumerate(fact.call.args[: len(params)]) if isinstance(arg, facts.Closure)]
    called = {_name(inner.call.func) for inner in calls_of(callee).get(number, ())} if given else ()
    yield from (FunctionRef(mod.path, arg.number) for name, arg in given if name in called)


def _hands_answer(fact: CallFact) -> bool:
    """Whether a call is given the answer to write: whoever made it, the visitor waits."""
    return any(isinstance(arg, facts.Name) and arg.id in ANSWERS for arg in fact.call.args)


def _in_background(mod: Mod, block: int) -> bool:
    """Whether a call stands in a `go` statement."""
    while block != NONE:
        if mod.facts.blocks[block].kind == "go":
            return True
        block = mod.facts.blocks[block].parent
    return False


def calls_of(mod: Mod) -> dict[int, list[CallFact]]:
    """The module's call facts by the function that makes them."""
    table = mod.__dict__.get("_calls_of")
    if table is None:
        table = {}
        for fact in mod.facts.calls:
            table.setdefault(fact.function, []).append(fact)
        mod.__dict__["_calls_of"] = table
    return table


def _name(func: facts.AnyExpr) -> str:
    return func.name if isinstance(func, facts.Attr) else func.id if isinstance(func, facts.Name) else ""
