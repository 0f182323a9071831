"""Calls inside the project: from a handler or the boot code, through resolved calls, to the place that does the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from herolint.app.calling.answers import answered
from herolint.app.calling.promises import answers_then, gives_promise, hands_answer
from herolint.app.linking.given import awaited_by, called_parameters, given_functions, joined, table_of, wrapped
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.object_tables import taken_from_table
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import HAND_OFFS, Follows, FunctionRef, Reach
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import dotted, last_name
from herolint.finding import Place
from herolint.knowledge.calls import CallRow

MAX_CALLS = 20_000
"""Functions that are found from one set of starts; in a tree with more, the rest counts as not reached."""
MAX_IMPLEMENTATIONS = 3
"""In how many classes a method may be written where only its name tells which one is called."""
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
    defer after waitUntil spawn fork stream perform_later use get post put patch delete all route every listen
    """.split()
)
"""Calls that keep the function for later: timers, events, jobs, routes."""

NOW = {"perform_now": "perform", "perform_inline": "perform", "perform_sync": "perform"}
"""Calls that do a job on the spot, with the method that holds its work."""

_BESIDE = frozenset({"starts-thread", "starts-beside", "schedules"})
"""What calls do that let a function run beside the one that makes them."""


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
                found.append(mod.place(fact.call.func, last_name(fact.call.func)))
            step = step.before
        return tuple(reversed(found))


