"""Work that runs on beside the web server: schedulers and long-lived threads in the process that answers requests."""

from __future__ import annotations

import math
from collections.abc import Iterator

from herolint.app.calling.flow import Flow
from herolint.app.calling.loops import ends_when_done
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.linking.values import UNKNOWN, env_names, options, text_of
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.commands import long_program
from herolint.app.timing.intervals import is_put_off, shortest
from herolint.app.timing.leftovers import left_work
from herolint.app.timing.timed_loops import Consumer, TimedLoop, consumers, keeps_nothing_up, timed_loops
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument
from herolint.finding import Confidence, Finding, Place
from herolint.patterns import lazy
from herolint.rules.boot.jobs import jobs_in_memory
from herolint.rules.registry import WARNING, report, rule

_OWN_ADDRESS = lazy(r"(HEROKU|APP|SITE|SELF|OWN|PUBLIC|BASE|SERVER|BACKEND)_?(URL|HOST|DOMAIN|ADDRESS)")
"""Names of variables that hold the app's own address."""
_SHORT_S = 60
"""Timers below this many seconds look after connections and memory."""


@rule("HL602", "scheduler-in-web", WARNING, needs=("code", "processes"))
def scheduler_in_web(app: App) -> Iterator[Finding]:
    """A scheduler runs inside the web process."""
    for launch in app.web.launches if app.web is not None else ():
        if launch.tool == "celery" and (launch.subcommand == "beat" or launch.has("--beat")):
            yield report(
                "HL602",
                "web starts celery's scheduler",
                launch.at,
                why="every web dyno runs each job again, and jobs stop while an eco dyno sleeps",
                fix="give it a process type of its own: `clock: celery -A … beat`, with one dyno",
                process="web",
            )
    for effect in app.code.effects_of("schedules"):
        if "web" in effect.processes and _is_job(app, effect):
            yield report(
                "HL602",
                "a scheduler runs inside web",
                effect.mod.place(effect.fact.call, "lives in every web worker"),
                why="every worker and every dyno runs each job again; jobs stop while an eco dyno sleeps and are lost at restarts",
                related=(app.procfile_place("web", "web loads it"),),
                fix=f"start it in a process type of its own (`clock: {app.code.spell(effect.mod, 'clock')}`, one dyno), or use Heroku Scheduler",
                process="web",
                confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
            )
    if (whenever := app.gem_crontab) is not None:
        yield report(
            "HL602",
            f"{whenever.path} is for cron, and a dyno has none: these jobs never run",
            whenever,
            why="whenever writes a crontab, which nothing on a dyno reads",
            fix="start them from Heroku Scheduler, or from a process type of its own (`clock: bundle exec clockwork clock.rb`)",
        )
    yield from _timed_loops(app)


