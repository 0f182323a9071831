"""Clients that make calls to the network: where each was made, when it is there that a time limit belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.timing.limits import clients_of
from herolint.code import facts
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program
    from herolint.knowledge.calls import CallRow


class Client(msgspec.Struct, frozen=True):
    """A client of the program's own making: where, in which function, by which call, and what the tables say of such clients."""

    mod: Mod
    function: int
    made: facts.Call
    name: str
    row: CallRow

    @property
    def key(self) -> tuple[str, int]:
        """What tells one client from another."""
        return self.mod.path, self.made.start

    def place(self, label: str) -> Place:
        """Where it was made."""
        return self.mod.place(self.made.func, label)


def client_of(code: Program, effect: Effect) -> Client | None:
    """The client that makes a call, where it can be told what limits all its calls."""
    for mod, function, made, _ in clients_of(code, effect):
        if isinstance(made, facts.Attr):
            mod, function, made = _field(code, mod, function, made)
        if not isinstance(made, facts.Call):
            continue
        name = code.linker.qualified(mod, function, made.func)
        known = code.linker.returns.get(f"{name}()", f"{name}()").removesuffix("()")
        row = next((row for row in code.knows(mod).effects(known) if row.effect == "makes-client"), None)
        if name is not None and row is not None:
            return Client(mod, function, made, name, row)
    return None


def _field(code: Program, mod: Mod, function: int, attr: facts.Attr) -> tuple[Mod, int, facts.AnyExpr]:
    """What an object's field was set to, where its class sets it once."""
    whose = code.linker.resolve(mod, function, attr.base)
    if whose is None or whose.kind != "instance" or whose.mod is None:
        return mod, function, attr
    set_to = [one for one in whose.mod.self_assigns.get((whose.number, attr.name), ()) if isinstance(one.value, facts.Call)]
    if len(set_to) == 1 and set_to[0].value is not None:
        return whose.mod, set_to[0].function, set_to[0].value
    return mod, function, attr
