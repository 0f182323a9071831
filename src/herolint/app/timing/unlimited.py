"""Calls whose time limit, which the library sets by itself, is switched off: `timeout=None`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.values import Known, Made, Value
from herolint.app.timing.limits import clients_of

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program


def is_switched_off(code: Program, effect: Effect) -> bool:
    """Whether the call, or else the client that makes it, is told to wait for ever."""
    if effect.row.timeout in ("", "none"):
        return False
    expr, value = code.argument(effect, effect.row.timeout)
    if expr is not None:
        return _is_nothing(value)
    names = ("timeout", *effect.row.timeout.split())
    held = (client.keyword(name) for _, _, _, client in clients_of(code, effect) if isinstance(client, Made) for name in names)
    return _is_nothing(next((one for one in held if one is not None), None))


def _is_nothing(value: Value | None) -> bool:
    """`None` itself, and a limit that is made of it alone: `httpx.Timeout(None)`."""
    if isinstance(value, Made) and len(value.args) == 1 and not value.keywords:
        return _is_nothing(value.args[0])
    return isinstance(value, Known) and value.value is None
