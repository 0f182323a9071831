"""Rules about the port: does the web process listen where the router looks?"""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.running.defaults import beside_others
from herolint.app.running.endpoints import endpoints
from herolint.app.running.listening import LOCAL_HOSTS, Endpoint
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, report, rule


def _started_by(app: App, at: Place) -> tuple[Place, ...]:
    web = app.procfile_place("web", "this process starts it")
    return () if web.path == at.path else (web,)


def _with_label(at: Place, label: str) -> Place:
    return Place(at.path, at.span, label)


@rule("HL105", "port-not-bound", ERROR, needs=("processes",))
def port_not_bound(app: App) -> Iterator[Finding]:
    """The web process does not listen on $PORT."""
    if app.web is None:
        return
    ends = list(endpoints(app, app.web))
    elsewhere = any(end.port == "unknown" and end.effect is not None for end in ends)
    listening = {(end.port_at.path, end.port_at.span) for end in ends if end.port != "none"}
    for end in ends:
        if end.port in ("platform", "unknown") or (end.port == "none" and (beside_others(app) or _may_be_worker(app))):
            continue
        if elsewhere and end.effect is not None and end.effect.runs is None:
            continue  # under a condition that may not hold, and the way that is taken then may be the right one
        message, label = _port_words(end)
        yield report(
            "HL105",
            message,
            _with_label(end.port_at, label),
            why=f"only $PORT is routed to the dyno; after {app.platform.boot_timeout_s:.0f} s the dyno is stopped (R10, H10)",
            related=(*_started_by(app, end.port_at), *_bot(end)),
            fix=_port_mended(app, end) if len(listening) <= 1 else _port_fix(app, end),  # $PORT can be taken once only
            process="web",
            confidence=Confidence.HIGH if end.effect is None or end.effect.runs else Confidence.MEDIUM,
        )


def _may_be_worker(app: App) -> bool:
    """Whether nothing says which process type an image is pushed as: what serves nobody is then meant as `worker`."""
    return app.is_container and not app.container_sure


def _bot(end: Endpoint) -> tuple[Place, ...]:
    """The call that starts what serves nobody."""
    if end.port != "none" or end.effect is None:
        return ()
    return (end.effect.mod.place(end.effect.fact.call, "runs here"),)


def _port_mended(app: App, end: Endpoint) -> Fix:
    if end.port == "none":
        return _port_fix(app, end)
    from herolint.app.mends.endpoint_edits import keeps_port, option_edits, port_edits

    if end.option:
        return Fix(_port_fix(app, end).description, option_edits(app, end), safe=True)
    edits = port_edits(app, end)
    kept = keeps_port(app, end, edits)
    then = (
        f"PORT must now be set where you start it yourself, e.g. `PORT={end.port_text}`"
        if edits and not kept and end.port_text.isdigit()
        else ""
    )
    return Fix(_port_fix(app, end).description, edits, kept, then)


def _port_words(end: Endpoint) -> tuple[str, str]:
    if end.port == "none":
        if end.server == "script":
            return "web never listens: nothing that it runs serves HTTP", "no server is started"
        if end.port_text:
            return f"web listens on {end.port_text}, which the router cannot reach", "no TCP port"
        return f"web never listens on $PORT: a {end.server} serves no HTTP", "serves nobody"
    if end.port == "other":
        return f"web listens on the port in {end.port_text}, which Heroku does not set", "not $PORT"
    if end.port == "refused":
        return f"web never listens: {end.server} is given `{end.port_text}` for a port, which is no number", "no number"
    if end.default_port:
        return f"web never listens on $PORT: {end.server} takes its default port {end.port_text}", f"default port {end.port_text}"
    return f"web never listens on $PORT but on port {end.port_text}", "fixed port"


