"""Names of well-known modules that code uses while it is loaded, and that nothing in its file binds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.knowledge import stdlib
from herolint.knowledge.packages import is_listed_import

if TYPE_CHECKING:
    from herolint.app.program import Program


class Unbound(msgspec.Struct, frozen=True):
    """A call of something in a module that the file does not import; `processes` load the file and come to the call."""

    mod: Mod
    fact: CallFact
    name: facts.Name
    processes: tuple[str, ...]


def unbound_modules(program: Program) -> Iterator[Unbound]:
    """Calls that surely run while a file is loaded, in files order; the first of each file."""
    known = stdlib.load()
    for mod in program.modules:
        if not program.linker.dialect(mod).strict_names or _takes_all(program, mod):
            continue
        bound = {name for scope in mod.names.values() for name in scope}
        for fact in mod.facts.calls:
            name = _root(fact.call.func)
            if fact.function != NONE or fact.klass != NONE or name is None or name.id in bound:
                continue
            if name.id not in known.modules and not is_listed_import(name.id) and not program.app.dependencies.imports(name.id):
                continue
            loading = (process for process in program.reached_by(mod.path) if program.reach[process].runs(mod, fact.guard))
            if (processes := tuple(loading)) and program.linker.lookup(mod, NONE, name.id) is None:
                yield Unbound(mod, fact, name, processes)
                break


def _takes_all(program: Program, mod: Mod) -> bool:
    """Whether a star import, here or in a module that is taken so, brings names that cannot be followed."""
    seen, queue = {mod.path}, [mod]
    while queue:
        at = queue.pop()
        for imp in at.facts.imports:
            paths = tuple(program.linker.dialect(at).imported(at, imp)) if imp.name == "*" else ()
            if imp.name == "*" and not paths:
                return True
            for path in paths:
                other = program.code.mod(path)
                if other is not None and path not in seen:
                    seen.add(path)
                    queue.append(other)
    return False


def _root(func: facts.AnyExpr) -> facts.Name | None:
    """`flask` of `flask.Flask`; None for what does not start with a name and a member of it."""
    if not isinstance(func, facts.Attr):
        return None
    at: facts.AnyExpr = func
    while isinstance(at, facts.Attr):
        at = at.base
    return at if isinstance(at, facts.Name) else None
