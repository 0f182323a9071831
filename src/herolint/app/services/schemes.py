"""What conditions ask about the scheme of an address: `url.startswith("rediss://")`."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE

_BEGINS = frozenset({"startswith", "startsWith", "start_with?", "HasPrefix", "includes", "include?"})
"""Methods that ask what a text begins with, or what is in it."""


def never_encrypted(mod: Mod, guard: int) -> bool:
    """Whether a place is only reached with an address that says nothing of TLS: under a test for `redis://`, or in place of one for `rediss://`."""
    while guard != NONE:
        fact = mod.facts.guards[guard]
        parts = fact.test.parts if isinstance(fact.test, facts.Logic) and fact.test.op in ("and", "&&") else (fact.test,)
        asked = [scheme for part in parts if (scheme := _scheme(part))]
        if fact.kind == "if" and "redis" in asked:
            return True
        if fact.kind == "else" and asked == ["rediss"] and len(parts) == 1:
            return True
        guard = fact.parent
    return False


def _scheme(test: facts.AnyExpr) -> str:
    """The scheme that a test asks for; empty where it asks for something else."""
    match test:
        case facts.Call(func=facts.Attr(name=name), args=(*_, facts.Const(value=str(text)))) if name in _BEGINS:
            return text.partition(":")[0]
        case facts.Binary(op="in", left=facts.Const(value=str(text))):
            return text.partition(":")[0]
        case facts.Binary(op="==" | "===", left=facts.Attr(name="scheme" | "protocol"), right=facts.Const(value=str(text))):
            return text.partition(":")[0]
    return ""
