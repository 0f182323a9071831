"""Where a server says the same to several open connections: those that other processes hold do not hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.loops import blocks_around
from herolint.app.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact

if TYPE_CHECKING:
    from herolint.app.program import Program

_SAYS = frozenset({"send", "send_text", "send_json", "write_message", "WriteMessage", "WriteJSON"})
_ROUNDS = frozenset({"forEach", "each", "map"})


def broadcast(code: Program) -> tuple[Mod, CallFact] | None:
    """A call of the web process that sends to each connection of a collection."""
    for mod in code.modules:
        for fact in mod.facts.calls if "web" in code.reached_by(mod.path) else ():
            func = fact.call.func
            if (
                isinstance(func, facts.Attr)
                and func.name in _SAYS
                and isinstance(func.base, facts.Name)
                and _is_each(mod, fact, func.base.id)
            ):
                return mod, fact
    return None


def _is_each(mod: Mod, fact: CallFact, name: str) -> bool:
    """Whether a name is one of many: what a loop takes from a collection, or what `forEach` gives its function."""
    if any(block.kind == "for" and isinstance(block.target, facts.Name) and block.target.id == name for block in blocks_around(mod, fact)):
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