class Flow:
    """Follows direct calls of one process. A name handed on (`Thread(target=f)`, `task.delay`) is no call."""

    def __init__(
        self,
        linker: Linker,
        reach: Reach,
        waited: frozenset[tuple[str, int]] = frozenset(),
        with_background: bool = False,
        until_answer: bool = False,
    ) -> None:
        self.linker = linker
        self.reach = reach
        self.until_answer = until_answer
        """Whether calls count no more that a handler makes after it has answered."""
        self.with_background = with_background
        """Whether calls count whose end nobody waits for."""
        self.waited = waited
        """Calls (path, start) whose end is waited for though no word at the call says so."""
        self.keepers = tuple(linker.settings.keeps)
        self._kept: dict[tuple[FunctionRef, bool], tuple[Follows, ...]] = {} if waited else reach.followed[with_background]

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

    def calls(self, ref: FunctionRef, waits: bool = False) -> Iterator[Follows]:
        """Calls that the function itself makes to functions of the project."""
        known = self._kept.get((ref, waits))
        if known is None:
            known = self._kept[ref, waits] = tuple(self._calls(ref, waits))
        return (one for one in known if not answered(one[0], one[1])) if self.until_answer else iter(known)

    def _calls(self, ref: FunctionRef, waits: bool) -> Iterator[Follows]:
        mod = self.linker.code.mod(ref.path)
        if mod is None:
            return
        together: bool | None = None
        for fact in self.own_calls(mod, ref.number):
            if _in_background(mod, fact.block):
                together = joined(self.linker, mod, ref.number) if together is None else together
                if not together:
                    continue
            for callee in self._called(mod, fact, waits):
                yield mod, fact, callee
        yield from self._decorating(mod, ref)
        yield from self._read(mod, ref.number)

    def _read(self, mod: Mod, number: int) -> Iterator[Follows]:
        """Properties, which run when they are read."""
        names = self.reach.properties
        for attr in mod.read_fields.get(number, ()) if names else ():
            target = self.linker.resolve(mod, number, attr) if attr.name in names else None
            if (
                target is not None
                and target.kind == "function"
                and target.mod is not None
                and target.mod.facts.functions[target.number].decorators
            ):
                call = facts.Call(attr.start, attr.end, attr, ())
                yield mod, CallFact(call, number, NONE, NONE, NONE, True), FunctionRef(target.mod.path, target.number)

    def _called(self, mod: Mod, fact: CallFact, waits: bool) -> Iterator[FunctionRef]:
        if waits and _stands_in(mod, fact):
            return
        func = fact.call.func
        target = self.linker.resolve(mod, fact.function, func)
        rows = self.linker.rows(target.name) if target is not None and target.kind == "external" else ()
        if fact.call.args:
            yield from self._given(mod, fact, rows, waits)
        if isinstance(func, facts.Index):
            for given_to in table_of(self.linker, mod, fact):
                yield from _ref(given_to)
        elif isinstance(func, facts.Name) and _may_be_made(func.id, target):
            for given_to in wrapped(self.linker, mod, fact):
                yield from _ref(given_to)
        if isinstance(func, facts.Attr) and func.name in HAND_OFFS:
            target_of = self.linker.resolve(mod, fact.function, func.base)
            if target_of is None or target_of.kind in ("function", "external"):
                return
        if isinstance(func, facts.Attr) and func.name in NOW:
            target = self._performed(mod, fact, func) or target
        if target is None:
            yield from self._overridden(mod, fact)
            yield from self._out_of_table(mod, fact)
        elif target.mod is None:
            if target.name.startswith(self.keepers):
                yield from self._out_of_table(mod, fact)
        elif target.kind == "function":
            fn = target.mod.facts.functions[target.number]
            if (fn.is_async or gives_promise(target.mod, target.number)) and not self.awaits(mod, fact, waits):
                return
            yield FunctionRef(target.mod.path, target.number)
            if _left_to_others(target.mod, target.number, self.linker.dialect(target.mod).unwritten):
                yield from self._overridden(mod, fact)
            for given_to in called_parameters(self.linker, mod, fact, target):
                yield from _ref(given_to)
        elif target.kind == "class" or (target.kind == "instance" and last_name(func) == "new"):
            init = target.mod.methods.get(target.number, {}).get(self.linker.dialect(target.mod).constructor)
            if init is not None:
                yield FunctionRef(target.mod.path, init)

    def _given(self, mod: Mod, fact: CallFact, rows: tuple[CallRow, ...], waits: bool) -> Iterator[FunctionRef]:
        """Functions that a call is given and runs, by what the tables say of it."""
        name = last_name(fact.call.func)
        if name in AT_ONCE or (waits and name not in LATER and name not in HAND_OFFS):
            if not any(row.effect in _BESIDE for row in rows):
                for arg in fact.call.args:
                    if isinstance(arg, facts.Closure):
                        yield FunctionRef(mod.path, arg.number)
        for given_to in given_functions(self.linker, mod, fact, rows):
            yield from _ref(given_to)

    def _performed(self, mod: Mod, fact: CallFact, func: facts.Attr) -> Target | None:
        """The work of a job that is done on the spot: `Job.perform_now(…)` runs `Job#perform`."""
        job = self.linker.resolve(mod, fact.function, func.base)
        return (
            self.linker.member(msgspec.structs.replace(job, kind="instance"), NOW[func.name])
            if job is not None and job.kind == "class"
            else None
        )

    def awaits(self, mod: Mod, fact: CallFact, waits: bool) -> bool:
        """Whether the end of an asynchronous function is waited for."""
        return (
            fact.awaited
            or self.with_background
            or (mod.path, fact.call.start) in self.waited
            or (waits and (hands_answer(fact) or answers_then(mod, fact)))
            or awaited_by(self.linker, mod, fact)
        )

    def _decorating(self, mod: Mod, ref: FunctionRef) -> Iterator[Follows]:
        """Functions of the project's own decorators, which run around the function."""
        if ref.number == NONE:
            return
        fn = mod.facts.functions[ref.number]
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            target = self.linker.resolve(mod, fn.parent, inner)
            if target is None or target.kind != "function" or target.mod is None:
                continue
            made = target.mod.facts.functions[target.number]
            call = decorator if isinstance(decorator, facts.Call) else facts.Call(decorator.start, decorator.end, decorator, ())
            for i, one in enumerate(target.mod.facts.functions):
                if made.start < one.start and one.end <= made.end:
                    yield mod, CallFact(call, fn.parent, NONE, fn.guard, NONE, True), FunctionRef(target.mod.path, i)

    def _overridden(self, mod: Mod, fact: CallFact) -> Iterator[FunctionRef]:
        """Methods of one name in the classes that may stand behind an object of a type that does not write it itself."""
        func = fact.call.func
        if not isinstance(func, facts.Attr):
            return
        whose = self.linker.resolve(mod, fact.function, func.base)
        if whose is None or whose.kind != "instance" or whose.mod is None:
            return
        found = [ref for ref in self.reach.implementations.get(func.name, ()) if self._may_stand_for(ref, whose)]
        if len(found) <= MAX_IMPLEMENTATIONS:
            yield from found

    def _out_of_table(self, mod: Mod, fact: CallFact) -> Iterator[FunctionRef]:
        """The methods of the objects of a table, where the name tells nothing more: `SOURCES.get(name).fetch()`."""
        func = fact.call.func
        if isinstance(func, facts.Attr):
            for whose in taken_from_table(self.linker, mod, fact.function, func.base):
                target = self.linker.member(whose, func.name)
                yield from _ref(target) if target is not None else ()

    def _may_stand_for(self, ref: FunctionRef, whose: Target) -> bool:
        """Whether a method's class is made from another one, or fulfils it where that only names methods."""
        mod = self.linker.code.mod(ref.path)
        fn = mod.facts.functions[ref.number] if mod is not None else None
        if mod is None or fn is None or whose.mod is None:
            return False
        queue, seen = [(mod, fn.klass)], set()
        while queue:
            at, number = queue.pop()
            if at is whose.mod and number == whose.number:
                return True
            if (at.path, number) not in seen:
                seen.add((at.path, number))
                queue += [
                    (base.mod, base.number) for base in self.linker.bases(at, number) if base.kind == "class" and base.mod is not None
                ]
        return False

    def own_calls(self, mod: Mod, index: int) -> Iterator[CallFact]:
        """Call facts directly in a function (or the module body, -1) that run in production."""
        for fact in mod.calls_of.get(index, ()):
            if self.reach.runs(mod, fact.guard) is not False:
                yield fact


