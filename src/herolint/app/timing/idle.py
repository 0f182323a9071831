"""Connections that stay open: whether somebody says something on them before the router cuts the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.loops import blocks_around
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef
from herolint.app.timing.limits import has_deadline, seconds
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name, walk
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_SIGNS = (
    "heartbeat",
    "heart_beat",
    "keepalive",
    "keep_alive",
    "'ping'",
    '"ping"',
    "ping_",
    "pingmessage",
    "isalive",
    "`ping`",
    "ping:",
)
"""Words of code that keeps connections busy, in lower case."""
_PING = "ping("
"""A sign as well, unless it is a database or a store that is asked."""
_SOCKETS = ("websocket", "ws://", "wss://", "subscriptions", "sock_server_options")
_COMMENTS = ("//", "#", "* ")
"""What begins lines that do nothing."""
_STREAM = "text/event-stream"


class Silent(msgspec.Struct, frozen=True):
    """A connection that nobody keeps busy: what it is, where, whether that is sure, and where it is opened if that is another place."""

    kind: str
    place: Place
    runs: bool | None
    opened: Place | None = None


def silent_connections(code: Program, limit: float) -> Iterator[Silent]:
    """WebSocket servers and event streams of the web process without a sign of life within `limit` seconds."""
    held = [effect for effect in code.effects_of("holds-socket") if "web" in effect.processes]
    busy = bool(held) and _kept_busy(code)
    for effect in held if not busy else ():
        if _sends_often(code, effect.mod, limit):
            continue
        expr, _ = code.argument(effect, effect.row.path) if effect.row.path else (None, None)
        opened = expr if expr is not None else effect.fact.call.func
        loop = _listening_loop(code, effect)
        if loop is not None and has_deadline(code, loop, limit):
            continue  # the server itself does not wait that long for a word
        if loop is None:
            yield Silent(effect.row.kind, effect.mod.place(opened, "nobody pings"), effect.runs)
        else:
            place = loop.mod.place(loop.fact.call.func, "only waits for the client")
            yield Silent(effect.row.kind, place, effect.runs, effect.mod.place(opened, "the connection is opened here"))
    for mod in code.modules:
        if _STREAM in mod.source.text and "web" in code.reached_by(mod.path):
            yield from _streams(code, mod, limit)


def _listening_loop(code: Program, opens: Effect) -> Effect | None:
    """The call in a loop that waits for what the client says, where the one that opens connections has one of its own."""
    loops = [
        effect
        for effect in code.effects_of("hears-socket")
        if "web" in effect.processes and any(block.kind in ("for", "while") for block in blocks_around(effect.mod, effect.fact))
    ]
    near = [effect for effect in loops if (effect.mod, effect.fact.function) == (opens.mod, opens.fact.function)]
    near = near or [effect for effect in loops if effect.mod is opens.mod] or loops
    return near[0] if len(near) == 1 else None


def _kept_busy(code: Program) -> bool:
    """Whether some file of the app that deals with sockets, in the server or in the page, sends signs of life."""
    for path in code.code.sources:
        source = code.app.source(path)
        text = source.text.lower() if source is not None and source.data[:2_000_000] else ""
        if not any(word in text for word in _SOCKETS):
            continue
        text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(_COMMENTS))
        if any(sign in text for sign in _SIGNS) or (_PING in text and _pings(code, path)):
            return True
    return False


def _pings(code: Program, path: str) -> bool:
    """Whether a file calls something named `ping` that may be a socket's: not that of a client which is known for another thing."""
    mod = code.code.mod(path)
    if mod is None:
        return True
    for fact in mod.facts.calls:
        func = fact.call.func
        word = last_name(func)
        if word.lower().endswith("ping"):
            name = code.linker.qualified(mod, fact.function, func)
            if name is None or "socket" in name.lower() or "/ws." in name:
                return True
    return False


def _sends_often(code: Program, mod: Mod, limit: float) -> bool:
    """Whether a timer of the same module may send something in time."""
    return any(
        effect.mod is mod and effect.row.kind == "interval" and (seconds(code, effect) or 0) < limit
        for effect in code.effects_of("schedules")
    )


def _streams(code: Program, mod: Mod, limit: float) -> Iterator[Silent]:
    """Event streams that wait for news: handlers that keep the answer open until the visitor leaves."""
    for fact in mod.facts.calls:
        if not any(isinstance(inner, facts.Const) and inner.value == _STREAM for arg in fact.call.args for inner in walk(arg)):
            continue
        ref = FunctionRef(mod.path, fact.function)
        if (
            fact.function == NONE
            or ref not in code.in_request
            or _sends_often(code, mod, limit)
            or any(sign in mod.source.text.lower() for sign in (*_SIGNS, _PING))
        ):
            continue
        inside = [f for f in mod.facts.calls if f.function == fact.function]
        if any(_is(f, "on") and _names(f, "close") for f in inside) and not any(_is(f, "end") for f in inside):
            yield Silent("an event stream", mod.place(fact.call.func, "nothing is sent while nothing happens"), None)


def _is(fact: CallFact, name: str) -> bool:
    return isinstance(fact.call.func, facts.Attr) and fact.call.func.name == name


def _names(fact: CallFact, event: str) -> bool:
    return bool(fact.call.args) and isinstance(fact.call.args[0], facts.Const) and fact.call.args[0].value == event
