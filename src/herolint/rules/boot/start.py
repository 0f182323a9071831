"""Rules about what the web process does before it listens."""

from __future__ import annotations

import math
from collections.abc import Iterator

from herolint.app.calling.flow import Step
from herolint.app.calling.loops import loops_around
from herolint.app.keeping.model_files import model_file
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reaching.reach import FunctionRef
from herolint.app.running.endpoints import endpoints
from herolint.app.timing.commands import fetching_command
from herolint.app.timing.durations import repeated, way_of
from herolint.app.timing.limits import seconds
from herolint.finding import Confidence, Finding
from herolint.rules.registry import NOTE, WARNING, report, rule

SLOW = {
    "loads-model": "loads a model",
    "downloads-data": "downloads data",
    "trains-model": "trains a model",
    "drives-browser": "starts a browser",
}


@rule("HL601", "slow-boot", WARNING, NOTE, needs=("code", "processes"))
def slow_boot(app: App) -> Iterator[Finding]:
    """The web process does slow work before the port is bound."""
    boot = app.code.boot
    if app.web is None or boot is None or any(end.port == "none" for end in endpoints(app, app.web)):
        return  # what never listens is another finding, or a worker
    seen: set[tuple[str, str]] = set()
    for effect in app.code.effects_of(*SLOW, "sleeps", "network", "runs-process"):
        step = boot.steps.get(FunctionRef(effect.mod.path, effect.fact.function))
        if step is None or "web" not in effect.processes or not boot.waits_for(effect) or boot.after_listening(effect, step):
            continue
        if effect.row.effect == "loads-model" and _is_small(app, effect):
            continue
        what = _what(app, effect, step)
        if not what or (effect.mod.path, what) in seen:
            continue
        seen.add((effect.mod.path, what))
        yield _finding(app, effect, step, what)


SMALL_BYTES = 5_000_000
"""A model in a file of less than this is read in a moment."""


def _is_small(app: App, effect: Effect) -> bool:
    """Whether the model lies in a small file of the repository."""
    file = model_file(app, effect)
    return file is not None and file[1].size < SMALL_BYTES


def _what(app: App, effect: Effect, step: Step) -> str | None:
    """What takes long, in words."""
    match effect.row.effect:
        case "network":
            return "downloads data" if effect.row.kind == "download" else _many_calls(app, effect, step)
        case "runs-process":
            return fetching_command(app.code, effect)
        case "sleeps":
            return _long_sleep(app, effect, step)
        case "downloads-data":
            return effect.row.kind
        case kind:
            return SLOW[kind]


def _finding(app: App, effect: Effect, step: Step, what: str) -> Finding:
    places = step.places()
    chain = app.code.reach["web"].chain(effect.mod.path)
    label = effect.name.removesuffix("()").rpartition(".")[2]
    return report(
        "HL601",
        f"web {what} ({label}) while it starts, before it listens",
        effect.mod.place(effect.fact.call, "runs at start-up"),
        why=f"the port must be bound within {app.platform.boot_timeout_s:.0f} s or the dyno is stopped (R10); every restart pays again",
        related=(app.procfile_place("web", f"starts {' → '.join(chain[:4])}"),),
        flow=(*places, effect.mod.place(effect.fact.call, what)) if places else (),
        fix="load it lazily at first use, ship it with the slug, or move it to a worker",
        process="web",
        confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
    )


def _long_sleep(app: App, effect: Effect, step: Step) -> str | None:
    once = seconds(app.code, effect, step) or 0
    lasts = repeated(app.code, way_of(effect, step), once)
    limit = app.platform.boot_timeout_s
    if lasts.least * 2 >= limit:
        return f"sleeps {lasts.said}"
    return f"waits {lasts.said}" if limit <= lasts.most < math.inf else None


_MANY = 20
"""So many network calls one after the other take their time."""


def _many_calls(app: App, effect: Effect, step: Step) -> str | None:
    times = 1.0
    for mod, fact in way_of(effect, step):
        for loop in loops_around(app.code, mod, fact):
            times *= max(loop.most, 1)
    boot = app.code.boot
    if math.isinf(times) and not (boot is not None and effect.mod.path in boot.earlier):
        return None
    return f"makes {'any number of' if math.isinf(times) else f'{times:.0f}'} network calls" if times >= _MANY else None
