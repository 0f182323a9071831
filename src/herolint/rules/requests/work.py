"""Rules about what happens while a visitor waits: sleeps, long work, calls without a time limit."""

from __future__ import annotations

import math
from collections.abc import Iterator

from herolint.app.calling.flow import Step
from herolint.app.calling.jobs import waited_jobs
from herolint.app.calling.makers import asked_for
from herolint.app.keeping.model_files import model_file
from herolint.app.linking.lazy import made_once
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.commands import long_program
from herolint.app.timing.durations import Pause, pauses, way_of
from herolint.app.timing.limits import ends_by_itself, has_deadline, time_limit
from herolint.app.timing.network import Calls, slow_calls
from herolint.app.timing.questions import questions
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

LONG = {
    "drives-browser": "starts a browser",
    "opens-page": "opens pages in a browser",
    "trains-model": "trains a model",
    "loads-model": "loads a model",
    "downloads-data": "downloads data",
    "model-inference": "runs a large model",
    "media-work": "",
    "scrapes": "scrapes a site",
    "asks-model": "",
}
"""Effects that are long work by themselves, in words; an empty one has its row's own."""


KEPT = {"loads-model": "anywhere", "downloads-data": "anywhere", "drives-browser": "in a variable"}
"""What costs one visitor time, and not each of them, where it is made at its first use and kept; objects with a browser are mostly made anew."""
LARGE_BYTES = 20_000_000
"""A model in a file of this size takes seconds to read, and as much memory again for each request that reads it."""


def in_request(app: App, effect: Effect) -> tuple[Step, str] | None:
    """The path from a request handler to a call, and the handler's name; None where no visitor waits for it."""
    if "web" not in effect.processes or app.code.waiting is None:
        return None
    return app.code.waiting.reached(effect.mod, effect.fact)


def flow_to(app: App, step: Step, effect: Effect, label: str) -> tuple[Place, ...]:
    """The handler, the calls on the way, and the one at its end."""
    return app.code.waiting.way(step, effect.mod, effect.fact, label) if app.code.waiting is not None else ()


@rule("HL501", "request-over-limit", ERROR, needs=("code", "processes"))
def request_over_limit(app: App) -> Iterator[Finding]:
    """A request handler waits longer than the router does."""
    limit = app.platform.request_timeout_s
    for pause in pauses(app.code, app.code.waiting) if app.code.waiting is not None else ():
        if pause.sure and pause.lasts.least >= limit:
            yield report(
                "HL501",
                f"{pause.label} sleeps {pause.lasts.said} before it answers",
                pause.mod.place(pause.fact.call, pause.lasts.said),
                why=f"the router gives up after {limit:.0f} s and answers H12; the dyno works on for nobody",
                flow=_way(app, pause, "sleeps"),
                fix="hand the work to a worker and answer 202, or let the visitor poll",
                process="web",
            )


def _way(app: App, pause: Pause, label: str) -> tuple[Place, ...]:
    return app.code.waiting.way(pause.step, pause.mod, pause.fact, label) if app.code.waiting is not None else ()


@rule("HL502", "long-work-in-request", WARNING, needs=("code", "processes"))
def long_work_in_request(app: App) -> Iterator[Finding]:
    """Work that often takes longer than the router waits is done inside a request."""
    if app.code.waiting is None:
        return
    yield from _long_kinds(app)
    yield from _pauses(app)
    yield from _network(app)
    yield from _questions(app)
    yield from _waited_jobs(app)


def _long_kinds(app: App) -> Iterator[Finding]:
    seen: set[tuple[FunctionRef, str]] = set()
    limit = app.platform.request_timeout_s
    for effect in sorted(app.code.effects_of(*LONG, "runs-process"), key=lambda e: e.row.effect == "opens-page"):
        reached = in_request(app, effect)
        if reached is None or _read_soon(app, effect) or _bounded(app, effect, reached[0], limit):
            continue
        kept = KEPT.get(effect.row.effect)
        if kept is not None and any(made_once(mod, fact, in_fields=kept == "anywhere") for mod, fact in way_of(effect, reached[0])):
            continue
        step, label = reached
        what = long_program(app.code, effect) if effect.row.effect == "runs-process" else LONG[effect.row.effect] or effect.row.kind
        key = (FunctionRef(effect.mod.path, effect.fact.function), what or "")
        if what is None or key in seen or (effect.row.effect == "opens-page" and any(said == LONG["drives-browser"] for _, said in seen)):
            continue
        seen.add(key)
        mod, fact = asked_for(effect.mod, effect.fact, step) if effect.row.effect == "drives-browser" else (effect.mod, effect.fact)
        yield report(
            "HL502",
            f"{label} {what} while the visitor waits",
            mod.place(fact.call, "may take longer than the router waits"),
            why=f"the router answers H12 after {limit:.0f} s; the dyno works on for nobody",
            related=(effect.mod.place(effect.fact.call, what),) if fact is not effect.fact else (),
            flow=flow_to(app, step, effect, what),
            fix=f"queue it ({app.code.spell(effect.mod, 'queue')}), answer 202 and let a worker do it"
            if effect.row.effect != "loads-model"
            else "load the model once at start-up, not in each request",
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )


