"""Rules about what happens while a visitor waits: sleeps, long work, calls without a time limit."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.flow import Step
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reach import FunctionRef
from herolint.app.values import Env, Items, Known, options
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

LONG = {
    "drives-browser": "starts a browser",
    "trains-model": "trains a model",
    "loads-model": "loads a model",
    "downloads-data": "downloads data",
    "model-inference": "runs a large model",
    "media-work": "converts media",
}


def _in_request(app: App, effect: Effect) -> tuple[Step, str] | None:
    if "web" not in effect.processes:
        return None
    return app.code.in_request.get(FunctionRef(effect.mod.path, effect.fact.function))


def _flow(step: Step, effect: Effect, label: str) -> tuple[Place, ...]:
    places = step.places()
    return (*places, effect.mod.place(effect.fact.call, label)) if places else ()


def _loops(effect: Effect, app: App) -> float:
    """How often constant loops around the call repeat it (`for _ in range(60)`); 1 where that is not known."""
    times, at = 1.0, effect.fact.block
    while at != NONE:
        block = effect.mod.facts.blocks[at]
        if (
            block.kind == "for"
            and isinstance(block.subject, facts.Call)
            and isinstance(block.subject.func, facts.Name)
            and block.subject.func.id == "range"
        ):
            bounds = [app.code.fold(effect.mod, effect.fact.function, a) for a in block.subject.args]
            numbers = [b.value for b in bounds if isinstance(b, Known) and isinstance(b.value, int)]
            if len(numbers) == len(bounds) and numbers:
                times *= max(0, numbers[0] if len(numbers) == 1 else numbers[1] - numbers[0])
        elif block.kind == "for" and block.subject is not None:
            items = app.code.fold(effect.mod, effect.fact.function, block.subject)
            if isinstance(items, Items):
                times *= len(items.items)
        at = block.parent
    return times


@rule("HL501", "request-over-limit", ERROR, needs=("code", "processes"))
def request_over_limit(app: App) -> Iterator[Finding]:
    """A request handler waits longer than the router does."""
    limit = app.platform.request_timeout_s
    for effect in app.code.effects_of("sleeps"):
        reached = _in_request(app, effect)
        if reached is None or _streams(effect) or not effect.runs:
            continue
        step, label = reached
        expr, value = app.code.argument(effect, effect.row.path)
        if expr is None or not isinstance(value, Known) or not isinstance(value.value, int | float):
            continue
        times = _loops(effect, app)
        if _leaves_early(effect):
            times = 1
        seconds = value.value * times
        if seconds < limit:
            continue
        sum_text = f"{times:.0f} x {value.value:g} s" if times > 1 else f"{seconds:g} s"
        yield report(
            "HL501",
            f"{label} sleeps {sum_text} before it answers",
            effect.mod.place(effect.fact.call, f"{sum_text}"),
            why=f"the router gives up after {limit:.0f} s and answers H12; the dyno works on for nobody",
            flow=_flow(step, effect, "sleeps"),
            fix="hand the work to a worker and answer 202, or let the visitor poll",
            process="web",
        )


def _leaves_early(effect: Effect) -> bool:
    """Whether a loop around the call can end before its last round."""
    at = effect.fact.block
    while at != NONE:
        block = effect.mod.facts.blocks[at]
        if block.kind in ("for", "while"):
            text = effect.mod.source.data[block.start : block.end]
            if b"break" in text or b"return" in text:
                return True
        at = block.parent
    return False


def _streams(effect: Effect) -> bool:
    """Whether the function yields its answer piece by piece: the first byte starts the response."""
    return effect.fact.function != NONE and effect.mod.facts.functions[effect.fact.function].is_generator


@rule("HL502", "long-work-in-request", WARNING, needs=("code", "processes"))
def long_work_in_request(app: App) -> Iterator[Finding]:
    """Work that often takes longer than the router waits is done inside a request."""
    seen: set[tuple[FunctionRef, str]] = set()
    for effect in app.code.effects_of(*LONG):
        reached = _in_request(app, effect)
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
            flow=_flow(step, effect, what),
            fix="queue it (Celery, RQ), answer 202 and let a worker do it"
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
        reached = _in_request(app, effect)
        if reached is None:
            continue
        step, label = reached
        ref = FunctionRef(effect.mod.path, effect.fact.function)
        count = _unbounded_loop(app, effect)
        if count is None or ref in seen:
            continue
        seen.add(ref)
        yield report(
            "HL502",
            f"{label} makes {count} network calls one after the other",
            effect.mod.place(effect.fact.call, "in a loop"),
            why=f"each waits for an answer from elsewhere; together they soon pass {app.platform.request_timeout_s:.0f} s (H12)",
            flow=_flow(step, effect, "calls out"),
            fix="queue it, cache the result, or make the calls at once with a deadline",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _unbounded_loop(app: App, effect: Effect) -> str | None:
    at = effect.fact.block
    while at != NONE:
        block = effect.mod.facts.blocks[at]
        if block.kind == "while":
            return "any number of" if not _leaves_early_on_success(effect, block) else None
        if block.kind == "for" and block.subject is not None:
            value = app.code.fold(effect.mod, effect.fact.function, block.subject)
            if isinstance(value, Items):
                return f"{len(value.items)}" if len(value.items) >= 10 else None
            if isinstance(block.subject, facts.Call) and isinstance(block.subject.func, facts.Name) and block.subject.func.id == "range":
                times = _loops(effect, app)
                return f"{times:.0f}" if times >= 10 else None
            return "any number of"
        at = block.parent
    return None


def _leaves_early_on_success(effect: Effect, block: facts.Block) -> bool:
    return b"return" in effect.mod.source.data[block.start : block.end]


@rule("HL503", "outbound-call-no-timeout", WARNING, needs=("code", "processes"))
def outbound_call_no_timeout(app: App) -> Iterator[Finding]:
    """A request waits for a network or process call that has no time limit."""
    limit = app.platform.request_timeout_s
    for effect in app.code.effects_of("network", "runs-process"):
        reached = _in_request(app, effect)
        if reached is None:
            continue
        row = effect.row
        expr = argument(effect.fact.call, *_where(row.timeout)) if row.timeout != "none" else None
        if expr is not None:
            value = app.code.fold(effect.mod, effect.fact.function, expr)
            if not (isinstance(value, Known) and value.value is None):
                continue
        elif (
            0 < row.default_timeout < limit
            or _spread(effect)
            or _client_timeout(app, effect)
            or "socket.setdefaulttimeout" in effect.mod.source.text
        ):
            continue
        step, label = reached
        call = effect.name.replace("()", "")
        waits = f"waits up to {row.default_timeout:.0f} s" if row.default_timeout else "waits for ever"
        yield report(
            "HL503",
            f"{label} calls {call} without a timeout",
            effect.mod.place(effect.fact.call.func, waits),
            why=f"when the other side hangs, the worker hangs with it; the visitor gets H12 after {limit:.0f} s",
            flow=_flow(step, effect, call),
            fix=_timeout_fix(effect),
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )


def _where(text: str) -> tuple[int | None, str | None]:
    words = text.split()
    return next((int(w) for w in words if w.isdigit()), None), next((w for w in words if not w.isdigit()), None)


def _timeout_fix(effect: Effect) -> str:
    if effect.row.note == "aiohttp":
        return "use `timeout=aiohttp.ClientTimeout(total=10)` on the session"
    if effect.row.timeout == "none":
        return "use a call that takes a timeout, e.g. `subprocess.run(…, timeout=20)` or `requests.get(…, timeout=10)`"
    return "pass `timeout=10`" if effect.row.effect == "network" else "pass `timeout=20`"


def _spread(effect: Effect) -> bool:
    return any(isinstance(a, facts.Star) and a.stars == 2 for a in effect.fact.call.args)


def _client_timeout(app: App, effect: Effect) -> bool:
    """Whether the session or client that makes the call was given a timeout, an adapter or an own class."""
    func = effect.fact.call.func
    if not isinstance(func, facts.Attr) or "()" not in effect.name:
        return False
    value = app.code.fold(effect.mod, effect.fact.function, func.base)
    for one in options(value):
        if isinstance(one, Env):
            continue
        keyword = getattr(one, "keyword", None)
        if keyword is not None and keyword("timeout") is not None:
            return True
    text = effect.mod.source.text
    return ".mount(" in text and "timeout" in text.lower()
