"""Python: dotted modules on import roots, star imports, builtins."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING

from herolint.app.linking.dialects.base import Dialect
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.target import MAX_DEPTH, Target
from herolint.code import facts
from herolint.code.facts import NONE, Import

if TYPE_CHECKING:
    from herolint.app.linking.codebase import CodeBase

_BUILTINS = frozenset(dir(builtins))
_WRAPPERS = frozenset({"Annotated", "Optional", "Final", "ClassVar"})
"""Of `typing`: what stands around the type that a declaration is about."""


class Python(Dialect):
    """Python's import system, as far as it can be followed without running anything."""

    strict_names = True
    calls_by_name = True

    def __init__(self, code: CodeBase) -> None:
        super().__init__(code)
        self._packages: dict[str, tuple[str, ...]] = {}
        """The `__init__.py` of folders and of those above them, the innermost first."""

    def stands_for_parent(self, base: facts.AnyExpr) -> bool:
        return isinstance(base, facts.Call) and isinstance(base.func, facts.Name) and base.func.id == "super"

    def imported(self, mod: Mod, imp: Import) -> Iterable[str]:
        return self.code.imported(mod, imp)

    def alongside(self, path: str) -> Iterable[str]:
        folder = path.rpartition("/")[0]
        packages = self._packages.get(folder)
        if packages is None:
            above = self.alongside(folder) if folder else ()
            init = f"{folder}/__init__.py"
            packages = self._packages[folder] = (init, *above) if folder and init in self.code.files else tuple(above)
        return packages[1:] if packages and packages[0] == path else packages

    def declared(self, annotation: facts.AnyExpr) -> facts.AnyExpr:
        match annotation:
            case facts.Index(base=facts.Name(id=name) | facts.Attr(name=name), key=key) if name in _WRAPPERS:
                return self.declared(key.items[0] if isinstance(key, facts.Sequence) and key.items else key)
            case facts.Binary(op="|", left=left, right=facts.Const(value=None)):
                return self.declared(left)
        return annotation

    def holder(self, mod: Mod, imp: Import) -> Mod | None:
        path = self.code.find(self.code.absolute(mod, imp), self._beside(mod))
        return self.code.mod(path) if path else None

    def _beside(self, mod: Mod) -> str:
        """The folder that is looked into last: that of a script that lies in one of those that are looked into."""
        folder = mod.path.rpartition("/")[0]
        return folder if folder in self.code.roots else ""

    def bound(self, linker: Linker, mod: Mod, imp: Import, depth: int) -> Target | None:
        dotted, beside = self.code.absolute(mod, imp), self._beside(mod)
        if imp.name is None:
            top = dotted if imp.alias == dotted or "." not in dotted or imp.alias != dotted.partition(".")[0] else dotted.partition(".")[0]
            path = self.code.find(top, beside)
            if path:
                other = self.code.mod(path)
                return Target("module", top, other) if other else None
            if self.code.is_folder(top):
                return Target("module", top)
            return Target("external", top)
        path = self.code.find(dotted, beside)
        if path:
            other = self.code.mod(path)
            if other is not None and other is not mod:
                return linker.member(Target("module", dotted, other), imp.name, depth)
            return None
        if self.code.is_folder(dotted) or not dotted:
            return linker.member(Target("module", dotted), imp.name, depth)
        return Target("external", f"{dotted}.{imp.name}")

    def free(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        found = self._starred(linker, mod, name, depth)
        if found:
            return found
        return Target("external", name) if name in _BUILTINS else None

    def _starred(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        for imp in mod.imports_all:
            if depth < MAX_DEPTH:
                dotted = self.code.absolute(mod, imp)
                path = self.code.find(dotted, mod.path.rpartition("/")[0])
                other = self.code.mod(path) if path else None
                if other is not None and other is not mod:
                    found = linker.lookup(other, NONE, name, depth + 4)
                    if found and not (found.kind == "external" and found.name in _BUILTINS):
                        return found
        return None

    def member(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        if target.mod is not None and name in target.mod.names.get(NONE, {}):
            return linker.lookup(target.mod, NONE, name, depth + 1)
        dotted = f"{target.name}.{name}" if target.name else name
        path = self.code.find(dotted)
        if path:
            other = self.code.mod(path)
            return Target("module", dotted, other) if other else None
        if target.mod is not None:
            return self._starred(linker, target.mod, name, depth + 1)
        return Target("module", dotted) if self.code.is_folder(dotted) else None
