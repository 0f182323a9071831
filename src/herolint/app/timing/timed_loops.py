"""Loops without end that wait for a clock, beside what the process serves: jobs without a scheduler."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Flow
from herolint.app.calling.loops import blocks_around, leaves_early
from herolint.app.linking.given import row_of, set_off
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.limits import seconds
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import dotted, last_name
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

WORK = ("network", "drives-browser", "writes-file", "runs-process", "model-inference", "downloads-data", "queries", "scrapes")
"""Effects that others see; looking after the process's own memory is no job."""


class TimedLoop(msgspec.Struct, frozen=True):
    """The call that waits, how often in seconds, where the loop is set off beside the requests, who wants that, and what it does that others see.

    `every` is infinite where a variable says how long the loop waits.
    """

    tick: Effect
    every: float
    beside: Place
    wanted: Place
    work: Place


def keeps_nothing_up(mod: Mod, fact: CallFact) -> bool:
    """Whether a timer is told not to keep the process up for its own sake: `.unref()` on it, or on what holds it."""
    call = fact.call
    held = next((dotted(one.target) for one in mod.facts.assigns if one.value is not None and one.value.start == call.start), None)
    for other in mod.calls_of.get(fact.function, ()):
        func = other.call.func
        if isinstance(func, facts.Attr) and func.name == "unref":
            if other.call.start == call.start or (held is not None and dotted(func.base) == held):
                return True
    return False


def timed_loops(code: Program) -> Iterator[TimedLoop]:
    """Such loops of the web process, in files order."""
    reach = code.reach.get("web")
    if reach is None:
        return
    flow = Flow(code.linker, reach)
    starts: dict[FunctionRef, tuple[Mod, CallFact]] | None = None
    for tick in code.effects_of("ticks"):
        if "web" not in tick.processes:
            continue
        number = tick.fact.function if _again(code, tick) else _loops_by(tick)
        if number == NONE:
            continue
        every = seconds(code, tick)
        if every is None:
            if tick.row.kind == "again" or not code.linker.dialect(tick.mod).follows_values or _until_done(tick):
                continue
            every = math.inf
        starts = _started(code) if starts is None else starts
        ref = FunctionRef(tick.mod.path, number)
        if tick.row.kind == "again" and _again(code, tick) and ref in code.started:
            starts[ref] = (tick.mod, tick.fact)
        origin = next((at for first, at in starts.items() if first == ref or ref in flow.from_functions([first])), None)
        inside = flow.from_functions([ref], waits=True) if origin is not None else {}
        work = next((e for e in code.effects_of(*WORK) if FunctionRef(e.mod.path, e.fact.function) in inside), None)
        if origin is not None and work is not None:
            yield TimedLoop(tick, every, *_places(code, *origin), work.mod.place(work.fact.call, "the job"))


class Consumer(msgspec.Struct, frozen=True):
    """A loop that takes jobs from a queue: the call that takes them, where the loop is set off beside the requests, and who wants that."""

    take: Effect
    beside: Place
    wanted: Place


def consumers(code: Program) -> Iterator[Consumer]:
    """Such loops of the web process, in files order."""
    reach = code.reach.get("web")
    takes = [effect for effect in code.effects_of("takes-jobs") if "web" in effect.processes and effect.fact.function != NONE]
    if reach is None or not takes:
        return
    flow, starts = Flow(code.linker, reach), _started(code)
    for take in takes:
        ref = FunctionRef(take.mod.path, take.fact.function)
        origin = next((at for first, at in starts.items() if first == ref or ref in flow.from_functions([first])), None)
        if origin is not None:
            yield Consumer(take, *_places(code, *origin))


_STARTERS = ("start", "run", "launch", "begin")


def _places(code: Program, mod: Mod, fact: CallFact) -> tuple[Place, Place]:
    """Where something is set off beside the requests, and where the start of the process asks for it: a `Start` only does as it is told."""
    beside = mod.place(fact.call, "set off here")
    step = code.started.get(FunctionRef(mod.path, fact.function))
    while step is not None and step.call is not None and _starter(step.ref, code):
        (mod, fact), step = step.call, step.before
    return beside, mod.place(fact.call, "started beside the requests")