def _left_to_others(mod: Mod, number: int, unwritten: frozenset[str]) -> bool:
    """Whether a method does nothing itself, but to say so: the classes that are made from its own give it what to do."""
    if mod.facts.functions[number].klass == NONE or any(
        last_name(fact.call.func) not in unwritten for fact in mod.calls_of.get(number, ())
    ):
        return False
    if any(one.function == number for one in mod.facts.assigns):
        return False
    return not any(one.function == number and one.value is not None for one in mod.facts.returns)


def _may_be_made(name: str, target: Target | None) -> bool:
    """Whether what is called by a name may be what another call made of a function: neither that function itself nor one from outside."""
    if target is None or target.kind in ("variable", "instance"):
        return True
    return target.name.endswith("()") if target.kind == "external" else target.name.rpartition(".")[2] != name


def _ref(target: Target) -> Iterator[FunctionRef]:
    if target.kind == "function" and target.mod is not None:
        yield FunctionRef(target.mod.path, target.number)


def _in_background(mod: Mod, block: int) -> bool:
    """Whether a call stands in a `go` statement."""
    while block != NONE:
        if mod.facts.blocks[block].kind == "go":
            return True
        block = mod.facts.blocks[block].parent
    return False


def _stands_in(mod: Mod, fact: CallFact) -> bool:
    """Whether a call is what is left to do where handing the same work on has failed: `try: work.delay()`, `except: work()`."""
    at = fact.guard
    while at != NONE and mod.facts.guards[at].kind != "except":
        at = mod.facts.guards[at].parent
    name = dotted(fact.call.func) if at != NONE else None
    if name is None:
        return False
    handed = (one.call.func for one in mod.calls_of.get(fact.function, ()) if isinstance(one.call.func, facts.Attr))
    return any(func.name in HAND_OFFS and dotted(func.base) == name for func in handed)
