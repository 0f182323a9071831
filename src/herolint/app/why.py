"""`herolint why PATH:LINE`: which process reaches a line, through which imports, calls and guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.codebase import Mod
from herolint.app.reach import FunctionRef, Reach
from herolint.code.facts import NONE
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App


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
    step = python.in_request.get(FunctionRef(path, index))
    if step is not None:
        places = [_at(app, p.path, p.span.start if p.span else 0, p.label) for p in step[0].places()]
        said.append(f"runs in a request: {step[1]}" + (f" → {' → '.join(places)}" if places else ""))
    elif FunctionRef(path, index) in python.at_boot:
        said.append("runs while the web process starts")
    return said + _guards(app, mod, line)


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
    by = reach.functions[ref]
    if by is None or by.number == NONE:
        return [f"in {process} {name} is used by {by.path if by else mod.path}"]
    other = reach.code.mod(by.path)
    return [f"in {process} {name} is used by {other.facts.functions[by.number].qualname} in {by.path}"] if other else []


def _guards(app: App, mod: Mod, line: int) -> list[str]:
    words = {True: "holds on a dyno", False: "does not hold on a dyno", None: "may hold on a dyno"}
    spots = [(c.call.start, c.guard) for c in mod.facts.calls] + [(a.start, a.guard) for a in mod.facts.assigns]
    for start, guard in spots:
        if mod.source.line_of(start) == line and guard != NONE:
            said, at = [], guard
            while at != NONE:
                fact = mod.facts.guards[at]
                text = " ".join(mod.source.slice(Span(fact.test.start, fact.test.end)).split())
                said.append(f"guard `{fact.kind} {text}`: {words[app.code.guards.holds(mod, at)]}")
                at = fact.parent
            return said
    return []


def _at(app: App, path: str, offset: int, label: str) -> str:
    source = app.source(path)
    return f"{path}:{source.line_of(offset) if source else '?'} {label}"