def _port_fix(app: App, end: Endpoint) -> Fix:
    if end.port == "none":
        if end.server in ("celery", "rq") or "bot" in end.server or end.server == "script":
            return _as_worker(app)
        return Fix("bind to `0.0.0.0:$PORT`")
    if end.option and app.web is not None:
        start = "start it with" if app.procfile_path else f"write a Procfile with `web: {app.web.text} {end.option}`, which starts it with"
        return Fix(f"{start} `{end.option}`")
    if end.effect is None and end.server == "nginx":
        return Fix("write `listen ${PORT};` in a template under /etc/nginx/templates/, which the image fills in when it starts")
    if end.effect is None and end.server.startswith(("httpd", "apache2")):
        return Fix("let the start command write `Listen $PORT` into Apache's configuration")
    if end.effect is None:
        words = {
            "uvicorn": "--host 0.0.0.0 --port $PORT",
            "daphne": "-b 0.0.0.0 -p $PORT",
            "streamlit": "--server.port $PORT --server.address 0.0.0.0",
            "flask": "--host 0.0.0.0 --port $PORT",
            "hypercorn": "--bind 0.0.0.0:$PORT",
            "gunicorn": "--bind 0.0.0.0:$PORT",
            "waitress-serve": "--port=$PORT",
            "manage.py runserver": "0.0.0.0:$PORT",
            "Spring Boot": "server.port=${PORT:8080}",
            "Play": "-Dhttp.port=$PORT",
            "Ktor": "port = ${?PORT}",
        }.get(end.server, "the port from $PORT")
        return Fix(f"use `{words}`")
    mod = end.effect.mod
    read = app.code.spell(mod, "read-number", name="PORT", default=end.port_text if end.port_text.isdigit() else 5000)
    if end.effect.row.note.startswith("address") and end.effect.row.note != "address pair":
        return Fix(f"use `{app.code.spell(mod, 'address', name='PORT')}`")
    given = {(arg.start, arg.end) for arg in end.effect.fact.call.args}
    if end.port_at.span is not None and tuple(end.port_at.span) in given:
        return Fix(f"use `{read}`")
    names = end.effect.row.port.split() or ["port"]
    keyword = names[-1] if not names[-1].isdigit() else "port"
    return Fix(f"use `{app.code.spell(mod, 'named', key=keyword, value=read)}`")


def _as_worker(app: App) -> Fix:
    """The line of the Procfile under the name of a process type that gets no requests."""
    from herolint.edits.procfile import renamed_process

    scale = "`heroku ps:scale web=0 worker=1`"
    words = f"start it as `worker:` instead of `web:` and scale it with {scale}"
    line = app.procfile.last().get("web") if app.procfile is not None else None
    source = app.source("Procfile")
    edits = renamed_process(source, line, "worker") if source is not None and line is not None and "worker" not in app.processes else ()
    return Fix(words, edits, then=f"after the next deploy {scale}" if edits else "")


@rule("HL106", "binds-localhost", ERROR, needs=("processes",))
def binds_localhost(app: App) -> Iterator[Finding]:
    """The web process listens on the loopback interface only."""
    if app.web is None:
        return
    for end in endpoints(app, app.web):
        if end.host not in LOCAL_HOSTS or end.port == "none" or end.host_at is None:
            continue
        how = f"{end.server} listens on {end.host} unless told otherwise" if end.default_host else f"web listens on {end.host}"
        option = {
            "uvicorn": "--host 0.0.0.0",
            "flask": "--host 0.0.0.0",
            "daphne": "-b 0.0.0.0",
            "hypercorn": "--bind 0.0.0.0:$PORT",
            "gunicorn": "--bind 0.0.0.0:$PORT",
            "manage.py runserver": "0.0.0.0:$PORT",
        }.get(end.server) or _host_fix(app, end)
        from herolint.app.mends.endpoint_edits import host_edits, is_deployed_only

        yield report(
            "HL106",
            f"{how}, where only the dyno itself can reach it",
            _with_label(end.host_at, "loopback only"),
            why="the router connects from outside the dyno: nothing answers, and the dyno is stopped with R10",
            related=_started_by(app, end.host_at),
            fix=Fix(f"use `{option}`", host_edits(app, end), is_deployed_only(app, end.host_at.path)),
            process="web",
            confidence=Confidence.HIGH if end.effect is None or end.effect.runs else Confidence.MEDIUM,
        )


def _host_fix(app: App, end: Endpoint) -> str:
    """How the listening call is told to take every interface."""
    if end.effect is None:
        return "0.0.0.0 as the host"
    words = end.effect.row.host.split()
    keyword = words[-1] if words and not words[-1].isdigit() else "host"
    return app.code.spell(end.effect.mod, "named", key=keyword, value='"0.0.0.0"')
