"""What code leaves in a framework's cache for somebody else to find: codes, counters, locks, progress; not what can be made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Flow
from herolint.app.linking.module import Mod
from herolint.app.linking.values import options, text_of
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_STATE = lazy(
    r"(?i)(?<![a-z])(otps?|codes?|verif\w*|tokens?|nonces?|states?|attempts?|fail\w*|locks?|locked|lockout|blocked|progress|status|captcha|pins?|reset"
    r"|pending|cart|online|presence|sessions?|pkce|challenges?|magic|drafts?|uploads?|jobs?|tasks?|throttl\w*|cooldown|queue|votes?|turn|game|room|typing|invite\w*)(?![a-z])"
)
"""Words in keys of what is not computed again: somebody waits for it, or counts on it."""


class CacheUse(msgspec.Struct, frozen=True):
    """A call of the cache, with the name of the request that makes it, or of the process type."""

    mod: Mod
    fact: CallFact
    label: str

    @property
    def ref(self) -> FunctionRef:
        """The function that it stands in."""
        return FunctionRef(self.mod.path, self.fact.function)


class CachedState(msgspec.Struct, frozen=True):
    """A key with a change and a read of it. `kind` is `left`, `count` or `lock`; `elsewhere` the process type that writes it, if not web."""

    key: str
    kind: str
    change: CacheUse
    read: CacheUse | None
    elsewhere: str = ""


def cached_state(code: Program) -> tuple[CachedState, ...]:
    """The state that is kept so, in files order, each key once."""
    changes: dict[str, list[tuple[Effect, CacheUse]]] = {}
    reads: dict[str, list[CacheUse]] = {}
    filled: set[str] = set()
    for effect in code.effects_of("uses-cache"):
        key = _key(code, effect)
        use = _use(code, effect)
        if key is None or effect.runs is False:
            continue
        if effect.row.kind == "fill":
            filled.add(key)
        elif use is not None and effect.row.kind == "read":
            reads.setdefault(key, []).append(use)
        elif effect.row.kind != "read" and (use is not None or "web" not in effect.processes):
            changes.setdefault(key, []).append((effect, use or CacheUse(effect.mod, effect.fact, effect.processes[0])))
    found = (_state(code, key, changes[key], reads.get(key, [])) for key in changes if key not in filled)
    return tuple(one for one in found if one is not None)


def _use(code: Program, effect: Effect) -> CacheUse | None:
    """The call as one that a visitor's request makes."""
    reached = code.for_visitors.get(FunctionRef(effect.mod.path, effect.fact.function)) if "web" in effect.processes else None
    return CacheUse(effect.mod, effect.fact, reached[1]) if reached is not None else None


def _key(code: Program, effect: Effect) -> str | None:
    """The key with holes as `…`; None where nothing of it is known."""
    _, value = code.argument(effect, effect.row.path)
    texts = [text for one in options(value) if (text := text_of(one))]
    text = texts[0] if texts else ""
    return text.replace("{}", "…") if any(letter.isalpha() for letter in text.replace("{}", "")) else None


def _state(code: Program, key: str, changes: list[tuple[Effect, CacheUse]], reads: list[CacheUse]) -> CachedState | None:
    for effect, use in changes:
        if effect.row.kind in ("count", "lock") and "web" in effect.processes:
            return CachedState(key, effect.row.kind, use, None)
        if _counts_up(use):
            return CachedState(key, "count", use, None)
    if not _STATE.search(key.replace("_", " ").replace("-", " ").replace(":", " ")):
        return None
    writers = {use.ref for _, use in changes}
    if any(writers & _below(code, read.ref) for read in reads):
        return None  # who does not find it makes it: a cache
    for effect, use in changes:
        away = "web" not in effect.processes
        for read in reads:
            if away or (read.ref != use.ref and read.label != use.label):
                return CachedState(key, "left", use, read, effect.processes[0] if away else "")
    return None


def _counts_up(use: CacheUse) -> bool:
    """`cache.set(key, count + 1)`."""
    value = argument(use.fact.call, 1, "value")
    return isinstance(value, facts.Binary) and value.op == "+" and any(_is_number(part) for part in (value.left, value.right))


def _is_number(expr: facts.AnyExpr) -> bool:
    return isinstance(expr, facts.Const) and isinstance(expr.value, int) and not isinstance(expr.value, bool)


def _below(code: Program, start: FunctionRef) -> set[FunctionRef]:
    """A function, and those that it calls, directly or not."""
    flow = Flow(code.linker, code.reach["web"])
    seen, queue = {start}, [start]
    while queue:
        for _, _, callee in flow.calls(queue.pop()):
            if callee not in seen:
                seen.add(callee)
                queue.append(callee)
    return seen
