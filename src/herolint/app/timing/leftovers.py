"""Long work that requests leave to the web process: it runs on after the answer, beside the next requests, and is lost at a restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Flow
from herolint.app.calling.promises import gives_promise
from herolint.app.linking.given import given_functions, joined, row_of, set_off
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.commands import long_program
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

LONG = ("drives-browser", "trains-model", "media-work", "model-inference", "scrapes", "downloads-data", "runs-process")


class Left(msgspec.Struct, frozen=True):
    """Work that is left: the call that hands it over, whose request makes it, the function, and what takes long in it."""

    mod: Mod
    fact: CallFact
    label: str
    function: str
    work: Effect


def left_work(code: Program) -> Iterator[Left]:
    """Such work of the web process, in files order."""
    reach = code.reach.get("web")
    if reach is None or code.waiting is None:
        return
    flow = Flow(code.linker, reach, with_background=True)
    long = [e for e in code.effects_of(*LONG) if "web" in e.processes and (e.row.effect != "runs-process" or long_program(code, e))]
    for ref, step in sorted(code.waiting.steps.items(), key=lambda item: item[0]) if long else ():
        mod = code.code.mod(ref.path)
        for fact in mod.calls_of.get(ref.number, ()) if mod is not None else ():
            if mod is None or reach.runs(mod, fact.guard) is False:
                continue
            for target in (*_handed_over(code, mod, fact), *_not_waited_for(code, mod, fact)):
                starts = [FunctionRef(target.mod.path, target.number)] if target.mod is not None else []
                inside = flow.from_functions(starts, waits=True)
                work = next((e for e in long if FunctionRef(e.mod.path, e.fact.function) in inside), None)
                if work is not None:
                    name = target.name.rpartition(".")[2] or "a function"
                    yield Left(mod, fact, code.waiting.label(step), name, work)
                    break


def _handed_over(code: Program, mod: Mod, fact: CallFact) -> Iterator[Target]:
    """The functions of the project that a call lets run beside the request, or after it."""
    linker = code.linker
    if set_off(mod, fact):
        target = linker.resolve(mod, fact.function, fact.call.func)
        if target is not None and target.kind == "function" and not joined(linker, mod, fact.function):
            yield target
        return
    row = row_of(linker, mod, fact, "after-answer", "starts-beside", "runs-given")
    if (
        row is None
        or fact.awaited
        or (row.effect == "runs-given" and (not row.kind or any(True for _ in given_functions(linker, mod, fact, (row,)))))
    ):
        return
    words = row.path.split() or ["0"]
    for word in words:
        expr = argument(fact.call, int(word), None) if word.isdigit() else argument(fact.call, None, word)
        if isinstance(expr, facts.Call):
            expr = expr.func  # `create_task(work())`
        yield from functions_in(linker, mod, fact.function, expr) if expr is not None else ()


def _not_waited_for(code: Program, mod: Mod, fact: CallFact) -> Iterator[Target]:
    """An asynchronous function whose promise a request lets go: `build(id).then(keep)`, without `await` and without an answer in it."""
    linker = code.linker
    if not linker.dialect(mod).promises or fact.awaited or code.waiting is None:
        return
    target = linker.resolve(mod, fact.function, fact.call.func)
    if target is None or target.kind != "function" or target.mod is None:
        return
    if not (target.mod.facts.functions[target.number].is_async or gives_promise(target.mod, target.number)):
        return
    if not code.waiting.flow.awaits(mod, fact, waits=True) and not _handed_on(mod, fact):
        yield target


def _handed_on(mod: Mod, fact: CallFact) -> bool:
    """Whether what a call gives back goes on: into a name, to the caller, into another call."""
    call = fact.call
    values = [one.value for one in mod.facts.assigns if one.function == fact.function]
    values += [one.value for one in mod.facts.returns if one.function == fact.function]
    values += [arg for other in mod.calls_of.get(fact.function, ()) for arg in other.call.args]
    return any(value is not None and value.start <= call.start and call.end <= value.end for value in values)
