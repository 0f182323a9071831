"""Where a handler answers: what it does afterwards, nobody waits for."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import last_name

ANSWERS = frozenset({"res", "response", "reply", "resp", "next"})
"""How handlers call what they answer with."""
_SENDS = frozenset("send json jsonp end sendStatus sendFile redirect render write flush flushHeaders Flush".split())
_TAKES_OVER = frozenset({"Upgrade", "Hijack"})
"""Calls by which a handler takes the connection over: no router waits for its answer any more."""
_WRITERS = frozenset({"res", "response", "reply", "resp"})


def answered(mod: Mod, fact: CallFact) -> bool:
    """Whether the function has answered, or sends its answer piece by piece, when it comes to a call."""
    return any(other.function == fact.function and (_before(mod, other, fact) or _in_its_loop(mod, other, fact)) for other in _sending(mod))


def answers_meanwhile(mod: Mod, fact: CallFact) -> bool:
    """Whether the function answers without a word of what it has set off: a call with a function to call back, and then `res.end()`."""
    if fact.awaited or not any(isinstance(arg, facts.Closure) for arg in fact.call.args) or last_name(fact.call.func).endswith("Sync"):
        return False
    kept = [one.value for one in mod.facts.returns if one.function == fact.function]
    kept += [one.value for one in mod.facts.assigns if one.function == fact.function]
    if any(one is not None and one.start <= fact.call.start and fact.call.end <= one.end for one in kept):
        return False
    return any(
        other.function == fact.function and other.call.start >= fact.call.end and _around(mod, other.guard, fact.guard)
        for other in _sending(mod)
    )


def yielded(mod: Mod, fact: CallFact) -> bool:
    """Whether a generator has given its first piece when it comes to a call."""
    return any(
        one.op == "yield" and one.function == fact.function and one.value is not None and one.value.start < fact.call.start
        for one in mod.facts.returns
    )  # fmt: skip


def gives_between(mod: Mod, block: facts.Block, function: int) -> bool:
    """Whether a loop of a generator gives a piece in each round."""
    return any(
        one.op == "yield" and one.function == function and one.value is not None and block.start <= one.value.start < block.end
        for one in mod.facts.returns
    )  # fmt: skip


def _sending(mod: Mod) -> list[CallFact]:
    found: list[CallFact] | None = mod.__dict__.get("_sending")
    if found is None:
        found = [fact for fact in mod.facts.calls if _sends(mod, fact)]
        mod.__dict__["_sending"] = found
    return found


def _sends(mod: Mod, fact: CallFact) -> bool:
    func = fact.call.func
    if not isinstance(func, facts.Attr) or func.name not in _SENDS:
        return isinstance(func, facts.Attr) and func.name in _TAKES_OVER
    base: facts.AnyExpr = func.base
    while isinstance(base, facts.Attr | facts.Call):
        base = base.base if isinstance(base, facts.Attr) else base.func
    if not isinstance(base, facts.Name):
        return False
    return (base.id in _WRITERS and _is_parameter(mod, fact.function, base.id)) or (func.name == "Flush" and "flush" in base.id.lower())


def _is_parameter(mod: Mod, function: int, name: str) -> bool:
    """Whether a name is what a handler is given, and no answer that it got from elsewhere: `response = requests.get(…)`."""
    while function != NONE:
        fn = mod.facts.functions[function]
        if any(param.name == name for param in fn.params):
            return True
        if name in mod.names.get(function, {}):
            return False
        function = fn.parent
    return False


def _before(mod: Mod, answer: CallFact, fact: CallFact) -> bool:
    """Whether the answer surely comes first: it stands earlier, under conditions that hold at the call as well."""
    return answer.call.end <= fact.call.start and _around(mod, answer.guard, fact.guard)


def _around(mod: Mod, outer: int, at: int) -> bool:
    """Whether one condition is the other, or stands around it, or there is none."""
    while at not in (NONE, outer):
        at = mod.facts.guards[at].parent
    return at == outer


def _in_its_loop(mod: Mod, answer: CallFact, fact: CallFact) -> bool:
    """Whether both stand in one loop, so that a piece is sent in every round."""
    around = set()
    at = answer.block
    while at != NONE:
        around.add(at)
        at = mod.facts.blocks[at].parent
    at = fact.block
    while at != NONE:
        if at in around and mod.facts.blocks[at].kind in ("for", "while"):
            return True
        at = mod.facts.blocks[at].parent
    return False
