"""Calls that are tried again when they fail: by decorators, by wrappers, by the session that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known, Made, Table, Value, options
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, option

if TYPE_CHECKING:
    from herolint.app.calling.flow import Step
    from herolint.app.program import Effect, Program
    from herolint.knowledge.calls import CallRow


class Tries(msgspec.Struct, frozen=True):
    """How often something is tried in all, and the seconds between two tries."""

    number: int
    pause: float


def tries_of(code: Program, effect: Effect, step: Step) -> Tries | None:
    """How often a call is tried; None where nothing says so."""
    for mod, function, call in _wrappers(code, effect, step):
        row = code.row_of(mod, function, call, "tries-again")
        if row is not None:
            return _read(code, mod, function, call, row)
    return _of_session(code, effect)


def _wrappers(code: Program, effect: Effect, step: Step) -> Iterator[tuple[Mod, int, facts.Call]]:
    """Decorators of the functions on the way, and calls that stand around the calls of the way."""
    ref, at = step.ref, step
    spots = [(effect.mod, effect.fact), *step.calls()]
    for mod, fact in spots:
        for other in mod.facts.calls:
            if other.call.start < fact.call.start and fact.call.end <= other.call.end and other.call.func.end <= fact.call.start:
                yield mod, other.function, other.call
    while True:
        found = code.code.mod(ref.path)
        fn = found.facts.functions[ref.number] if found is not None and ref.number != NONE else None
        for decorator in fn.decorators if fn is not None else ():
            if found is not None and fn is not None:
                call = decorator if isinstance(decorator, facts.Call) else facts.Call(decorator.start, decorator.end, decorator, ())
                yield found, fn.parent, call
        if at.before is None:
            return
        at = at.before
        ref = at.ref


def _read(code: Program, mod: Mod, function: int, call: facts.Call, row: CallRow) -> Tries | None:
    expr = _given(call, row.path)
    number = _whole(code.fold(mod, function, expr)) if expr is not None else (row.default_maximum or None)
    if number is None:
        return None
    pause_expr = _given(call, row.timeout) if row.timeout else None
    pause = _seconds(code.fold(mod, function, pause_expr)) if pause_expr is not None else 0.0
    return Tries(int(number) + (1 if row.kind == "retries" else 0), pause * row.unit)


def _given(call: facts.Call, where: str) -> facts.AnyExpr | None:
    for word in where.split():
        found = argument(call, int(word), None) if word.isdigit() else argument(call, None, word) or option(call, word)
        if found is not None:
            return found
    return None


def _whole(value: Value) -> float | None:
    """A number, or the one that something made of it holds: `stop_after_attempt(5)`."""
    for one in options(value):
        if isinstance(one, Known) and isinstance(one.value, int) and not isinstance(one.value, bool):
            return one.value
        if isinstance(one, Made) and "attempt" in one.name and one.args:
            return _whole(one.args[0])
    return None


def _seconds(value: Value) -> float:
    """The pause that `wait_fixed(2)` means; 0 where it is not known."""
    for one in options(value):
        if isinstance(one, Known) and isinstance(one.value, int | float):
            return float(one.value)
        if isinstance(one, Made) and one.name.endswith("wait_fixed") and one.args:
            return _seconds(one.args[0])
    return 0.0


def _of_session(code: Program, effect: Effect) -> Tries | None:
    """`session.mount("https://", HTTPAdapter(max_retries=Retry(total=5)))` in the same file."""
    base = effect.name.rpartition(".")[0]
    if not base.endswith("()"):
        return None
    for fact in effect.mod.facts.calls:
        func = fact.call.func
        if isinstance(func, facts.Attr) and func.name == "mount" and code.linker.qualified(effect.mod, fact.function, func.base) == base:
            expr = argument(fact.call, 1, "adapter")
            adapter = code.fold(effect.mod, fact.function, expr) if expr is not None else None
            number = _retries(adapter.keyword("max_retries")) if isinstance(adapter, Made) else None
            if number is not None:
                return Tries(number + 1, 0.0)
    return None


def _retries(value: Value | None) -> int | None:
    if isinstance(value, Known) and isinstance(value.value, int):
        return value.value
    if isinstance(value, Made):
        total = value.keyword("total") or (value.args[0] if value.args else None)
        return total.value if isinstance(total, Known) and isinstance(total.value, int) else None
    return _retries(value.get("total")) if isinstance(value, Table) else None