def _read_soon(app: App, effect: Effect) -> bool:
    """Whether a call reads a model from a file that is not known to be large."""
    file = model_file(app, effect) if effect.row.note == "local" else None
    return effect.row.note == "local" and (file is None or file[1].size < LARGE_BYTES)


def _bounded(app: App, effect: Effect, step: Step, limit: float) -> bool:
    """Whether something on the way ends the work before the router does."""
    way = way_of(effect, step)
    if any(ends_by_itself(mod, fact) for mod, fact in way) or has_deadline(app.code, effect, limit, way):
        return True
    each = time_limit(app.code, effect, way) if effect.row.effect in ("runs-process", "asks-model") else None
    return each is not None and each < limit


def _pauses(app: App) -> Iterator[Finding]:
    """Waiting that may go on for longer than the router waits."""
    limit = app.platform.request_timeout_s
    for pause in pauses(app.code, app.code.waiting) if app.code.waiting is not None else ():
        if pause.lasts.most >= limit and not (pause.sure and pause.lasts.least >= limit):
            yield report(
                "HL502",
                f"{pause.label} waits while the visitor does: {pause.lasts.said}",
                pause.mod.place(pause.fact.call, pause.lasts.said),
                why=f"the router answers H12 after {limit:.0f} s; the dyno works on for nobody",
                flow=_way(app, pause, "waits"),
                fix="answer 202 and let the visitor ask again, or give up well before the limit",
                process="web",
                confidence=Confidence.MEDIUM,
            )


def _network(app: App) -> Iterator[Finding]:
    """Network and process calls that together may go on for longer than the router waits."""
    limit = app.platform.request_timeout_s
    for calls in slow_calls(app.code, limit):
        effect = calls.effect
        mod, fact = calls.repeated(app.code)
        yield report(
            "HL502",
            f"{calls.label} {_asks(calls)}",
            mod.place(fact.call, calls.said),
            why=f"the router answers H12 after {limit:.0f} s; {_together(calls)}",
            related=(effect.mod.place(effect.fact.call, "each time"),) if fact is not effect.fact else (),
            flow=flow_to(app, calls.step, calls.effect, "calls out"),
            fix="queue it, cache the result, or make the calls at once with a deadline"
            if calls.times != 1
            else f"give it a limit below {limit:.0f} s, or queue it ({app.code.spell(calls.effect.mod, 'queue')}) and answer 202",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _questions(app: App) -> Iterator[Finding]:
    """Several answers of large models that a request waits for in turn."""
    limit = app.platform.request_timeout_s
    for asked in questions(app.code, limit):
        yield report(
            "HL502",
            f"{asked.label} asks a large model {asked.number} times, one after the other",
            asked.mod.place(asked.fact.call, "the first question"),
            why=f"each answer takes from some seconds to half a minute, and the router answers H12 after {limit:.0f} s",
            related=(asked.effect.mod.place(asked.effect.fact.call, "asks the model"),) if asked.fact is not asked.effect.fact else (),
            fix=f"ask at once what does not depend on another answer, or queue it ({app.code.spell(asked.mod, 'queue')}) and answer 202",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _waited_jobs(app: App) -> Iterator[Finding]:
    """A job is queued, and the request waits for it all the same."""
    limit = app.platform.request_timeout_s
    for mod, fact, step, label in waited_jobs(app.code, limit):
        yield report(
            "HL502",
            f"{label} waits for the job that it has queued",
            mod.place(fact.call, "waits for the worker"),
            why=f"the router answers H12 after {limit:.0f} s, however long the job takes and the queue is",
            flow=app.code.waiting.way(step, mod, fact, "waits for the worker") if app.code.waiting is not None else (),
            fix="answer 202 with the job's id, and let the visitor ask for the result",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _asks(calls: Calls) -> str:
    name = calls.effect.name.replace("()", "")
    if calls.times == 1:
        return f"waits for {name}: {calls.said}"
    number = "any number of" if math.isinf(calls.times) else f"{calls.times:.0f}"
    if calls.effect.row.kind == "mail":
        return f"sends {number} mails one after the other"
    does = f"runs {number} programs" if calls.effect.row.effect == "runs-process" else f"makes {number} network calls"
    return f"{does} one after the other{f': {calls.said}' if calls.said else ''}"


def _together(calls: Calls) -> str:
    if calls.times == 1:
        return "the other side may take that long"
    each = "runs for as long as its limit lets it" if calls.effect.row.effect == "runs-process" else "waits for an answer from elsewhere"
    return f"each {each}, and together they soon pass that"
