"""Socket.IO and WebSockets: whether the server can speak them, and whether a client meets the worker that knows it."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.calling.broadcasts import taken_sockets
from herolint.app.keeping.lasting import lasting_values
from herolint.app.launching.launch import Launch
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Items, Known, constant
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.running.workers import Workers, dynos_of, dynos_said, own_process, web_workers
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

_SPEAK_ASGI = ("uvicorn", "hypercorn", "asgi", "Uvicorn", "aiohttp", "sanic")
_ASGI_SERVERS = frozenset({"daphne", "uvicorn", "hypercorn", "granian", "python"})


@rule("HL505", "session-affinity", WARNING, needs=("code", "processes"))
def session_affinity(app: App) -> Iterator[Finding]:
    """Clients of Socket.IO meet a process that does not know them."""
    workers = web_workers(app) or own_process(app)
    servers = _socketio(app)
    if not servers and workers is not None:
        yield from _plain(app, workers)
    if not servers or workers is None:
        return
    at, several, dynos = servers[0], workers.several, dynos_of(app, "web")
    if not several and dynos <= 1:
        if not (workers.chosen or dynos_said(app, "web") or _joined(app, servers)):
            yield from _alone(app, servers)
        return
    if _one_transport(app, servers) and _joined(app, servers):
        return
    where = f"{workers.number} workers" if several else f"{dynos} dynos"
    by = " (the buildpack sets WEB_CONCURRENCY)" if several and workers.origin == "buildpack" else ""
    place = workers.place if several else workers.launch.at
    yield report(
        "HL505",
        f"{at.row.kind} runs in {where}{by}, and a client must meet the same one each time",
        Place(place.path, place.span, f"starts {where}"),
        why=_broken(app, workers, servers),
        related=(at.mod.place(at.fact.call.func, "Socket.IO is served here"),),
        fix=_one_worker(workers) if several else _affinity(app, servers),
        process="web",
        confidence=Confidence.HIGH if several else Confidence.MEDIUM,
    )


_EVENTS = frozenset({"on", "event", "emit", "on_event", "on_namespace", "registerNamespace", "register_namespace", "of"})
"""Methods by which code handles or sends events."""


def _plain(app: App, workers: Workers) -> Iterator[Finding]:
    """WebSockets without a library around them: what is said to all is said to those of one process."""
    opened, said = taken_sockets(app.code), app.code.broadcast
    if opened is None or said is None or _shared(app):
        return
    several, dynos = workers.several, dynos_of(app, "web")
    if several or dynos > 1:
        where = f"{workers.number} workers" if several else f"{dynos} dynos"
        by = " (the buildpack sets WEB_CONCURRENCY)" if several and workers.origin == "buildpack" else ""
        place = workers.place if several else workers.launch.at
        at = Place(place.path, place.span, f"starts {where}")
        message = f"WebSockets are told of one another in memory, and web runs in {where}{by}: their clients do not meet"
    elif workers.chosen or dynos_said(app, "web") or _kept(app, said[0]):
        return
    else:
        message = "WebSockets are told of one another in memory: with a second web dyno their clients do not meet"
        at = opened
    yield report(
        "HL505",
        message,
        at,
        why="what one process sends never reaches the clients of another",
        related=(said[0].place(said[1].call, "sent to those of this process"), *((opened,) if at is not opened else ())),
        fix="pass messages on through Redis"
        + (
            f", or {_one_worker(workers)}" if several else ", or say that there is one dyno (`formation` in app.json)" if dynos <= 1 else ""
        ),
        process="web",
        confidence=Confidence.HIGH if several else Confidence.MEDIUM,
    )


def _shared(app: App) -> bool:
    """Whether messages may come from other processes: by a broker, by Redis or Postgres where something listens."""
    if any("web" in e.processes for e in app.code.effects_of("joins-processes")):
        return True
    kinds = {e.row.kind for e in app.code.effects_of("connects") if "web" in e.processes}
    hears = _NOTIFIED | _HEARS if "Redis" in kinds else _NOTIFIED
    return "broker" in kinds or any(_last(fact.call.func).lower() in hears for mod in app.code.modules for fact in mod.facts.calls)


_HEARS = frozenset({"subscribe", "psubscribe", "ssubscribe", "pubsub", "xread"})
"""Methods of clients of Redis, in lower case, that hear what other processes say."""
_NOTIFIED = frozenset({"waitfornotification", "newlistener", "add_listener", "createsubscriber", "notifies"})
"""The like of clients of Postgres (`LISTEN`)."""


def _kept(app: App, mod: Mod) -> bool:
    """Whether the connections are among the values in memory that another finding tells of."""
    return any(value.held.mod is mod for value in lasting_values(app.code))


def _alone(app: App, servers: list[Effect]) -> Iterator[Finding]:
    """One process as far as files tell: what stands in the way of a second one."""
    at = servers[0]
    polls = not _one_transport(app, servers)
    if not polls and not any(_reaches_others(fact.call.func) for mod in app.code.modules for fact in mod.facts.calls):
        return
    yield report(
        "HL505",
        f"{at.row.kind} has no adapter: with a second web dyno its clients do not meet",
        at.mod.place(at.fact.call.func, "knows the clients of this process only"),
        why="what one process sends never reaches the clients of another"
        + (", and a client that starts by polling finds a process that does not know it (400 Session ID unknown)" if polls else ""),
        fix=(at.row.remedy or _affinity(app, servers)) + ", or say that there is one dyno (`formation` in app.json)",
        process="web",
        confidence=Confidence.MEDIUM,
    )


def _reaches_others(func: facts.AnyExpr) -> bool:
    """Whether a call sends to more than the one client at hand: to rooms, to all, through a namespace."""
    if not isinstance(func, facts.Attr):
        return False
    to_all = func.name in ("emit", "send") and (dotted(func.base) or "").rpartition(".")[2] not in ("socket", "client", "ws", "")
    return to_all or func.name in ("to", "in", "broadcast", "join", "join_room")


def _socketio(app: App) -> list[Effect]:
    """Where Socket.IO is served, if any event is handled or sent: a template's server that nothing uses has no clients."""
    found = [effect for effect in app.code.effects_of("serves-socketio") if "web" in effect.processes]
    if any(effect.row.note for effect in found):
        return found
    return found if found and any(_last(expr) in _EVENTS for mod in app.code.modules for expr in _called(mod)) else []


