"""Workers that need more memory than their dyno has."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.running.workers import dyno_of
from herolint.app.slug.memory import Need, web_need
from herolint.finding import Confidence, Finding, Place
from herolint.knowledge.memory import load_memory
from herolint.rules.registry import WARNING, report, rule

_CLEAR = 1.3
"""Estimates this much over the limit are sure to be over it."""
_HEAVY_MB = 20
"""Imports under this are not worth a line of their own."""


@rule("HL117", "worker-memory", WARNING, needs=("code", "processes"))
def worker_memory(app: App) -> Iterator[Finding]:
    """The web workers together need more memory than the dyno has."""
    need = web_need(app)
    dyno, said = dyno_of(app, "web")
    if need is None or need.total <= dyno.memory_mb or app.web is None:
        return
    workers = need.workers
    size = f"a {dyno.name} dyno has" if said else "the smallest dynos have"
    each = f"{workers.number} workers x about {need.each} MB" if workers.several else f"one process of about {need.each} MB"
    if workers.preload and workers.several:
        each = f"{workers.number} workers, in part sharing about {need.each} MB"
    web = app.procfile_place("web", "starts the workers")
    yield report(
        "HL117",
        f"{each} = {need.total:,} MB, {size} {dyno.memory_mb:,} MB",
        Place(workers.place.path, workers.place.span, _label(need)),
        why="over its memory a dyno swaps and every answer is slow (R14); far over it is killed (R15)",
        related=(*((web,) if web.path != workers.place.path else ()), *_heaviest(need)),
        fix=_fix(need, dyno.memory_mb),
        process="web",
        confidence=Confidence.HIGH if need.total > _CLEAR * dyno.memory_mb and workers.several else Confidence.MEDIUM,
    )


def _label(need: Need) -> str:
    workers = need.workers
    if workers.origin == "buildpack":
        return f"the buildpack sets {workers.said}: {workers.number} workers"
    return f"{workers.number} workers" if workers.several else "in memory at once"


def _heaviest(need: Need) -> tuple[Place, ...]:
    """The imports and models that count most."""
    table = load_memory()
    weights = sorted(((sum(table.loaded([name]).values()), name) for name in need.imports), reverse=True)
    found: list[Place] = []
    counted: set[str] = set()
    for mb, name in weights:
        if mb >= _HEAVY_MB and name not in counted and len(found) < 2:
            counted.update(table.loaded([name]))
            at = need.imports[name]
            found.append(Place(at.path, at.span, f"{name} and what it loads: about {mb} MB"))
    found += [Place(one.at.path, one.at.span, f"the model takes about {one.mb} MB") for one in need.models if one.mb >= _HEAVY_MB][:2]
    return tuple(found)


def _fix(need: Need, memory_mb: int) -> str:
    workers, fits = need.workers, need.fitting(memory_mb)
    if fits < 1:
        return "take a larger dyno, or move what is heavy to a process type of its own"
    if workers.origin == "buildpack":
        return f"set the config var: `heroku config:set WEB_CONCURRENCY={fits}`, or take a larger dyno"
    if workers.by_cores:
        return (
            "let the buildpack's number decide, it knows the dyno's memory: `workers = int(os.environ.get(\"WEB_CONCURRENCY\", 2))`;"
            " the cores that are counted are those of the host"
        )
    return f"start {fits} worker{'s' if fits > 1 else ''}, or leave the number to WEB_CONCURRENCY, which the buildpack sets"
