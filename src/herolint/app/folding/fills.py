"""Assignments that give a name a value only while it has none."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, Assign


def fills_empty(mod: Mod, assign: Assign) -> bool:
    """Whether a value is given to a name only while that is empty: `if port == "" { port = "8080" }`, `if not url and DEBUG: url = …`."""
    guard = mod.facts.guards[assign.guard] if assign.guard != NONE else None
    if guard is None or guard.kind != "if" or not isinstance(assign.target, facts.Name):
        return False
    test = guard.test
    parts = test.parts if isinstance(test, facts.Logic) and test.op in ("and", "&&") else (test,)
    return any(_asks_if_empty(part, assign.target.id) for part in parts)


def _asks_if_empty(test: facts.AnyExpr, name: str) -> bool:
    if isinstance(test, facts.Binary) and test.op in ("==", "===", "is") and isinstance(test.right, facts.Const) and not test.right.value:
        test = test.left.args[0] if isinstance(test.left, facts.Call) and len(test.left.args) == 1 else test.left
    elif isinstance(test, facts.Unary) and test.op == "not":
        test = test.value
    else:
        return False
    return isinstance(test, facts.Name) and test.id == name
