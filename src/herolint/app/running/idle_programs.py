"""Processes that start a program with subcommands and name none, so that it prints its help and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.reaching.subcommands import Idle
from herolint.app.running.processes import Process

if TYPE_CHECKING:
    from herolint.app.model import App

_SERVING = ("serve", "server", "web", "http", "api", "start", "run", "listen")
"""How subcommands are called that serve, the surest first."""


def idle_program(app: App, process: Process) -> Idle | None:
    """The program of a process that ends for want of a subcommand.

    What a buildpack starts by itself counts only where a subcommand is called like one that serves, and the code holds a server: else it
    is a tool that nobody deploys.
    """
    reach = app.code.reach.get(process.name)
    if reach is None or reach.subcommands is None or len(process.launches) != 1 or (app.is_container and not app.container_sure):
        return None
    found = reach.subcommands.idle(reach.linker, reach.mods())
    if found is not None and process.origin == "default" and not (serving(found) and _holds_server(app, process)):
        return None
    return found


def serving(idle: Idle) -> str:
    """The subcommand that serves, by its name; empty where none is called so."""
    return next((name for name in _SERVING if name in idle.subcommands), "")


def _holds_server(app: App, process: Process) -> bool:
    """Whether code that the process loads listens, whether it runs or not."""
    loaded = app.code.reach[process.name].modules
    return any(
        row.effect == "listens"
        for call in app.code.calls.all
        if call.mod.path in loaded
        for row in app.code.knows(call.mod).effects(call.name)
    )
