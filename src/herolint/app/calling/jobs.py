"""Requests that queue a job and then wait for it to end: `task.delay(…).get()`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.calling.flow import Step
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Known
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.program import Program

_QUEUES = frozenset({"delay", "apply_async", "send_task", "send"})
_WAITS = frozenset({"get", "wait", "join", "get_result"})


def waited_jobs(code: Program, limit: float) -> Iterator[tuple[Mod, CallFact, Step, str]]:
    """Calls that wait for a job's result for up to `limit` seconds or more, with the way from the handler and its name."""
    waiting = code.waiting
    for ref, step in waiting.steps.items() if waiting is not None else ():
        mod = code.code.mod(ref.path)
        for fact in mod.calls_of.get(ref.number, ()) if mod is not None else ():
            if mod is not None and waiting is not None and _waits(code, mod, fact, limit):
                yield mod, fact, step, waiting.label(step)


def _waits(code: Program, mod: Mod, fact: CallFact, limit: float) -> bool:
    func = fact.call.func
    if not isinstance(func, facts.Attr) or func.name not in _WAITS or not isinstance(func.base, facts.Call | facts.Name):
        return False
    where, scope, made = origin(code.linker, mod, fact.function, func.base)
    queued = made.func if isinstance(made, facts.Call) else None
    if not isinstance(queued, facts.Attr) or queued.name not in _QUEUES:
        return False
    task = code.linker.resolve(where, scope, queued.base)
    if task is None or task.kind not in ("function", "class"):
        return False
    value = code.fold(mod, fact.function, argument(fact.call, 0, "timeout"))
    return not (isinstance(value, Known) and isinstance(value.value, int | float) and value.value < limit)
