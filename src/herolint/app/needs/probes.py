"""Clients that are only made to find out whether a service is there, where it stops nothing that it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import walk

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_ASKS = frozenset({"ping", "info", "server_info", "get_stats", "stats", "close", "disconnect", "quit"})
"""Methods of clients that ask for a sign of life, and those that end the connection again."""
_STOPS = (b"raise", b"throw", b"exit(")
"""What stands in a handler that does not go on."""


def only_asks(code: Program, effect: Effect) -> bool:
    """Whether the client is made inside a `try` that survives, and used for nothing but to ask whether the service answers."""
    mod = effect.mod
    tried = _tried(mod, effect.fact.block)
    if tried is None or any(word in mod.source.data[tried.start : tried.end] for word in _STOPS):
        return False
    call = effect.fact.call
    asked = [fact.call.func.name for fact in mod.facts.calls if isinstance(fact.call.func, facts.Attr) and fact.call.func.base == call]
    for name, function in _names(mod, call):
        if function == NONE and any(name in other.source.text for other in code.modules if other is not mod):
            return False
        methods = [one.name for one in _methods(mod, name)]
        if len(methods) < sum(1 for _ in _mentions(mod, name)):
            return False
        asked += methods
    return bool(asked) and _ASKS.issuperset(asked)


def _tried(mod: Mod, block: int) -> facts.Block | None:
    while block != NONE and mod.facts.blocks[block].kind != "try":
        block = mod.facts.blocks[block].parent
    return mod.facts.blocks[block] if block != NONE else None


def _names(mod: Mod, call: facts.Call) -> Iterator[tuple[str, int]]:
    """The names that a call's result is bound to, with the function of each."""
    for assign in mod.facts.assigns:
        if assign.value == call and isinstance(assign.target, facts.Name):
            yield assign.target.id, assign.function


def _methods(mod: Mod, name: str) -> Iterator[facts.Attr]:
    """The methods that are called on what a name holds."""
    for fact in mod.facts.calls:
        func = fact.call.func
        if isinstance(func, facts.Attr) and isinstance(func.base, facts.Name) and func.base.id == name:
            yield func


def _mentions(mod: Mod, name: str) -> Iterator[int]:
    """Where a name is read in a module, each place once."""
    exprs: list[facts.AnyExpr] = [fact.call for fact in mod.facts.calls]
    exprs += [one.value for one in mod.facts.assigns if one.value is not None]
    exprs += [one.value for one in mod.facts.returns if one.value is not None]
    seen = {inner.start for expr in exprs for inner in walk(expr) if isinstance(inner, facts.Name) and inner.id == name}
    yield from sorted(seen)
