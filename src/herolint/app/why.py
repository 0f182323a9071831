"""`herolint why PATH:LINE`: which process reaches a line, through which imports, calls and guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.calling.flow import Step
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code.facts import NONE
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App

MAX_USERS = 12
"""How far the line of users of a function is told."""


def explain(app: App, path: str, line: int) -> list[str]:
    """One sentence a fact; the first says which process types load the file."""
    if path not in app.workspace.files:
        return [f"{path} is not among the files that would be pushed"]
    if path not in app.code.code.sources and path not in app.code.code.files:
        used = [n for n, p in app.processes.items() if p.at.path == path or any(v.path == path for x in p.launches for v in x.via)]
        return [f"{path} starts {', '.join(used)}" if used else f"no process type starts from {path}"]
    python = app.code
    mod = python.code.mod(path)
    if mod is None:
        return [f"{path} could not be analysed"]
    by = python.reached_by(path)
    if not by:
        return [f"no process type imports {path}: what it does never runs on a dyno, unless someone starts it by hand"]
    index = function_at(mod, line)
    said = []
    for name in by:
        reach = python.reach[name]
        said.append(f"{name} loads {path}: {app.processes[name].text} → {' → '.join(reach.chain(path))}")
        said += _function(mod, reach, index, name)
    ref = FunctionRef(path, index)
    if (step := python.in_request.get(ref)) is not None:
        said += _way(app, step[0], f"runs in a request: {step[1]}")
        if python.waiting is not None and ref not in python.waiting.steps:
            said.append("no visitor waits for it: the answer is sent before, or something else runs it")
    elif (boot := python.at_boot.get(ref)) is not None:
        said += _way(app, boot, "runs while the web process starts")
    elif (started := python.started.get(ref)) is not None:
        said += _way(app, started, "runs because the web process starts, which does not wait for it")
    return said + _guards(app, mod, line)


def _way(app: App, step: Step, said: str) -> list[str]:
    """The calls that lead to a function, and the conditions on them."""
    places = [_at(app, p.path, p.span.start if p.span else 0, p.label) for p in step.places()]
    lines = [said + (f" → {' → '.join(places)}" if places else "")]
    for mod, fact in reversed(step.calls()):
        where = f"on the way, {mod.path}:{mod.source.line_of(fact.call.start)}: "
        lines += [where + text for text in _conditions(app, mod, fact.guard)]
    return lines


def function_at(mod: Mod, line: int) -> int:
    """The innermost function that holds a line, or -1."""
    found, size = NONE, 1 << 60
    for i, fn in enumerate(mod.facts.functions):
        first, last = mod.source.line_of(fn.start), mod.source.line_of(fn.end)
        if first <= line <= last and fn.end - fn.start < size:
            found, size = i, fn.end - fn.start
    return found


def _function(mod: Mod, reach: Reach, index: int, process: str) -> list[str]:
    if index == NONE:
        return [f"in {process} it runs when the module is imported"]
    name = mod.facts.functions[index].qualname
    ref = FunctionRef(mod.path, index)
    if ref not in reach.functions:
        return [f"in {process} nothing calls {name}"]
    users: list[str] = []
    by = reach.functions[ref]
    while by is not None and len(users) < MAX_USERS:
        other = reach.code.mod(by.path)
        users.append(other.facts.functions[by.number].qualname if other is not None and by.number != NONE else by.path)
        if by.number == NONE:
            break
        by = reach.functions.get(by)
    return [f"in {process} {name} is used by {', that by '.join(users) if users else mod.path}"]


def _guards(app: App, mod: Mod, line: int) -> list[str]:
    spots = [(c.call.start, c.guard) for c in mod.facts.calls] + [(a.start, a.guard) for a in mod.facts.assigns]
    for start, guard in spots:
        if mod.source.line_of(start) == line and guard != NONE:
            return _conditions(app, mod, guard)
    return []


def _conditions(app: App, mod: Mod, guard: int) -> list[str]:
    """A guard and those around it, and whether each holds."""
    words = {True: "holds on a dyno", False: "does not hold on a dyno", None: "may hold on a dyno"}
    said = []
    while guard != NONE:
        fact = mod.facts.guards[guard]
        text = " ".join(mod.source.slice(Span(fact.test.start, fact.test.end)).split())
        said.append(f"guard `{fact.kind} {text}`: {words[app.code.guards.holds(mod, guard)]}")
        guard = fact.parent
    return said


def _at(app: App, path: str, offset: int, label: str) -> str:
    source = app.source(path)
    return f"{path}:{source.line_of(offset) if source else '?'} {label}"
