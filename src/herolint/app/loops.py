"""How often the loops around a call repeat it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.values import Items, Known
from herolint.code import facts
from herolint.code.facts import NONE

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_BELOW = {"<": 0, "<=": 1}


def blocks_around(effect: Effect) -> Iterator[facts.Block]:
    """Loops, tries and the like around a call, inner ones first."""
    at = effect.fact.block
    while at != NONE:
        block = effect.mod.facts.blocks[at]
        yield block
        at = block.parent


def rounds(code: Program, effect: Effect, block: facts.Block) -> float | None:
    """How often a `for` loop runs; None where that is not known."""
    subject = block.subject
    if isinstance(subject, facts.Call) and isinstance(subject.func, facts.Name) and subject.func.id == "range":
        bounds = [code.fold(effect.mod, effect.fact.function, a) for a in subject.args]
        numbers = [b.value for b in bounds if isinstance(b, Known) and isinstance(b.value, int)]
        if len(numbers) < len(bounds) or not numbers:
            return None
        return max(0, numbers[0] if len(numbers) == 1 else numbers[1] - numbers[0])
    if isinstance(subject, facts.Binary) and subject.op in _BELOW:
        bound = code.fold(effect.mod, effect.fact.function, subject.right)
        number = bound.value if isinstance(bound, Known) else None
        return max(0, number + _BELOW[subject.op]) if isinstance(number, int) else None
    items = code.fold(effect.mod, effect.fact.function, subject) if subject is not None else None
    return len(items.items) if isinstance(items, Items) else None


def known_rounds(code: Program, effect: Effect) -> float:
    """How often loops that are surely known repeat a call; 1 where one can be left early."""
    if any(block.kind in ("for", "while") and _leaves_early(effect, block) for block in blocks_around(effect)):
        return 1
    times = 1.0
    for block in blocks_around(effect):
        if block.kind == "for":
            times *= rounds(code, effect, block) or 1
    return times


def _leaves_early(effect: Effect, block: facts.Block) -> bool:
    text = effect.mod.source.data[block.start : block.end]
    return b"break" in text or b"return" in text


def many_rounds(code: Program, effect: Effect) -> str | None:
    """In words how often a loop repeats a call, where it may be often; None where it is not."""
    for block in blocks_around(effect):
        if block.kind == "while":
            return None if b"return" in effect.mod.source.data[block.start : block.end] else "any number of"
        if block.kind == "for" and block.subject is not None:
            times = rounds(code, effect, block)
            if times is None:
                return "any number of"
            times = known_rounds(code, effect) if times < 10 else times
            return f"{times:.0f}" if times >= 10 else None
    return None
