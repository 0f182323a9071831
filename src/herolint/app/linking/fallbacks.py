"""Imports that run only where another one failed: `except ImportError: import …`."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, Import
from herolint.code.queries import walk

IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def tried_before(mod: Mod, imp: Import) -> tuple[Import, ...]:
    """The imports of a `try` whose failure lets this one run; empty where it is no fallback."""
    if not _in_handler(mod, imp.guard):
        return ()
    around = [b for b in mod.facts.blocks if b.kind == "try" and b.start <= imp.start < b.end]
    for block in sorted(around, key=lambda b: b.start, reverse=True):
        tried = tuple(other for other in mod.facts.imports if other.handled and block.start <= other.start < imp.start)
        if tried:
            return tried
    return ()


def outside(mod: Mod, guard: int) -> int:
    """The guard around a handler of failing imports; the same guard where it is none."""
    return mod.facts.guards[guard].parent if guard != NONE and _catches(mod.facts.guards[guard]) else guard


def _in_handler(mod: Mod, guard: int) -> bool:
    while guard != NONE:
        if _catches(mod.facts.guards[guard]):
            return True
        guard = mod.facts.guards[guard].parent
    return False


def _catches(guard: facts.Guard) -> bool:
    """Whether a guard is that of a handler which a failing import reaches."""
    if guard.kind != "except":
        return False
    if isinstance(guard.test, facts.Const) and guard.test.value is None:
        return True
    return any(isinstance(part, facts.Name) and part.id in IMPORT_FAILURES for part in walk(guard.test))
