"""Where a server says the same to several open connections: those that other processes hold do not hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.calling.loops import blocks_around
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument
from herolint.finding import Place
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.program import Program

_SAYS = frozenset({"send", "send_text", "send_json", "write_message", "WriteMessage", "WriteJSON", "<-"})
"""Methods of connections, and putting something into the channel that a connection is written from."""
_ROUNDS = frozenset({"forEach", "each", "map"})


def broadcast(code: Program) -> tuple[Mod, CallFact] | None:
    """A call of the web process that sends to each connection of a collection."""
    for mod in code.modules:
        for fact in mod.facts.calls if "web" in code.reached_by(mod.path) else ():
            func = fact.call.func
            if _handed_each(code, mod, fact):
                return mod, fact
            if not isinstance(func, facts.Attr) or func.name not in _SAYS or argument(fact.call, 0, None) is None:
                continue  # what is sent is given: `mail.send()` sends itself
            if (name := _root(func.base)) and _is_each(mod, fact, name):
                return mod, fact
    return None


def _handed_each(code: Program, mod: Mod, fact: CallFact) -> bool:
    """Whether a call hands one of many to a function that says what it is given: `for client in clients: send(client, message)`."""
    names = {name for block in blocks_around(mod, fact) if block.kind == "for" for name in _names(block.target)}
    given = [i for i, arg in enumerate(fact.call.args) if isinstance(arg, facts.Name) and arg.id in names]
    target = code.linker.resolve(mod, fact.function, fact.call.func) if given and len(fact.call.args) > 1 else None
    if target is None or target.kind != "function" or target.mod is None:
        return False
    handed = target.mod.facts.functions[target.number].handed
    params = {handed[i].name for i in given if i < len(handed)}
    return any(
        isinstance(inner.call.func, facts.Attr)
        and inner.call.func.name in _SAYS
        and inner.call.args
        and _root(inner.call.func.base) in params
        for inner in target.mod.calls_of.get(target.number, ())
    )


def taken_sockets(code: Program) -> Place | None:
    """Where the web process takes WebSockets that no library keeps in touch with those of other processes."""
    label = "knows the clients of this process only"
    for effect in code.effects_of("holds-socket"):
        if "web" in effect.processes and not effect.row.kind.startswith("GraphQL"):
            return effect.mod.place(effect.fact.call.func, label)
    for handler in code.handlers.get("web", ()):
        mod = code.code.mod(handler.ref.path) if handler.socket else None
        if mod is not None and handler.ref.number != NONE:
            fn = mod.facts.functions[handler.ref.number]
            return Place(mod.path, Span(fn.name_start, fn.name_end), label)
    return None


def _root(expr: facts.AnyExpr) -> str:
    """The name that something is a part of: `client` of `client.conn` and `client.messages()`."""
    while isinstance(expr, facts.Attr | facts.Call):
        expr = expr.base if isinstance(expr, facts.Attr) else expr.func
    return expr.id if isinstance(expr, facts.Name) else ""


def _is_each(mod: Mod, fact: CallFact, name: str) -> bool:
    """Whether a name is one of many: what a loop takes from a collection, or what `forEach` gives its function."""
    if any(block.kind == "for" and name in _names(block.target) for block in blocks_around(mod, fact)):
        return True
    if fact.function == NONE or not any(param.name == name for param in mod.facts.functions[fact.function].params[:1]):
        return False
    around = mod.calls_of.get(mod.facts.functions[fact.function].parent, ())
    return any(
        isinstance(call.call.func, facts.Attr)
        and call.call.func.name in _ROUNDS
        and any(isinstance(arg, facts.Closure) and arg.number == fact.function for arg in call.call.args)
        for call in around
    )


def _names(target: facts.AnyExpr | None) -> tuple[str, ...]:
    """What a loop calls the items, or their parts: `for id, client in clients.items()`."""
    items = target.items if isinstance(target, facts.Sequence) else (target,)
    return tuple(item.id for item in items if isinstance(item, facts.Name))