def _timed_loops(app: App) -> Iterator[Finding]:
    """Functions that run beside the requests and work at every tick of a clock, without end."""
    seen: set[FunctionRef] = set()
    for loop in timed_loops(app.code):
        ref = FunctionRef(loop.tick.mod.path, loop.tick.fact.function)
        if loop.every < _SHORT_S or ref in seen:
            continue
        seen.add(ref)
        yield report(
            "HL602",
            f"web runs a job {f'every {_spelled(loop.every)}' if math.isfinite(loop.every) else 'again and again'}, beside the requests",
            loop.wanted,
            why="every dyno runs the job again; it stops while an eco dyno sleeps, and at each restart the clock starts anew",
            related=(*_set_off(loop), loop.tick.mod.place(loop.tick.fact.call, "the clock"), loop.work),
            fix=f"start it in a process type of its own (`clock: {app.code.spell(loop.tick.mod, 'clock')}`, one dyno), or use Heroku Scheduler",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _set_off(loop: TimedLoop | Consumer) -> tuple[Place, ...]:
    """Where a loop is set off, if that is another place than where it is asked for."""
    return (loop.beside,) if loop.beside.span != loop.wanted.span or loop.beside.path != loop.wanted.path else ()


def _spelled(seconds: float) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= unit and seconds % unit == 0:
            number = int(seconds // unit)
            return name if number == 1 else f"{number} {name}s"
    return f"{seconds:g} s"


def _is_job(app: App, effect: Effect) -> bool:
    """Whether what is scheduled is work; a timer is one only when it calls out or writes, at most every minute."""
    if effect.row.kind != "interval":
        return True
    if keeps_nothing_up(effect.mod, effect.fact):
        return False  # it looks after what the process holds
    reach = app.code.reach["web"]
    every = shortest(app.code, effect)
    if every is None or every < _SHORT_S or not _starts_in_web(app, effect):
        return False
    called = [
        FunctionRef(target.mod.path, target.number)
        for target in functions_in(app.code.linker, effect.mod, effect.fact.function, effect.fact.call.args[0])
        if target.mod is not None
    ]
    inside = Flow(app.code.linker, reach).from_functions(called, waits=True)
    return any(
        FunctionRef(e.mod.path, e.fact.function) in inside and not _wakes_itself(app, e)
        for e in app.code.effects_of("network", "drives-browser", "writes-file", "runs-process", "model-inference", "downloads-data")
    )


def _wakes_itself(app: App, effect: Effect) -> bool:
    """Whether a call only asks the app's own address, to keep an eco dyno awake."""
    _, value = app.code.argument(effect, effect.row.url) if effect.row.url else (None, UNKNOWN)
    text = next((t for one in options(value) if (t := text_of(one))), "")
    if any(_OWN_ADDRESS.search(name) for name in env_names(value)):
        return True
    return "herokuapp.com" in text or "localhost" in text or not text and effect.row.effect == "network"


def _starts_in_web(app: App, effect: Effect) -> bool:
    """Whether the web process gets to the call: while it starts, or a moment later, or in a handler."""
    ref = FunctionRef(effect.mod.path, effect.fact.function)
    while ref.number != NONE and ref not in app.code.started and ref not in app.code.in_request and is_put_off(effect.mod, ref.number):
        ref = FunctionRef(ref.path, effect.mod.facts.functions[ref.number].parent)
    return ref.number == NONE or ref in app.code.started or ref in app.code.in_request


@rule("HL603", "thread-in-web", WARNING, needs=("code", "processes"))
def thread_in_web(app: App) -> Iterator[Finding]:
    """The web process starts a thread or child that is meant to live as long as itself."""
    yield from _left_work(app)
    yield from jobs_in_memory(app)
    told = {(loop.beside.path, loop.beside.span) for loop in timed_loops(app.code) if loop.every >= _SHORT_S}
    for effect in app.code.effects_of("starts-thread", "runs-bot", "works-off-queue"):
        at = effect.mod.place(effect.fact.call)
        if "web" not in effect.processes or not _starts_in_web(app, effect) or (at.path, at.span) in told:
            continue
        what = _what(app, effect)
        if what is None:
            continue
        yield report(
            "HL603",
            f"web starts {what}",
            effect.mod.place(effect.fact.call, "lives beside the requests"),
            why="each web worker starts its own, nobody restarts it when it fails, and it stops with every restart and while an eco dyno sleeps",
            related=(app.procfile_place("web", "web loads it"),),
            fix=f"give it a process type of its own in the Procfile, e.g. `worker: {app.code.spell(effect.mod, 'worker')}`",
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )

    for consumer in consumers(app.code):
        yield report(
            "HL603",
            f"web works off a queue ({consumer.take.row.kind}) beside the requests",
            consumer.wanted,
            why="jobs and requests share one dyno: neither can be scaled by itself, and jobs stop while an eco dyno sleeps",
            related=(*_set_off(consumer), consumer.take.mod.place(consumer.take.fact.call, "takes jobs")),
            fix=f"give it a process type of its own in the Procfile, e.g. `worker: {app.code.spell(consumer.take.mod, 'worker')}`",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _left_work(app: App) -> Iterator[Finding]:
    """Long work that requests only start, in the process that answers them."""
    for left in left_work(app.code):
        yield report(
            "HL603",
            f"{left.label} leaves `{left.function}` to web, which {_does(app, left.work)} after the answer",
            left.mod.place(left.fact.call, "runs on beside the requests"),
            why="it takes time and memory from the requests, nobody repeats it when it fails, and every restart ends it halfway",
            related=(left.work.mod.place(left.work.fact.call, "the work"),),
            fix=f"queue it ({app.code.spell(left.mod, 'queue')}) and let a worker do it: `worker: {app.code.spell(left.mod, 'worker')}`",
            process="web",
            confidence=Confidence.MEDIUM,
        )


_DOES = {
    "drives-browser": "starts a browser",
    "trains-model": "trains a model",
    "model-inference": "runs a large model",
    "scrapes": "scrapes a site",
    "downloads-data": "downloads data",
}


def _does(app: App, work: Effect) -> str:
    if work.row.effect == "media-work":
        return work.row.kind
    return _DOES.get(work.row.effect) or long_program(app.code, work) or "works"


def _what(app: App, effect: Effect) -> str | None:
    """What lives on, in words; None when the thread ends with the request or its work."""
    if effect.row.effect == "works-off-queue":
        return "to work off the jobs of a queue"
    if effect.row.effect == "runs-bot":
        return f"a {effect.row.kind} bot" if effect.runs and not _is_all(app) else None
    if effect.row.kind:
        ref = FunctionRef(effect.mod.path, effect.fact.function)
        _, value = app.code.argument(effect, effect.row.path)
        script = text_of(value)
        lives = ref in app.code.started and ref not in app.code.in_request and not _is_all(app)
        return f"a {effect.row.kind}{f' ({script})' if script else ''}" if lives else None
    target = _target(effect.mod, effect.fact)
    if target is None:
        return None
    found = app.code.linker.resolve(effect.mod, effect.fact.function, target)
    if found is None or found.kind != "function" or found.mod is None:
        return None
    if not _loops_for_ever(app, found.mod, found.number):
        return None
    kind = "a child process" if "Process" in effect.name else "a thread"
    name = found.mod.facts.functions[found.number].name
    return f"{kind} that runs {f'`{name}` ' if name else ''}for ever"


def _is_all(app: App) -> bool:
    """Whether nothing serves requests beside it: what the web process starts is all that it is (another rule tells that it binds no port)."""
    return not app.code.handlers.get("web") and not any("web" in e.processes for e in app.code.effects_of("listens"))


def _target(mod: Mod, fact: CallFact) -> facts.AnyExpr | None:
    """The function of `Thread(target=f)` whose `.start()` this is, written in one go or through a name; of `Thread.new { … }` the block."""
    func = fact.call.func
    closure = next((arg for arg in fact.call.args if isinstance(arg, facts.Closure)), None)
    if closure is not None:
        return closure
    base = func.base if isinstance(func, facts.Attr) else None
    if isinstance(base, facts.Name):
        name = base.id
        for assign in mod.facts.assigns:
            if isinstance(assign.target, facts.Name) and assign.target.id == name and assign.function == fact.function:
                base = assign.value
    return argument(base, 1, "target") if isinstance(base, facts.Call) else None


def _loops_for_ever(app: App, mod: Mod, number: int) -> bool:
    """Whether a function holds a `while True` that is left only when it is stopped, polls for ever, or runs a bot or a scheduler."""
    span = mod.facts.functions[number]
    for i, block in enumerate(mod.facts.blocks):
        inside = block.kind == "while" and _always(block.subject) and span.start <= block.start < span.end
        if inside and not ends_when_done(mod, i):
            return True
    known = app.code.knows(mod)
    for fact in mod.facts.calls:
        if fact.function == number:
            name = app.code.linker.qualified(mod, fact.function, fact.call.func) or ""
            if name.rpartition(".")[2] in known.polls or any(row.effect in ("runs-bot", "schedules") for row in known.effects(name)):
                return True
    return False


def _always(test: facts.AnyExpr | None) -> bool:
    return isinstance(test, facts.Const) and test.value in (True, 1)