def _starter(ref: FunctionRef, code: Program) -> bool:
    mod = code.code.mod(ref.path)
    return mod is not None and ref.number != NONE and mod.facts.functions[ref.number].name.lower().lstrip("_").startswith(_STARTERS)


def _again(code: Program, tick: Effect) -> bool:
    """Whether a timer starts the function anew that sets it."""
    if tick.row.kind != "again" or len(tick.fact.call.args) < 2:
        return False
    given = functions_in(code.linker, tick.mod, tick.fact.function, tick.fact.call.args[1])
    return any(target.mod is tick.mod and target.number == tick.fact.function for target in given)


def _until_done(tick: Effect) -> bool:
    """Whether a loop pauses between tries, and is left when one succeeds."""
    return tick.row.kind == "pause" and any(
        block.kind == "while" and leaves_early(tick.mod, block) for block in blocks_around(tick.mod, tick.fact)
    )


def _loops_by(tick: Effect) -> int:
    """The function with the endless loop that a clock drives: the one that makes it, or one that waits for a clock of that name."""
    mod, made = tick.mod, tick.fact.call
    if tick.fact.function != NONE and _endless(mod, tick.fact.function):
        return tick.fact.function
    names = [last_name(one.target) for one in mod.facts.assigns if one.value is not None and one.value.start == made.start]
    names += [
        one.name for fact in mod.facts.calls for one in fact.call.args if isinstance(one, facts.Keyword) and one.value.start == made.start
    ]
    for name in filter(None, names):
        waits = f"{name}.C".encode()
        for number, fn in enumerate(mod.facts.functions):
            if waits in mod.source.data[fn.start : fn.end] and _endless(mod, number):
                return number
    return NONE


def _endless(mod: Mod, number: int) -> bool:
    """Whether a function holds a loop without end: without a test, or over the ticks of a clock."""
    for fact in mod.calls_of.get(number, ()):
        at = fact.block
        while at != NONE:
            block = mod.facts.blocks[at]
            if block.kind == "while" and isinstance(block.subject, facts.Const) and block.subject.value is True:
                return True
            if block.kind == "for" and isinstance(block.subject, facts.Attr | facts.Call | facts.Name) and _ticks(block.subject):
                return True
            at = block.parent
    return False


def _ticks(subject: facts.AnyExpr) -> bool:
    func = subject.func if isinstance(subject, facts.Call) else None
    return (isinstance(subject, facts.Attr) and subject.name == "C") or (isinstance(func, facts.Attr) and func.name == "Tick")


def _started(code: Program) -> dict[FunctionRef, tuple[Mod, CallFact]]:
    """Functions that the start of the web process lets run beside it."""
    found: dict[FunctionRef, tuple[Mod, CallFact]] = {}
    for mod in code.modules:
        for fact in mod.facts.calls:
            started = set_off(mod, fact)
            block = _threads_block(code, mod, fact)
            row = row_of(code.linker, mod, fact, "starts-beside") if not started else None
            if (
                not (started or block is not None or row is not None)
                or FunctionRef(mod.path, fact.function) not in code.started
                or code.guards.holds(mod, fact.guard) is False
            ):
                continue
            inner = fact.call.args[0] if row is not None and fact.call.args else fact.call
            if not isinstance(inner, facts.Call):
                continue
            target = code.linker.resolve(mod, fact.function, block or inner.func)
            if target is not None and target.kind == "function" and target.mod is not None:
                found.setdefault(FunctionRef(target.mod.path, target.number), (mod, fact))
    return found


def _threads_block(code: Program, mod: Mod, fact: CallFact) -> facts.Closure | None:
    """The block that a thread runs: `Thread.new { … }`."""
    block = next((arg for arg in fact.call.args if isinstance(arg, facts.Closure)), None)
    return block if block is not None and code.row_of(mod, fact.function, fact.call, "starts-thread") is not None else None
