"""How often loops repeat a call, and how long they may go on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.given import row_of
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Items, Known, options
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name, walk
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Program

_BELOW = {"<": 0, "<=": 1}
_COUNTED = frozenset({"..", "..."})
_LIMITS = frozenset({">", ">=", "==", "<", "<=", "!=", "==="})
_COMPARED = frozenset({"<", "<=", ">", ">="})


class Rounds(msgspec.Struct, frozen=True):
    """How often a loop goes round: at least, at most (infinite where nothing says), and the seconds after which it gives up by the clock."""

    least: float
    most: float
    within: float | None = None


def blocks_around(mod: Mod, fact: CallFact) -> Iterator[facts.Block]:
    """Loops, tries and the like around a call, inner ones first."""
    at = fact.block
    while at != NONE:
        block = mod.facts.blocks[at]
        yield block
        at = block.parent


def loops_around(code: Program, mod: Mod, fact: CallFact) -> Iterator[Rounds]:
    """The loops of its own function that repeat a call, inner ones first; one that runs everything beside one another repeats nothing."""
    if _at_once(code, mod, fact):
        return
    for block in blocks_around(mod, fact):
        if block.kind == "go":
            return
        if block.kind in ("for", "while"):
            yield rounds(code, mod, fact.function, block)


def _at_once(code: Program, mod: Mod, fact: CallFact) -> bool:
    """Whether a call only starts something, so that a loop around it starts all of them together."""
    if row_of(code.linker, mod, fact, "runs-given") is not None:
        return True
    target = code.linker.resolve(mod, fact.function, fact.call.func)
    if target is not None and target.kind == "function" and target.mod is not None:
        return target.mod.facts.functions[target.number].is_async and not fact.awaited
    return code.linker.dialect(mod).promises and not fact.awaited and not _sequential(mod, fact)


def _sequential(mod: Mod, fact: CallFact) -> bool:
    """Whether a call's name says that it does its work before it returns."""
    func = fact.call.func
    name = last_name(func)
    return name.endswith("Sync") or name == "setTimeout"


def rounds(code: Program, mod: Mod, function: int, block: facts.Block) -> Rounds:
    """How often a loop goes round."""
    within = _within(code, mod, function, block)
    early = leaves_early(mod, block)
    if block.kind == "while":
        return Rounds(1, _attempts(code, mod, function, block), within)
    times = counted(code, mod, function, block)
    if times is None:
        return Rounds(0, _at_most(code, mod, function, block), within)
    return Rounds(min(times, 1) if early else times, times, within)


def _tests(mod: Mod, block: facts.Block) -> Iterator[facts.AnyExpr]:
    """What a loop asks: its own test, and conditions inside of it."""
    if block.subject is not None and block.kind == "while":
        yield from walk(block.subject)
    for guard in mod.facts.guards:
        if guard.kind == "if" and block.start <= guard.test.start < block.end:
            yield from walk(guard.test)


def _attempts(code: Program, mod: Mod, function: int, block: facts.Block) -> float:
    """After how many rounds a loop gives up that counts them itself: `tries += 1` … `if tries >= 50: break`."""
    counters = {
        assign.target.id
        for assign in mod.facts.assigns
        if isinstance(assign.target, facts.Name) and assign.op != "=" and block.start <= assign.start < block.end
    }  # fmt: skip
    for test in _tests(mod, block):
        if isinstance(test, facts.Binary) and test.op in _LIMITS and isinstance(test.left, facts.Name) and test.left.id in counters:
            bound = code.fold(mod, function, test.right)
            if isinstance(bound, Known) and isinstance(bound.value, int) and bound.value > 0:
                return bound.value
            if test.op == ">" and bound == Known(0) and (start := _from(mod, block, test.left)) > 0:
                return start  # counted down: `tries -= 1`
    return math.inf


