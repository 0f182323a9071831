"""Servers of the web process that speak TLS themselves: by options of their command, a setting of their config file, or a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.at_start import runs_at_start, surely_starts
from herolint.app.linking.values import UNKNOWN, Env, Known, Value
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App

OPTIONS: dict[str, tuple[str, ...]] = {
    "gunicorn": ("--certfile", "--keyfile"),
    "uvicorn": ("--ssl-keyfile", "--ssl-certfile"),
    "hypercorn": ("--certfile", "--keyfile"),
    "flask": ("--cert", "--key"),
    "granian": ("--ssl-certificate", "--ssl-keyfile"),
    "streamlit": ("--server.sslCertFile", "--server.sslKeyFile"),
}
"""Options by which servers are given a certificate or key."""


class TlsServer(msgspec.Struct, frozen=True):
    """A server that speaks TLS: its name, what makes it do so, and where; `runs`: whether it does in production (None: unknown)."""

    server: str
    by: str
    at: Place
    runs: bool | None


def tls_servers(app: App) -> Iterator[TlsServer]:
    """Servers of the web process that speak TLS themselves."""
    if app.web is None:
        return
    for launch in app.web.launches:
        given = next((name for name in OPTIONS.get(launch.tool, ()) if launch.has(name)), None)
        if given is not None:
            word = next(word for word in launch.words if word.text.startswith(given))
            yield TlsServer(launch.tool, given, launch.place(word), True)
    if app.has("code"):
        yield from _in_server_config(app)
        yield from _in_calls(app)


def _in_server_config(app: App) -> Iterator[TlsServer]:
    """`certfile = …` in gunicorn's own file."""
    for launch in app.web.launches if app.web is not None else ():
        path = app.code.entry_points.gunicorn_config(launch)
        mod = app.code.code.mod(path) if path is not None else None
        for assign in mod.facts.assigns if mod is not None else ():
            if (
                mod is not None
                and isinstance(assign.target, facts.Name)
                and assign.target.id in ("certfile", "keyfile")
                and assign.function == NONE
            ):
                if _is_given(app, app.code.fold(mod, NONE, assign.value)) and app.code.guards.holds(mod, assign.guard) is not False:
                    yield TlsServer("gunicorn", assign.target.id, mod.place(assign), app.code.guards.holds(mod, assign.guard))
                    return


def _in_calls(app: App) -> Iterator[TlsServer]:
    for effect in app.code.effects_of("terminates-tls"):
        if "web" not in effect.processes or not runs_at_start(app.code, effect):
            continue
        names = effect.row.tls.split()
        for name in names:
            expr = argument(effect.fact.call, None, name)
            if expr is not None and _is_given(app, app.code.fold(effect.mod, effect.fact.function, expr)):
                yield TlsServer(effect.name.removesuffix("()"), name, effect.mod.place(expr), effect.runs)
                break
        if not names and surely_starts(app.code, effect):  # where a setting decides, the server speaks TLS only when it is told
            yield TlsServer(effect.name.removesuffix("()"), "", effect.mod.place(effect.fact.call), effect.runs)


def _is_given(app: App, value: Value) -> bool:
    """Whether something is there in production; what comes from a variable that nothing sets is not."""
    settled = app.code.environment.if_unset(value)
    if isinstance(settled, Known):
        return bool(settled.value)
    return not isinstance(settled, Env) and not (settled is UNKNOWN and isinstance(value, Env))
