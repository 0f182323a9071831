"""Rules about what happens while a visitor waits: sleeps, long work, calls without a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.flow import Step
from herolint.app.limits import seconds
from herolint.app.loops import known_rounds, many_rounds
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reach import FunctionRef
from herolint.code.facts import NONE
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

LONG = {
    "drives-browser": "starts a browser",
    "trains-model": "trains a model",
    "loads-model": "loads a model",
    "downloads-data": "downloads data",
    "model-inference": "runs a large model",
    "media-work": "converts media",
    "scrapes": "scrapes pages elsewhere",
}


def in_request(app: App, effect: Effect) -> tuple[Step, str] | None:
    """The path from a request handler to a call, and the handler's name; None where no visitor waits for it."""
    if "web" not in effect.processes:
        return None
    return app.code.in_request.get(FunctionRef(effect.mod.path, effect.fact.function))


def flow_to(step: Step, effect: Effect, label: str) -> tuple[Place, ...]:
    """The calls on the way, and the one at its end."""
    places = step.places()
    return (*places, effect.mod.place(effect.fact.call, label)) if places else ()


@rule("HL501", "request-over-limit", ERROR, needs=("code", "processes"))
def request_over_limit(app: App) -> Iterator[Finding]:
    """A request handler waits longer than the router does."""
    limit = app.platform.request_timeout_s
    for effect in app.code.effects_of("sleeps"):
        reached = in_request(app, effect)
        if reached is None or _streams(effect) or not effect.runs:
            continue
        step, label = reached
        once = seconds(app.code, effect, step)
        if once is None:
            continue
        times = known_rounds(app.code, effect)
        if once * times < limit:
            continue
        sum_text = f"{times:.0f} x {once:g} s" if times > 1 else f"{once:g} s"
        yield report(
            "HL501",
            f"{label} sleeps {sum_text} before it answers",
            effect.mod.place(effect.fact.call, f"{sum_text}"),
            why=f"the router gives up after {limit:.0f} s and answers H12; the dyno works on for nobody",
            flow=flow_to(step, effect, "sleeps"),
            fix="hand the work to a worker and answer 202, or let the visitor poll",
            process="web",
        )


def _streams(effect: Effect) -> bool:
    """Whether the function yields its answer piece by piece: the first byte starts the response."""
    return effect.fact.function != NONE and effect.mod.facts.functions[effect.fact.function].is_generator


@rule("HL502", "long-work-in-request", WARNING, needs=("code", "processes"))
def long_workin_request(app: App) -> Iterator[Finding]:
    """Work that often takes longer than the router waits is done inside a request."""
    seen: set[tuple[FunctionRef, str]] = set()
    for effect in app.code.effects_of(*LONG):
        reached = in_request(app, effect)
        if reached is None or effect.row.note == "local":
            continue
        step, label = reached
        key = (FunctionRef(effect.mod.path, effect.fact.function), effect.row.effect)
        if key in seen:
            continue
        seen.add(key)
        what = LONG[effect.row.effect]
        yield report(
            "HL502",
            f"{label} {what} while the visitor waits",
            effect.mod.place(effect.fact.call, "may take longer than the router waits"),
            why=f"the router answers H12 after {app.platform.request_timeout_s:.0f} s; the dyno works on for nobody",
            flow=flow_to(step, effect, what),
            fix=f"queue it ({app.code.spell(effect.mod, 'queue')}), answer 202 and let a worker do it"
            if effect.row.effect != "loads-model"
            else "load the model once at start-up, not in each request",
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )
    yield from _loops_over_network(app)


def _loops_over_network(app: App) -> Iterator[Finding]:
    """Network calls in a loop, one after the other, inside a request."""
    seen: set[FunctionRef] = set()
    for effect in app.code.effects_of("network"):
        reached = in_request(app, effect)
        if reached is None:
            continue
        step, label = reached
        ref = FunctionRef(effect.mod.path, effect.fact.function)
        count = many_rounds(app.code, effect)
        if count is None or ref in seen:
            continue
        seen.add(ref)
        yield report(
            "HL502",
            f"{label} makes {count} network calls one after the other",
            effect.mod.place(effect.fact.call, "in a loop"),
            why=f"each waits for an answer from elsewhere; together they soon pass {app.platform.request_timeout_s:.0f} s (H12)",
            flow=flow_to(step, effect, "calls out"),
            fix="queue it, cache the result, or make the calls at once with a deadline",
            process="web",
            confidence=Confidence.MEDIUM,
        )
