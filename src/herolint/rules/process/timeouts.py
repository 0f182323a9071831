"""Server time limits that are longer than the router waits."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launch import Launch
from herolint.app.model import App
from herolint.app.values import Known
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Confidence, Finding, Place
from herolint.rules.process.places import started_at
from herolint.rules.registry import WARNING, report, rule

_ASYNC = ("gevent", "eventlet", "uvicorn", "tornado", "aiohttp", "meinheld")


@rule("HL116", "server-timeout-over-limit", WARNING, needs=("processes",))
def server_timeout_over_limit(app: App) -> Iterator[Finding]:
    """gunicorn lets a request run on after the router has given it up."""
    web = app.web
    for launch in web.launches if web is not None else ():
        if launch.tool != "gunicorn":
            continue
        word = launch.option("--timeout")
        if word is not None:
            worker = launch.option("--worker-class")
            if not (worker is not None and any(name in worker.text for name in _ASYNC)):
                yield from _judge(
                    app, word.text, launch.place(word, "longer than the router waits"), started_at(app, web, launch) if web else ()
                )
        else:
            yield from _in_config(app, launch)


def _in_config(app: App, launch: Launch) -> Iterator[Finding]:
    """`timeout = …` in the configuration file that gunicorn reads."""
    given = launch.option("--config")
    path = given.text.removeprefix("file:").removeprefix("./") if given is not None else "gunicorn.conf.py"
    if not path.endswith(".py") or path not in app.slug or not app.has("code"):
        return
    mod = app.python.code.mod(path)
    for assign in mod.facts.assigns if mod is not None else ():
        target = assign.target
        if mod is not None and isinstance(target, facts.Name) and assign.function == NONE:
            value = app.python.fold(mod, NONE, assign.value)
            if target.id == "worker_class" and isinstance(value, Known) and any(name in str(value.value) for name in _ASYNC):
                return
    for assign in mod.facts.assigns if mod is not None else ():
        target = assign.target
        if mod is not None and isinstance(target, facts.Name) and target.id == "timeout" and assign.function == NONE:
            value = app.python.fold(mod, NONE, assign.value)
            if isinstance(value, Known):
                yield from _judge(
                    app,
                    str(value.value),
                    mod.place(assign, "longer than the router waits"),
                    (app.procfile_place("web", "gunicorn reads it"),),
                )


def _judge(app: App, text: str, at: Place, related: tuple[Place, ...]) -> Iterator[Finding]:
    if not text.isdigit() or 0 < int(text) <= app.platform.request_timeout_s:
        return
    limit = f"{app.platform.request_timeout_s:.0f} s"
    length = f"{int(text)} s" if int(text) else "for ever"
    yield report(
        "HL116",
        f"gunicorn lets a request run {length}, the router gives it up after {limit}",
        at,
        why="the visitor has had an H12 for long, while the worker goes on with an answer that nobody gets and takes no other request",
        related=related,
        fix=f"set the timeout below {limit} and move longer work to a worker process",
        process="web",
        confidence=Confidence.HIGH,
    )
