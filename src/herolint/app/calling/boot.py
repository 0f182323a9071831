"""What the web process does before it listens: module bodies, what they call and wait for, and what stands on the way to the listening call."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app.calling.flow import Flow, Step
from herolint.app.calling.hooks import start_hooks
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

MAX_CALLERS = 4
"""How many calls away from the listening call a function may stand."""


class Boot:
    """The start of one process. `listens_first`: its program binds the port, and runs the app's modules only when somebody visits it."""

    def __init__(self, code: Program, process: str, reach: Reach, *, listens_first: bool = False) -> None:
        self.code = code
        self.process = process
        self.reach = reach
        self.listening = {
            (e.mod.path, e.fact.function): e.fact.call.start for e in code.effects_of("listens") if process in e.processes
        }  # fmt: skip
        self.leading = self._leading()
        """Functions on the way to the listening call, with where in each the way goes on."""
        starts = self._beginnings()
        starts += [ref for ref in (*reach.factories, *self.leading) if ref not in starts]
        starts += [ref for ref in start_hooks(code, reach) if ref not in starts]
        self.starts = starts
        before = [] if listens_first else starts
        self.steps: dict[FunctionRef, Step] = Flow(code.linker, reach, self.waited).from_functions(before)
        """Functions that run before the process can answer."""
        for ref, step in self._earlier().items():
            self.steps.setdefault(ref, step)

    def _beginnings(self) -> list[FunctionRef]:
        """Module bodies and the language's own entry functions."""
        starts = [FunctionRef(path, NONE) for path in self.reach.modules]
        return starts + [FunctionRef(mod.path, i) for mod in self.reach.mods() for i in self.code.linker.dialect(mod).starts(mod)]

    @cached_property
    def called(self) -> dict[FunctionRef, Step]:
        """Functions that those, and the functions that the command itself calls, come to; with the way to each."""
        return Flow(self.code.linker, self.reach).from_functions([*self._beginnings(), *self.reach.factories])

    @cached_property
    def earlier(self) -> frozenset[str]:
        """Modules of programs that run to their end before the server is started: `npm run prefetch && npm start`."""
        process = self.code.app.processes[self.process]
        before = process.launches[: process.launches.index(process.main)] if process.main in process.launches else ()
        return frozenset(entry.path for launch in before for entry in self.code.entry_points.entries(launch))

    def _earlier(self) -> dict[FunctionRef, Step]:
        """What those programs do, whether they wait for it or not: they end when all of it has."""
        starts = [FunctionRef(path, NONE) for path in sorted(self.earlier)]
        return Flow(self.code.linker, self.reach, with_background=True).from_functions(starts, waits=True) if starts else {}

    @cached_property
    def started(self) -> dict[FunctionRef, Step]:
        """Functions that run because the process starts, whether it waits for them or not."""
        return Flow(self.code.linker, self.reach, with_background=True).from_functions(self.starts)

    def _leading(self) -> dict[FunctionRef, int]:
        found: dict[FunctionRef, int] = {}
        for (path, number), start in self.listening.items():
            self._add(found, FunctionRef(path, number), start)
        names = {self._name(ref) for ref in found}
        for _ in range(MAX_CALLERS if found else 0):
            before = len(found)
            for mod in self.reach.mods():
                for fact in mod.facts.calls:
                    target = self.code.linker.resolve(mod, fact.function, fact.call.func) if _might(fact, names) else None
                    if target is not None and target.mod is not None and FunctionRef(target.mod.path, target.number) in found:
                        self._add(found, FunctionRef(mod.path, fact.function), fact.call.start)
                        names = {self._name(ref) for ref in found}
            if len(found) == before:
                break
        return found

    def _name(self, ref: FunctionRef) -> str:
        mod = self.code.code.mod(ref.path)
        return mod.facts.functions[ref.number].name if mod is not None and ref.number != NONE else ""

    def _add(self, found: dict[FunctionRef, int], ref: FunctionRef, start: int) -> None:
        """A function, and those that it stands in: what a callback does comes after what the function around it waited for."""
        mod = self.code.code.mod(ref.path)
        while mod is not None and ref not in found:
            found[ref] = start
            if ref.number == NONE:
                break
            start = mod.facts.functions[ref.number].start
            ref = FunctionRef(ref.path, mod.facts.functions[ref.number].parent)

    @cached_property
    def waited(self) -> frozenset[tuple[str, int]]:
        """Calls whose promise the listening call waits for: `load().then(() => app.listen(port))`."""
        found = set()
        for path in {ref.path for ref in self.leading}:
            mod = self.code.code.mod(path)
            for fact in mod.facts.calls if mod is not None else ():
                func = fact.call.func
                if isinstance(func, facts.Attr) and func.name in ("then", "finally") and self._continues(path, fact):
                    base = func.base
                    while isinstance(base, facts.Call):
                        found.add((path, base.start))
                        inner = base.func
                        if not isinstance(inner, facts.Attr) or inner.name not in ("then", "catch"):
                            break
                        base = inner.base
        return frozenset(found)

    def _continues(self, path: str, fact: CallFact) -> bool:
        return any(isinstance(arg, facts.Closure) and FunctionRef(path, arg.number) in self.leading for arg in fact.call.args)

    def after_listening(self, effect: Effect, step: Step) -> bool:
        """Whether the process already listens when it comes to a call."""
        mod: Mod = effect.mod
        fact: CallFact = effect.fact
        at: Step | None = step
        while True:
            way = self.leading.get(FunctionRef(mod.path, fact.function))
            if way is not None and way < fact.call.start and not self._in_way(mod, way, fact):
                return True
            if at is None or at.call is None:
                return False
            mod, fact = at.call
            at = at.before

    @staticmethod
    def _in_way(mod: Mod, way: int, fact: CallFact) -> bool:
        """Whether a call is part of the expression in which the way goes on."""
        return any(f.call.start == way and f.call.end >= fact.call.end for f in mod.calls_of.get(fact.function, ()))

    def waits_for(self, effect: Effect) -> bool:
        """Whether the start waits for a call to end."""
        if not self.code.linker.dialect(effect.mod).promises:
            return True
        if effect.mod.path in self.earlier:
            return True
        by_name = effect.name.endswith("Sync") or effect.name == "setTimeout"
        return effect.fact.awaited or by_name or (effect.mod.path, effect.fact.call.start) in self.waited or self._promised(effect)

    def _promised(self, effect: Effect) -> bool:
        """Whether the call stands in the function that a promise runs."""
        step = self.steps.get(FunctionRef(effect.mod.path, effect.fact.function))
        func = step.call[1].call.func if step is not None and step.call is not None else None
        return isinstance(func, facts.Name) and func.id == "Promise"


def _might(fact: CallFact, names: set[str]) -> bool:
    """Whether a call could be of one of the functions with these names."""
    func = fact.call.func
    if isinstance(func, facts.Closure):
        return True
    last = last_name(func)
    return bool(last) and last in names