def _called(mod: Mod) -> Iterator[facts.AnyExpr]:
    """What a module calls or decorates with."""
    yield from (fact.call.func for fact in mod.facts.calls)
    yield from (decorator for fn in mod.facts.functions for decorator in fn.decorators)


def _last(expr: facts.AnyExpr) -> str:
    return (dotted(expr) or "").rpartition(".")[2] or (expr.name if isinstance(expr, facts.Attr) else "")


def _one_transport(app: App, servers: list[Effect]) -> bool:
    """Whether the server takes WebSockets only, which stay with the process that took them."""
    for effect in servers:
        expr, value = app.code.argument(effect, "transports")
        if expr is not None and (not isinstance(value, Items) or all(constant(item) == "websocket" for item in value.items)):
            return True
    return False


def _joined(app: App, servers: list[Effect]) -> bool:
    """Whether a message queue joins the processes, as far as can be seen."""
    if any("web" in effect.processes for effect in app.code.effects_of("joins-processes")):
        return True
    for effect in servers:
        given = [app.code.argument(effect, name) for name in effect.row.url.split()]
        if any(expr is not None and not (isinstance(value, Known) and not value.value) for expr, value in given):
            return True
        if any(isinstance(arg, facts.Star) for arg in effect.fact.call.args):
            return True
    return False


def _broken(app: App, workers: Workers, servers: list[Effect]) -> str:
    if _one_transport(app, servers):
        return "without a message queue, what one process sends never reaches the clients of another"
    if workers.several:
        return (
            f"clients start by polling, and {workers.launch.tool} gives each request to any worker: the other one answers 400 Invalid session;"
            " session affinity chooses dynos, not workers"
        )
    return "clients start by polling, and the router gives each request to any dyno: the other one answers 400 Invalid session"


def _one_worker(workers: Workers) -> str:
    launch = workers.launch
    if launch.tool == "uwsgi":
        return "start one: `processes = 1`"
    if launch.tool != "gunicorn":
        return "start one worker: `--workers 1`"
    kind = {"sync": "-k gevent", "?": "", "gthread": "--threads 100"}.get(workers.worker_class, f"-k {workers.worker_class}")
    words = ("gunicorn", kind, "-w 1", launch.target.text if launch.target is not None else "")
    return f"start one worker: `{' '.join(word for word in words if word)}`"


def _affinity(app: App, servers: list[Effect]) -> str:
    queue = "" if _joined(app, servers) else f" and give the server `{servers[0].row.url.split()[0]}=` with the address of Redis"
    return f"switch on session affinity: `heroku features:enable http-session-affinity`{queue}"


