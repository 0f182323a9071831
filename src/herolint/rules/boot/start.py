"""Rules about what the web process does before it listens."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.flow import Step
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.reach import FunctionRef
from herolint.app.values import Known
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
    if app.web is None or "web" not in app.code.reach:
        return
    boot = app.code.at_boot
    seen: set[tuple[str, str]] = set()
    for effect in app.code.effects_of(*SLOW, "sleeps", "network"):
        step = boot.get(FunctionRef(effect.mod.path, effect.fact.function))
        if step is None or "web" not in effect.processes or _after_listening(app, effect):
            continue
        what = SLOW.get(effect.row.effect) or _long_sleep(app, effect)
        if effect.row.effect == "network":
            what = "downloads data" if effect.row.kind == "download" else None
        if not what or (effect.mod.path, what) in seen:
            continue
        seen.add((effect.mod.path, what))
        yield _finding(app, effect, step, what)


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


def _long_sleep(app: App, effect: Effect) -> str | None:
    _, value = app.code.argument(effect, effect.row.path)
    seconds = value.value if isinstance(value, Known) and isinstance(value.value, int | float) else 0
    return f"sleeps {seconds:g} s" if seconds * 2 >= app.platform.boot_timeout_s else None


def _after_listening(app: App, effect: Effect) -> bool:
    """Whether the call stands after a server call in the same module body, and so runs only once that has ended."""
    listens = [
        e
        for e in app.code.effects_of("listens")
        if e.mod is effect.mod and "web" in e.processes and e.fact.function == effect.fact.function
    ]
    return any(e.fact.call.start < effect.fact.call.start for e in listens)