def counted(code: Program, mod: Mod, function: int, block: facts.Block) -> float | None:
    """How often a `for` loop runs when nothing ends it early; None where that is not known."""
    subject = block.subject
    if isinstance(subject, facts.Call) and isinstance(subject.func, facts.Name) and subject.func.id == "range":
        bounds = [code.fold(mod, function, a) for a in subject.args]
        numbers = [b.value for b in bounds if isinstance(b, Known) and isinstance(b.value, int)]
        if len(numbers) < len(bounds) or not numbers:
            return None
        step = abs(numbers[2]) if len(numbers) > 2 and numbers[2] else 1
        return max(0, math.ceil((numbers[0] if len(numbers) == 1 else abs(numbers[1] - numbers[0])) / step))
    if isinstance(subject, facts.Binary) and subject.op in _BELOW:
        bound = code.fold(mod, function, subject.right)
        number = bound.value if isinstance(bound, Known) else None
        return max(0, number + _BELOW[subject.op] - _from(mod, block, subject.left)) if isinstance(number, int) else None
    if isinstance(subject, facts.Const) and isinstance(subject.value, int) and not isinstance(subject.value, bool):
        return max(0, subject.value)
    if isinstance(subject, facts.Other | facts.Binary) and (ends := _range(subject)) is not None:
        return ends
    items = code.fold(mod, function, subject) if subject is not None else None
    return len(items.items) if isinstance(items, Items) else None


def _at_most(code: Program, mod: Mod, function: int, block: facts.Block) -> float:
    """The largest of the bounds that callers give a loop; infinite where not all are known."""
    subject = block.subject
    if not isinstance(subject, facts.Binary) or subject.op not in _BELOW:
        return math.inf
    given = list(options(code.fold(mod, function, subject.right)))
    numbers = [one.value for one in given if isinstance(one, Known) and isinstance(one.value, int)]
    return max(numbers) + _BELOW[subject.op] if numbers and len(numbers) == len(given) else math.inf


def _from(mod: Mod, block: facts.Block, counter: facts.AnyExpr) -> int:
    """What a loop's counter starts with."""
    name = counter.id if isinstance(counter, facts.Name) else ""
    given = [
        assign.value.value
        for assign in mod.facts.assigns
        if isinstance(assign.target, facts.Name) and assign.target.id == name and assign.op in ("=", ":=") and assign.start < block.end
        and isinstance(assign.value, facts.Const) and isinstance(assign.value.value, int) and block.start - 200 < assign.start
    ]  # fmt: skip
    return given[-1] if given else 0


def _range(subject: facts.AnyExpr) -> float | None:
    """How many numbers `1..40` holds."""
    match subject:
        case facts.Binary(op=op, left=facts.Const(value=int() as first), right=facts.Const(value=int() as last)) if op in _COUNTED:
            return max(0, last - first + (1 if op == ".." else 0))
        case facts.Other(kind="range", parts=(facts.Const(value=int() as first), facts.Const(value=int() as last))):
            return max(0, last - first + 1)
        case facts.Other(parts=(inner,)):
            return _range(inner)
    return None


def leaves_early(mod: Mod, block: facts.Block) -> bool:
    """Whether something in a loop ends it before its time."""
    text = mod.source.data[block.start : block.end]
    return b"break" in text or b"return" in text


_STOPS = lazy(r"(?i)stop|quit|exit|shut(_|ting)?_?down|running|alive|cancel|clos(e|ing)|kill|terminat|abort|enabled|active|is_set")
"""Words in conditions that ask whether somebody wants a loop to end."""
_USED_UP = frozenset({"Empty", "StopIteration"})
"""Errors that tell a loop that nothing is left for it to do."""


def ends_when_done(mod: Mod, number: int) -> bool:
    """Whether the loop of the block `number` is left from inside since its work is done, rather than since it fails or is told to stop."""
    known, start = mod.facts, mod.facts.blocks[number].start
    guards = [one.guard for one in known.breaks if _innermost_loop(mod, one.block) == number]
    for one in known.returns:
        around = one.function == NONE or known.functions[one.function].start < start
        if one.op == "return" and around and _is_inside(mod, one.block, number):
            guards.append(one.guard)
    return any(not _is_stopped(mod, guard, start) for guard in guards)


