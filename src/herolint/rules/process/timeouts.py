"""Server time limits that are longer than the router waits."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.frameworks.unicorn import TOOLS as UNICORN
from herolint.app.frameworks.unicorn import unicorn_timeout
from herolint.app.launching.launch import Launch
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Env, Known
from herolint.app.model import App
from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.finding import Finding, Fix, Place
from herolint.rules.process.places import started_at
from herolint.rules.registry import WARNING, report, rule
from herolint.source import Span

_ASYNC = ("gevent", "eventlet", "uvicorn", "tornado", "aiohttp", "meinheld")
_LABEL = "longer than the router waits"


@rule("HL116", "server-timeout-over-limit", WARNING, needs=("processes",))
def server_timeout_over_limit(app: App) -> Iterator[Finding]:
    """The server lets a request run on after the router has given it up."""
    web = app.web
    for launch in web.launches if web is not None else ():
        if launch.tool == "uwsgi":
            from herolint.app.running.uwsgi import uwsgi_settings

            found = uwsgi_settings(app, launch).get("harakiri")
            if found is not None:
                yield from _judge(app, "uWSGI", found[0], found[1], (app.procfile_place("web", "uWSGI reads it"),))
        elif launch.tool in UNICORN and app.has("code"):
            yield from _of_unicorn(app, launch)
        elif launch.tool == "gunicorn":
            word = launch.option("--timeout")
            if word is None:
                yield from _in_config(app, launch)
            elif not _is_async(launch) and web is not None:
                source = app.source(launch.path)
                from herolint.edits.words import replaced_end

                edits = replaced_end(source, word.span, word.text, _under(app)) if source is not None else ()
                yield from _judge(app, "gunicorn", word.text, launch.place(word), started_at(app, web, launch), edits)


def _of_unicorn(app: App, launch: Launch) -> Iterator[Finding]:
    """`timeout` in the file that unicorn reads."""
    found = unicorn_timeout(app, launch)
    if found is not None:
        seconds, at, number = found
        related = (app.procfile_place("web", "unicorn reads it"),)
        edits = (Edit(at.path, Span(number.start, number.end), _under(app)),) if isinstance(number, facts.Const) else ()
        yield from _judge(app, "unicorn", str(seconds), at, related, edits)


def _under(app: App) -> str:
    """A limit under the router's, in whole seconds."""
    return str(int(app.platform.request_timeout_s) - 1)


def _is_async(launch: Launch) -> bool:
    """Whether the workers answer several requests at a time: their time limit is then about the worker, not about a request."""
    worker = launch.option("--worker-class")
    return worker is not None and any(name in worker.text.lower() for name in _ASYNC)


def _in_config(app: App, launch: Launch) -> Iterator[Finding]:
    """`timeout = …` in the Python file that gunicorn reads."""
    path = app.code.entry_points.gunicorn_config(launch) if app.has("code") else None
    mod = app.code.code.mod(path) if path is not None else None
    if mod is None or _is_async(launch):
        return
    settings = {target.id: a for a in mod.facts.assigns if isinstance(target := a.target, facts.Name) and a.function == NONE}
    if any(name in str(_value(app, mod, settings.get("worker_class"))).lower() for name in _ASYNC):
        return
    assign = settings.get("timeout")
    value = _value(app, mod, assign)
    if assign is not None and value is not None:
        related = (app.procfile_place("web", "gunicorn reads it"),)
        yield from _judge(app, "gunicorn", str(value), mod.place(assign), related, _set_under(app, mod, assign))


def _set_under(app: App, mod: Mod, assign: Assign) -> tuple[Edit, ...]:
    """The setting with a limit under the router's, where a number stands there."""
    value = assign.value
    return (Edit(mod.path, Span(value.start, value.end), _under(app)),) if isinstance(value, facts.Const) else ()


def _value(app: App, mod: Mod, assign: Assign | None) -> object:
    """What the setting is, as far as files tell: the value that code falls back to where no file declares the config var."""
    value = app.code.fold(mod, NONE, assign.value) if assign is not None else None
    if isinstance(value, Env):
        given = app.config_var(value.name)
        value = Known(given) if given is not None else value.default
    return value.value if isinstance(value, Known) else None


def _judge(app: App, server: str, text: str, at: Place, related: tuple[Place, ...], edits: tuple[Change, ...] = ()) -> Iterator[Finding]:
    if not text.isdigit() or 0 < int(text) <= app.platform.request_timeout_s:
        return
    limit = f"{app.platform.request_timeout_s:.0f} s"
    length = f"{int(text)} s" if int(text) else "for ever"
    yield report(
        "HL116",
        f"{server} lets a request run {length}, the router gives it up after {limit}",
        Place(at.path, at.span, _LABEL),
        why="the visitor has had an H12 for long, while the worker goes on with an answer that nobody gets and takes no other request",
        related=related,
        fix=Fix(f"set it below {limit} and move longer work to a worker process", edits),
        process="web",
    )
