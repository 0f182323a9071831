"""Functions that run when something arrives on a socket: those that libraries of sockets are given, and listeners set up inside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herolint.app.calling.flow import Flow, Step
from herolint.app.calling.handlers import Handler
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code import facts
from herolint.code.queries import argument
from herolint.knowledge.calls import Knowledge
from herolint.knowledge.sections import Events

_SETS_UP = frozenset({"on", "once", "addListener", "addEventListener"})
"""Methods by which a handler of a connection says what to do with what arrives on it."""


def events_of(reach: Reach, linker: Linker, knowledge: Mapping[str, Knowledge]) -> dict[FunctionRef, tuple[Step, str]]:
    """Functions that run because of a socket's event, with the path from the handler and what a reader would call that."""
    found: dict[FunctionRef, tuple[Step, str]] = {}
    flow = Flow(linker, reach, with_background=True)
    queue = [handler for mod in reach.mods() for handler in _given(mod, linker, knowledge[mod.facts.language].events)]
    while queue:
        handler = queue.pop(0)
        if handler.ref in found:
            continue
        steps = flow.from_functions([handler.ref])
        for ref, step in steps.items():
            if ref in found:
                continue
            found[ref] = step, handler.label
            mod = linker.code.mod(ref.path)
            queue += _set_up(mod, ref, linker) if mod is not None else ()
    return found


def event_handlers(found: Mapping[FunctionRef, tuple[Step, str]]) -> list[Handler]:
    """The functions with which an event begins."""
    return [Handler(ref, label) for ref, (step, label) in found.items() if step.before is None]


def _given(mod: Mod, linker: Linker, known: Events) -> Iterator[Handler]:
    """What the libraries themselves are told to call."""
    for fact in mod.facts.calls if known.calls else ():
        if (linker.qualified(mod, fact.function, fact.call.func) or "") in known.calls:
            yield from _listeners(mod, fact, linker)
    for i, fn in enumerate(mod.facts.functions if known.decorators else ()):
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            if (linker.qualified(mod, fn.parent, inner) or "") in known.decorators:
                yield Handler(FunctionRef(mod.path, i), _label(argument(decorator, 0, None) if isinstance(decorator, facts.Call) else None))


def _set_up(mod: Mod, ref: FunctionRef, linker: Linker) -> Iterator[Handler]:
    """The listeners that a function of an event sets up."""
    for fact in mod.calls_of.get(ref.number, ()):
        if isinstance(fact.call.func, facts.Attr) and fact.call.func.name in _SETS_UP:
            yield from _listeners(mod, fact, linker)


def _listeners(mod: Mod, fact: facts.CallFact, linker: Linker) -> Iterator[Handler]:
    label = _label(argument(fact.call, 0, None))
    for given in fact.call.args:
        for target in functions_in(linker, mod, fact.function, given):
            if target.mod is not None:
                yield Handler(FunctionRef(target.mod.path, target.number), label)


def _label(event: facts.AnyExpr | None) -> str:
    name = event.value if isinstance(event, facts.Const) and isinstance(event.value, str) else ""
    return f"the event {name}" if name else "an event of a socket"
