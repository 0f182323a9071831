"""What visitors wait for: functions that run between a request and its answer, and who calls them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app.calling.answers import answered, answers_meanwhile, gives_between, yielded
from herolint.app.calling.asked import never_asked
from herolint.app.calling.flow import Flow, Step
from herolint.app.calling.handlers import Handler
from herolint.app.calling.loops import blocks_around
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name
from herolint.finding import Place
from herolint.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from herolint.app.program import Program
    from herolint.app.timing.durations import Way


class Waiting:
    """The requests of the web process until they are answered."""

    def __init__(self, code: Program, reach: Reach, handlers: Iterable[Handler]) -> None:
        self.code = code
        # An open socket has been answered when its handlers run.
        self.handlers = {handler.ref: handler.label for handler in handlers if not handler.socket}
        self.flow = Flow(code.linker, reach, until_answer=True)
        self.steps: dict[FunctionRef, Step] = self.flow.from_functions(list(self.handlers), waits=True)

    @cached_property
    def callers(self) -> dict[FunctionRef, list[tuple[FunctionRef, Mod, CallFact]]]:
        """All calls of each function, not only the nearest one."""
        found: dict[FunctionRef, list[tuple[FunctionRef, Mod, CallFact]]] = {}
        for ref in self.steps:
            for mod, fact, callee in self.flow.calls(ref, waits=True):
                found.setdefault(callee, []).append((ref, mod, fact))
        return found

    def label(self, step: Step) -> str:
        """The name of the handler that a way starts from."""
        while step.before is not None:
            step = step.before
        return self.handlers[step.ref]

    def start(self, step: Step) -> Place | None:
        """Where the handler stands that a way starts from."""
        while step.before is not None:
            step = step.before
        mod = self.code.code.mod(step.ref.path)
        if mod is None or step.ref.number == NONE:
            return None
        fn = mod.facts.functions[step.ref.number]
        first, last = (fn.name_start, fn.name_end) if fn.name_end > fn.name_start else (fn.start, fn.start + 1)
        return Place(mod.path, Span(first, last), self.handlers[step.ref])

    def way(self, step: Step, mod: Mod, fact: CallFact, label: str) -> tuple[Place, ...]:
        """The steps from the handler to a call, for a reader; none where the handler makes the call itself."""
        places = step.places()
        start = self.start(step)
        return (*((start,) if start is not None else ()), *places, mod.place(fact.call, label)) if places else ()

    def reached(self, mod: Mod, fact: CallFact) -> tuple[Step, str] | None:
        """The way to a call, and the handler's name; None where no visitor waits for it."""
        step = self.steps.get(FunctionRef(mod.path, fact.function))
        if step is None or not self.visitor_waits(((mod, fact), *step.calls())):
            return None
        return step, self.label(step)

    def visitor_waits(self, way: Way) -> bool:
        """Whether nothing has been sent before the place at the end of a way."""
        first, inner = way[0]
        if self.code.linker.dialect(first).promises and not last_name(inner.call.func).endswith("Sync"):
            if any(answers_meanwhile(mod, fact) for mod, fact in way):
                return False
        return not any(_sent(mod, fact) or self._never(mod, fact) for mod, fact in way)

    def _never(self, mod: Mod, fact: CallFact) -> bool:
        """Whether what the callers give switches a call off."""
        ref = FunctionRef(mod.path, fact.function)
        if fact.guard == NONE or fact.function == NONE or ref in self.handlers or not mod.facts.functions[fact.function].params:
            return False
        return never_asked(self.code, mod, fact, [(where, call) for _, where, call in self.callers.get(ref, ())])


def _sent(mod: Mod, fact: CallFact) -> bool:
    """Whether the first byte is out, or a piece goes out in each round of the loop around a call."""
    if answered(mod, fact):
        return True
    if fact.function == NONE or not mod.facts.functions[fact.function].is_generator:
        return False
    return yielded(mod, fact) or any(
        block.kind in ("for", "while") and gives_between(mod, block, fact.function) for block in blocks_around(mod, fact)
    )
