"""What surely runs while a process starts, and what runs only behind a handler for failing imports."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from herolint.app.calling.flow import Flow
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code.facts import NONE, CallFact, Import


class Starting:
    """One process seen from its start. `guessed` are modules that a framework loads only if something asks for them.

    `surely` holds the functions and module bodies (-1) that run at every start; `open` the modules that are loaded by some import
    which no handler shields: a failure in any other is caught further up.
    """

    def __init__(self, reach: Reach, guessed: Iterable[str] = ()) -> None:
        self.reach = reach
        self.code = reach.code
        self.flow = Flow(reach.linker, reach)
        self._loaded: dict[tuple[str, int, str, str | None], tuple[str, ...]] = {}
        hidden = frozenset(guessed)
        self.entries = [path for path, parent in reach.modules.items() if parent is None and path not in hidden]
        self.surely = self._surely()
        self.open = self._open(hidden)

    def _imports(self, mod: Mod, imp: Import) -> tuple[str, ...]:
        """The files that an import loads, with those that are loaded beside them."""
        key = mod.path, imp.start, imp.module, imp.name
        if key not in self._loaded:
            dialect = self.reach.linker.dialect(mod)
            paths = dict.fromkeys(other for path in dialect.imported(mod, imp) for other in (path, *dialect.alongside(path)))
            self._loaded[key] = tuple(paths)
        return self._loaded[key]

    def _surely(self) -> frozenset[FunctionRef]:
        found: set[FunctionRef] = set()
        queue: deque[FunctionRef] = deque()

        def add(path: str, number: int = NONE) -> None:
            ref = FunctionRef(path, number)
            if ref not in found:
                found.add(ref)
                queue.append(ref)

        for path in self.entries:
            add(path)
            for beside in self.reach.linker.dialect(self.code.mod(path)).alongside(path):
                add(beside)
        for ref in self.reach.factories:
            add(*ref)
        while queue:
            ref = queue.popleft()
            mod = self.code.mod(ref.path)
            if mod is None:
                continue
            for imp in mod.imports_of.get(ref.number, ()):
                if not imp.handled and self.reach.runs(mod, imp.guard) is True:
                    for path in self._imports(mod, imp):
                        add(path)
            for where, fact, callee in self.flow.calls(ref):
                if self.reach.runs(where, fact.guard) is True and not tried(where, fact) and not self._is_generator(callee):
                    add(*callee)
        return frozenset(found)

    def _is_generator(self, ref: FunctionRef) -> bool:
        mod = self.code.mod(ref.path)
        return mod is not None and ref.number != NONE and mod.facts.functions[ref.number].is_generator

    def _open(self, hidden: frozenset[str]) -> frozenset[str]:
        named = {
            path
            for mod in self.reach.mods()
            for imp in mod.facts.imports
            for path in self._imports(mod, imp)
        }  # fmt: skip
        found = {path for path in self.reach.modules if path not in named and path not in hidden} | set(self.entries)
        queue = deque(found)
        while queue:
            mod = self.code.mod(queue.popleft())
            if mod is None:
                continue
            for imp in mod.facts.imports:
                if not imp.handled and self.reach.runs(mod, imp.guard) is not False:
                    for path in self._imports(mod, imp):
                        if path not in found:
                            found.add(path)
                            queue.append(path)
        return frozenset(found)

    def at_start(self, mod: Mod, function: int, guard: int) -> bool:
        """Whether statements of a function (or the module, -1) under a guard run at every start."""
        return FunctionRef(mod.path, function) in self.surely and self.reach.runs(mod, guard) is True


def tried(mod: Mod, fact: CallFact) -> bool:
    """Whether a call stands in a `try`."""
    at = fact.block
    while at != NONE:
        if mod.facts.blocks[at].kind == "try":
            return True
        at = mod.facts.blocks[at].parent
    return False