@rule("HL506", "websocket-on-wsgi", WARNING, ERROR, needs=("code", "processes"))
def websocket_on_wsgi(app: App) -> Iterator[Finding]:
    """The server of the web process cannot speak what the app speaks."""
    workers = web_workers(app)
    if workers is None or workers.launch.tool not in ("gunicorn", "uwsgi", "waitress-serve"):
        return
    if workers.worker_class == "?" or any(name in workers.worker_class for name in _SPEAK_ASGI):
        return
    asynchronous = _asynchronous(app, workers.launch)
    if asynchronous is not None:
        yield _whole_app(workers, *asynchronous)
        return
    yield from _channels(app, workers)
    if workers.launch.tool != "gunicorn":
        return
    for effect in app.code.effects_of("serves-websocket"):
        if "web" in effect.processes and not workers.worker_class.startswith(tuple(effect.row.path.split())):
            yield _no_socket(workers, effect, f"add `{effect.row.note}`")
    servers = _socketio(app)
    if servers and workers.worker_class == "sync" and not (workers.several or dynos_of(app, "web") > 1):
        yield _no_socket(workers, servers[0], "add `-k gevent` (and gevent to the requirements) or `--threads 100`")


def _asynchronous(app: App, launch: Launch) -> tuple[str, str] | None:
    """The kind of application that the server loads, where it is no WSGI one, with the gunicorn worker that serves it."""
    path = app.code.code.find(launch.module) if launch.module else None
    mod = app.code.code.mod(path) if path else None
    target = app.code.linker.lookup(mod, NONE, launch.attr or "application") if mod is not None else None
    if mod is None or target is None or target.kind != "external":
        return None
    worker = app.code.knows(mod).asynchronous.get(target.name)
    return (target.name.removesuffix("()").rpartition(".")[2], worker) if worker else None


def _whole_app(workers: Workers, kind: str, worker: str) -> Finding:
    launch = workers.launch
    at = launch.place(launch.target, f"{kind} is not a WSGI application") if launch.target is not None else launch.at
    fix = (
        f"add `-k {worker}`"
        if launch.tool == "gunicorn"
        else f"serve it with `uvicorn {launch.module}:{launch.attr} --host 0.0.0.0 --port $PORT`"
    )
    return report(
        "HL506",
        f"{launch.tool} cannot serve {kind} {'with its own workers' if launch.tool == 'gunicorn' else 'at all'}",
        at,
        severity=ERROR,
        why="they call it as a WSGI application, and every request ends in a TypeError (500)",
        fix=fix,
        process="web",
    )


def _channels(app: App, workers: Workers) -> Iterator[Finding]:
    """WebSocket routes of Channels beside a server that loads the WSGI application."""
    others = [x for x in (app.web.launches if app.web is not None else ()) if x is not workers.launch and x.tool in _ASGI_SERVERS]
    if app.code.django is None or others:
        return
    for mod, fact, _ in app.code.calls_named("channels.routing.ProtocolTypeRouter"):
        table = fact.call.args[0] if fact.call.args else None
        keys = (
            [k for k, _ in table.items if isinstance(k, facts.Const) and k.value == "websocket"] if isinstance(table, facts.Mapping) else []
        )
        if keys and "web" in app.code.reached_by(mod.path):
            launch = workers.launch
            dotted = mod.name
            yield report(
                "HL506",
                f"{launch.tool} serves the WSGI application, and the WebSocket routes of Channels are in the ASGI one",
                launch.place(launch.target, "no WebSocket gets past this") if launch.target is not None else launch.at,
                # A project that names its ASGI application means to be served by it.
                severity=ERROR if app.code.django.is_set("ASGI_APPLICATION") else WARNING,
                why="the server answers every WebSocket with 404: what needs one never works",
                related=(mod.place(keys[0], "WebSocket routes"),),
                fix=f"serve the ASGI application: `daphne -b 0.0.0.0 -p $PORT {dotted}:application`, or `gunicorn -k uvicorn.workers.UvicornWorker`",
                process="web",
            )
            return


def _no_socket(workers: Workers, effect: Effect, fix: str) -> Finding:
    launch = workers.launch
    return report(
        "HL506",
        f"{effect.row.kind} does not work with gunicorn's {workers.worker_class} workers",
        Place(launch.at.path, launch.at.span, f"{workers.worker_class} workers"),
        why="such a worker answers one request at a time: the first client that stays connected keeps it from all others,"
        " and gunicorn kills it when its timeout is over"
        if workers.worker_class == "sync"
        else "such a worker does not hand the connection on to it",
        related=(effect.mod.place(effect.fact.call.func, "served here"),),
        fix=fix,
        process="web",
    )
