"""How many processes of one web dyno answer requests, and who says so: the command, a server's settings, WEB_CONCURRENCY."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Env, Known, Value, options
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import walk
from herolint.finding import Place
from herolint.patterns import lazy
from herolint.platforms.addons import load_addons
from herolint.platforms.model import Dyno

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.program import Effect

VARIABLE = "WEB_CONCURRENCY"
_READS_VARIABLE = frozenset({"gunicorn", "uvicorn", "fastapi"})
"""Servers that start as many workers as WEB_CONCURRENCY says when nothing else says a number."""
_SERVERS = _READS_VARIABLE | {"uwsgi", "hypercorn", "granian", "daphne", "waitress-serve", "streamlit", "chainlit"}
_EXPANSION = lazy(r"\$\{?([A-Za-z_]\w*)")


class Workers(msgspec.Struct, frozen=True):
    """The worker processes of one web dyno.

    `number` is None when a config var decides that no file gives a value. `origin` is what says the number: `command`, `config` (the
    server's own file, or the call that starts it), `variable` (the project sets WEB_CONCURRENCY), `buildpack` (nobody did, the buildpack
    does) or `server` (the server's default of one). `said` is that as the reader wrote it, `place` where. `worker_class` is gunicorn's,
    `sync` by default; `by_cores`: the number comes from counting the host's cores.
    """

    launch: Launch
    number: int | None
    origin: str
    said: str
    place: Place
    worker_class: str = ""
    threads: int = 1
    preload: bool = False
    by_cores: bool = False

    @property
    def several(self) -> bool:
        """Whether there is more than one, as far as files tell."""
        return self.number is not None and self.number > 1

    @property
    def chosen(self) -> bool:
        """Whether the project itself says the number."""
        return self.origin in ("command", "config", "variable")


def dyno_of(app: App, process: str) -> tuple[Dyno, bool]:
    """The dyno size of a process type, and whether some file says so (else it is the smallest)."""
    formation = app.app_json.formation.get(process) if app.app_json else None
    size = app.context.dyno(process) or (formation.size if formation is not None else None)
    found = app.platform.dyno(size) if size else None
    if found is not None:
        return found, True
    smallest = app.platform.dyno(app.platform.dynos.default)
    return smallest or app.platform.dynos.all[0], False


def dynos_of(app: App, process: str) -> int:
    """How many dynos of a process type run; one when no file says."""
    formation = app.app_json.formation.get(process) if app.app_json else None
    return max(1, app.context.scale.get(process) or (formation.quantity if formation is not None else None) or 1)


def web_workers(app: App) -> Workers | None:
    """The workers of the program that answers the web dyno's requests; None when no process is known to."""
    launches = app.web.launches if app.web is not None else ()
    serving = [x for x in launches if x.tool in _SERVERS] or [x for x in launches if x.tool in ("python", "flask", "django")]
    if not serving:
        return None
    found = workers_of(app, serving[0])
    return _of_code(app, found) if serving[0].tool == "python" and app.has("code") else found


def _of_code(app: App, found: Workers) -> Workers:
    """The workers of a server that the app's own code starts, where that is one that starts several."""
    for effect in app.code.effects_of("starts-workers"):
        if "web" in effect.processes and effect.runs:
            number, origin = workers_of_call(app, effect, found.launch)
            if number is None:
                return found
            said, place = (f"{number} workers", effect.mod.place(effect.fact.call)) if origin == "config" else (VARIABLE, found.place)
            return msgspec.structs.replace(found, number=number, origin=origin, said=said, place=place)
    return found


def own_process(app: App) -> Workers | None:
    """The one process of a web program that listens by itself, where no server is known to start it."""
    main = app.web.main if app.web is not None else None
    return Workers(main, 1, "server", "", main.at) if main is not None else None


def dynos_said(app: App, process: str) -> bool:
    """Whether the project says how many dynos of a process type run."""
    formation = app.app_json.formation.get(process) if app.app_json else None
    return bool(app.context.scale.get(process) or (formation is not None and formation.quantity))


def workers_of(app: App, launch: Launch) -> Workers:
    """The workers that a server's command starts."""
    if launch.tool == "uwsgi":
        return _uwsgi(app, launch)
    base = Workers(launch, 1, "server", "", launch.at)
    config = _config(app, launch)
    if launch.tool == "gunicorn":
        threads = _threads(app, launch, config)
        worker_class = _text(app, launch, config, "--worker-class", "worker_class") or "sync"
        base = msgspec.structs.replace(
            base,
            worker_class="gthread" if worker_class == "sync" and threads > 1 else worker_class,
            threads=threads,
            preload=launch.has("--preload") or _text(app, launch, config, "", "preload_app") == "True",
        )
    word = launch.option("--workers")
    if word is not None:
        variable = _EXPANSION.match(word.text)
        place = launch.place(word)
        if variable is None:
            count = int(word.text) if word.text.isdigit() else None
            return msgspec.structs.replace(base, number=count, origin="command", said=f"{word.text} workers", place=place)
        return msgspec.structs.replace(_from_variable(app, base, variable[1], None), place=place)
    if config is not None and "workers" in config:
        mod, assign = config["workers"]
        return _from_config(app, base, mod, assign)
    if launch.tool in _READS_VARIABLE:
        return _from_variable(app, base, VARIABLE, 1)
    return base


def workers_of_call(app: App, effect: Effect, launch: Launch) -> tuple[int | None, str]:
    """How many processes a server starts that the app's own code calls, and who says so: `config` (the call), `variable` or `buildpack`.

    None where that is not known, or where code of the app changes the variable itself.
    """
    expr, value = app.code.argument(effect, effect.row.maximum)
    if expr is not None and value != Known(None):
        return _whole(value), "config"
    if any(VARIABLE in mod.source.text for mod in app.code.modules):
        return None, "variable"
    found = _from_variable(app, Workers(launch, 1, "server", "", launch.at), VARIABLE, 1)
    return found.number, found.origin


def _from_config(app: App, base: Workers, mod: Mod, assign: Assign) -> Workers:
    place = mod.place(assign)
    said = mod.source.data[assign.start : assign.end].decode("utf-8", "replace").partition("\n")[0]
    value = app.code.fold(mod, NONE, assign.value)
    for one in options(value):
        if isinstance(one, Env):
            return msgspec.structs.replace(_from_variable(app, base, one.name, _whole(one.default)), place=place)
    count = _number(app, mod, assign.value)
    by_cores = any(isinstance(one, facts.Call) and _counts_cores(app, mod, one.func) for one in walk(assign.value))
    return msgspec.structs.replace(base, number=count, origin="config", said=said, place=place, by_cores=by_cores)


def _from_variable(app: App, base: Workers, name: str, default: int | None) -> Workers:
    """The number that a config var gives, as far as app.json, the command or the buildpack tell; `default` is used when it is not set."""
    given = base.launch.assigned(name)
    declared = given.text if given is not None else app.config_var(name)
    if declared is not None:
        count = int(declared) if declared.isdigit() else None
        place = base.launch.place(given) if given is not None else base.place
        return msgspec.structs.replace(base, number=count, origin="variable", said=f"{name}={declared}" if declared else name, place=place)
    if name == VARIABLE and not app.is_container and app.language == "python":
        return msgspec.structs.replace(base, number=concurrency(dyno_of(app, "web")[0]), origin="buildpack", said=VARIABLE)
    return msgspec.structs.replace(base, number=default, origin="server", said=name)


def concurrency(dyno: Dyno) -> int:
    """What the Python buildpack sets WEB_CONCURRENCY to on a dyno of that size."""
    known = load_addons().web_concurrency
    return known.get(dyno.name) or known[dyno.name.replace("shield", "private")]


def _uwsgi(app: App, launch: Launch) -> Workers:
    from herolint.app.running.uwsgi import uwsgi_settings

    settings = uwsgi_settings(app, launch)
    for name in ("processes", "workers", "p"):
        if name in settings:
            text, place = settings[name]
            count = int(text) if text.isdigit() else None
            return Workers(launch, count, "config", f"{name} = {text}", place)
    return Workers(launch, 1, "server", "", launch.at)


def _config(app: App, launch: Launch) -> dict[str, tuple[Mod, Assign]] | None:
    """Settings of the Python file that gunicorn reads, those that hold in production; None when there is none."""
    path = app.code.entry_points.gunicorn_config(launch) if app.has("code") else None
    mod = app.code.code.mod(path) if path is not None else None
    if mod is None:
        return None
    found = {}
    for assign in mod.facts.assigns:
        if isinstance(assign.target, facts.Name) and assign.function == NONE and app.code.guards.holds(mod, assign.guard) is not False:
            found[assign.target.id] = mod, assign
    return found


def _text(app: App, launch: Launch, config: dict[str, tuple[Mod, Assign]] | None, option: str, name: str) -> str:
    word = launch.option(option) if option else None
    if word is not None:
        return word.text
    if config is not None and name in config:
        mod, assign = config[name]
        for one in options(app.code.fold(mod, NONE, assign.value)):
            if isinstance(one, Known):
                return str(one.value)
        return "?"
    # Settings that herolint cannot read (a file of another kind) may say anything.
    return "?" if launch.has("--config") and config is None and option else ""


def _threads(app: App, launch: Launch, config: dict[str, tuple[Mod, Assign]] | None) -> int:
    text = _text(app, launch, config, "--threads", "threads")
    return int(text) if text.isdigit() else 1 if not text else 2


def _whole(value: Value | None) -> int | None:
    if isinstance(value, Known) and isinstance(value.value, int | str) and str(value.value).isdigit():
        return int(value.value)
    return None


def _number(app: App, mod: Mod, expr: facts.AnyExpr | None, depth: int = 0) -> int | None:
    """A whole number that a setting comes to on the web dyno, where counting its cores is allowed; None when it cannot be known."""
    if expr is None or depth > 8:
        return None
    known = _whole(app.code.fold(mod, NONE, expr))
    if known is not None:
        return known
    match expr:
        case facts.Binary(op=op, left=left, right=right):
            a, b = _number(app, mod, left, depth + 1), _number(app, mod, right, depth + 1)
            return _calculate(op, a, b)
        case facts.Logic(parts=parts):
            return next((n for part in parts if (n := _number(app, mod, part, depth + 1)) is not None), None)
        case facts.Name(id=name):
            bound = [b.what for b in mod.names.get(NONE, {}).get(name, ()) if isinstance(b.what, Assign) and b.what.op == "="]
            return _number(app, mod, bound[-1].value, depth + 1) if bound else None
        case facts.Call(func=func, args=args):
            if _counts_cores(app, mod, func):
                return dyno_of(app, "web")[0].cores or None
            name = app.code.linker.qualified(mod, NONE, func) or ""
            numbers = [_number(app, mod, arg, depth + 1) for arg in args]
            return _of_several(name, numbers)
    return None


def _counts_cores(app: App, mod: Mod, func: facts.AnyExpr) -> bool:
    name = app.code.linker.qualified(mod, NONE, func) or ""
    return any(row.effect == "counts-cores" for row in app.code.knows(mod).effects(name))


def _calculate(op: str, a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return None
    return {"+": a + b, "-": a - b, "*": a * b, "//": a // b if b else None}.get(op)


def _of_several(name: str, numbers: list[int | None]) -> int | None:
    known = [n for n in numbers if n is not None]
    if name == "int" and len(numbers) == 1:
        return numbers[0]
    if name not in ("min", "max") or not known or len(known) < len(numbers):
        return None
    return min(known) if name == "min" else max(known)