def _innermost_loop(mod: Mod, block: int) -> int:
    while block != NONE and mod.facts.blocks[block].kind not in ("for", "while"):
        block = mod.facts.blocks[block].parent
    return block


def _is_inside(mod: Mod, block: int, outer: int) -> bool:
    while block not in (NONE, outer):
        block = mod.facts.blocks[block].parent
    return block == outer


def _is_stopped(mod: Mod, guard: int, start: int) -> bool:
    """Whether a condition from `start` on, around what leaves a loop, is an error or a wish of somebody else."""
    while guard != NONE and (one := mod.facts.guards[guard]).test.start >= start:
        if one.kind == "except":
            return last_name(one.test) not in _USED_UP
        if any(isinstance(part, facts.Name | facts.Attr) and _STOPS.search(last_name(part)) for part in walk(one.test)):
            return True
        if _ends_a_queue(mod, one.test):
            return True
        guard = one.parent
    return False


def _ends_a_queue(mod: Mod, test: facts.AnyExpr) -> bool:
    """Whether a condition asks if what was taken from a queue says that there will be no more: `job is None`."""
    if not isinstance(test, facts.Binary) or test.op not in ("is", "==", "===") or not isinstance(test.left, facts.Name):
        return False
    name = test.left.id
    return any(
        isinstance(one.target, facts.Name)
        and one.target.id == name
        and isinstance(one.value, facts.Call)
        and last_name(one.value.func) == "get"
        for one in mod.facts.assigns
    )


def _within(code: Program, mod: Mod, function: int, block: facts.Block) -> float | None:
    """After how many seconds a loop gives up, where it asks a clock."""
    for test in _tests(mod, block):
        found = None
        if isinstance(test, facts.Binary) and test.op in _COMPARED:
            found = _compared(code, mod, function, test)
        elif isinstance(test, facts.Call) and isinstance(test.func, facts.Attr) and test.func.name in ("Before", "After") and test.args:
            unit = _clock(code, mod, function, test.func.base)
            found = _deadline(code, mod, function, test.args[0], unit) if unit is not None else None
        if found is not None:
            return found
    return None


def _compared(code: Program, mod: Mod, function: int, test: facts.Binary) -> float | None:
    """The seconds in `time.time() < deadline` or `time.time() - start < 30`."""
    for clock, other in ((test.left, test.right), (test.right, test.left)):
        if isinstance(clock, facts.Binary) and clock.op == "-" and (unit := _clock(code, mod, function, clock.left)) is not None:
            return _number(code, mod, function, other, unit)
        unit = _clock(code, mod, function, clock)
        if unit is None:
            continue
        if isinstance(clock, facts.Call) and clock.args:
            return _number(code, mod, function, other, unit)  # `time.Since(start) < limit`
        found = _deadline(code, mod, function, other, unit)
        if found is not None:
            return found
    return None


def _deadline(code: Program, mod: Mod, function: int, expr: facts.AnyExpr, unit: float) -> float | None:
    """How many seconds after now a deadline lies: `time.time() + 30`, `time.Now().Add(30 * time.Second)`."""
    if not isinstance(expr, facts.Name | facts.Attr):
        return None
    where, scope, made = origin(code.linker, mod, function, expr)
    match made:
        case facts.Binary(op="+", left=left, right=right) if _clock(code, where, scope, left) is not None:
            return _number(code, where, scope, right, unit)
        case facts.Call(func=facts.Attr(base=base, name="Add"), args=(length, *_)) if _clock(code, where, scope, base) is not None:
            return _number(code, where, scope, length, unit)
    return None


def _clock(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> float | None:
    """How many seconds one is on the clock that an expression reads; None where it reads none."""
    row = code.row_of(mod, function, expr, "tells-time")
    return row.unit if row is not None else None


def _number(code: Program, mod: Mod, function: int, expr: facts.AnyExpr, unit: float) -> float | None:
    value = code.fold(mod, function, expr)
    return value.value * unit if isinstance(value, Known) and isinstance(value.value, int | float) else None
