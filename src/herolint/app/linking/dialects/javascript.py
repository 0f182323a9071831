"""JavaScript and TypeScript: paths and packages, CommonJS and ES modules, which may be told apart or mixed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.dialects.base import Dialect
from herolint.app.linking.dialects.node_paths import NodePaths
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.operators import HOME
from herolint.app.linking.target import MAX_DEPTH, Target
from herolint.app.linking.values import Document, Items, Known, Value
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Export, Import
from herolint.formats import json_tree
from herolint.formats.tree import Node

GLOBALS = frozenset(
    """
    process console fetch setTimeout setInterval setImmediate clearTimeout clearInterval queueMicrotask require module exports
    Buffer Promise JSON Math Object Array String Number Boolean Date RegExp Map Set WeakMap Error URL URLSearchParams globalThis
    global window document localStorage sessionStorage location navigator WebSocket EventSource XMLHttpRequest FormData Headers
    Request Response AbortSignal AbortController structuredClone parseInt parseFloat isNaN encodeURIComponent decodeURIComponent
    __dirname __filename Bun Deno
    """.split()
)


def _value_of(node: Node) -> Value:
    """A document as a value."""
    if node.kind == "map":
        return Document(tuple((entry.key, _value_of(entry.value), 0, 0) for entry in node.entries))
    return Items(tuple(map(_value_of, node.items))) if node.kind == "list" else Known(node.value)


class JavaScript(Dialect):
    """Modules of a Node.js program."""

    options_objects = True
    promises = True
    constructor = "constructor"
    unwritten = frozenset({"Error", "NotImplementedError"})

    def __init__(self, code: CodeBase) -> None:
        super().__init__(code)
        self.paths = NodePaths(self.code.workspace)
        self._globals: dict[str, list[tuple[Mod, facts.Assign]]] = {}
        self._searched: set[str] = set()

    def stands_for_parent(self, base: facts.AnyExpr) -> bool:
        return isinstance(base, facts.Name) and base.id == "super"

    def imported(self, mod: Mod, imp: Import) -> Iterator[str]:
        path = self.paths.resolve(mod.path, imp.module)
        if path:
            yield path

    def misspelt(self, mod: Mod, imp: Import) -> str | None:
        return self.paths.misspelt(mod.path, imp.module)

    def bound(self, linker: Linker, mod: Mod, imp: Import, depth: int) -> Target | None:
        return self._from(linker, mod, imp.module, imp.name, depth)

    def _from(self, linker: Linker, mod: Mod, specifier: str, name: str | None, depth: int) -> Target | None:
        """What a name of a module means; None as name is the module itself."""
        path = self.paths.resolve(mod.path, specifier)
        if path is None:
            if specifier.startswith((".", "/")):
                return None
            package = specifier.removeprefix("node:")
            return Target("external", package if name in (None, "default", "") else f"{package}.{name}")
        other = self.code.mod(path)
        if other is None or other is mod or depth > MAX_DEPTH:
            return None
        module = Target("module", path, other)
        if name is None:
            return self._value(linker, other, depth) or module
        return self.member(linker, module, name, depth)

    def _value(self, linker: Linker, mod: Mod, depth: int) -> Target | None:
        """What `module.exports = …` sets the whole module to, unless it is a table of names."""
        for export in reversed(mod.facts.exports):
            if export.name == "=" and export.value is not None and not isinstance(export.value, facts.Mapping):
                return linker.resolve(mod, NONE, export.value, depth + 1)
        return None

    def member(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        mod = target.mod
        if mod is None or depth > MAX_DEPTH:
            return None
        for export in reversed(mod.facts.exports):
            if export.name == name:
                return self._exported(linker, mod, export, depth + 1)
        for export in reversed(mod.facts.exports):
            if export.name == "=" and export.value is not None:
                if name == "default":
                    return self._value(linker, mod, depth) or target
                found = self._inside(linker, mod, export.value, name, depth + 1)
                if found is not None:
                    return found
            elif export.name == "default" and export.value is not None and isinstance(export.value, facts.Mapping):
                found = self._inside(linker, mod, export.value, name, depth + 1)
                if found is not None:
                    return found
        for export in mod.facts.exports:
            if export.name == "*":
                found = self._from(linker, mod, export.module, name, depth + 2)
                if found is not None:
                    return found
        return target if name == "default" else None

    def _exported(self, linker: Linker, mod: Mod, export: Export, depth: int) -> Target | None:
        if export.value is not None:
            if not isinstance(export.value, facts.Name | facts.Attr | facts.Call | facts.Closure):
                assign = Assign(export.value, export.value, "=", None, NONE, NONE, NONE, NONE, export.start, export.end)
                return Target("variable", export.name, mod, bindings=(Binding(assign, NONE, NONE, export.start),))
            return linker.resolve(mod, NONE, export.value, depth)
        source = None if export.source in ("", "*") else export.source
        return self._from(linker, mod, export.module, source, depth)

    def _inside(self, linker: Linker, mod: Mod, value: facts.AnyExpr, name: str, depth: int) -> Target | None:
        if isinstance(value, facts.Mapping):
            for key, inner in reversed(value.items):
                if isinstance(key, facts.Const) and key.value == name:
                    return linker.resolve(mod, NONE, inner, depth)
                if isinstance(key, facts.Star):
                    spread = linker.resolve(mod, NONE, key.value, depth)
                    found = linker.member(spread, name, depth) if spread is not None else None
                    if found is not None:
                        return found
            return None
        whole = linker.resolve(mod, NONE, value, depth)
        return linker.member(whole, name, depth) if whole is not None else None

    def value(self, mod: Mod, name: str) -> tuple[Mod, facts.AnyExpr] | None:
        for export in reversed(mod.facts.exports):
            if export.value is None:
                continue
            if export.name == name:
                return mod, export.value
            if export.name in ("=", "default"):
                table = self._table(mod, export.value)
                for key, inner in reversed(table.items if table is not None else ()):
                    if isinstance(key, facts.Const) and key.value == name:
                        return mod, inner
        return None

    def given(self, mod: Mod, specifier: str) -> tuple[Mod, facts.AnyExpr] | Value | None:
        if not specifier.startswith((".", f"{HOME}/")):
            return None
        at = posixpath.join(HOME, posixpath.dirname(mod.path), specifier)
        path = posixpath.normpath(at).removeprefix(f"{HOME}/")
        files = self.code.workspace.slug_files
        document = next((name for name in (path, f"{path}.json") if name.endswith(".json") and name in files), None)
        other = self.code.mod(self.paths.file(path) or "") if document is None or f"{path}.js" in files else None
        if other is not None and other is not mod:
            whole = next((e.value for e in reversed(other.facts.exports) if e.name in ("=", "default") and e.value is not None), None)
            return (other, whole) if whole is not None else None
        source = self.code.workspace.read(document) if document is not None else None
        root = json_tree.load(source).root if source is not None and not source.is_binary else None
        return _value_of(root) if root is not None else None

    @staticmethod
    def _table(mod: Mod, value: facts.AnyExpr) -> facts.Mapping | None:
        """The object literal that an exported value is, or that the name it gives was bound to."""
        if isinstance(value, facts.Name):
            bindings = mod.names.get(NONE, {}).get(value.id, ())
            value = next((b.what.value for b in bindings if isinstance(b.what, facts.Assign) and b.what.value is not None), value)
        while isinstance(value, facts.Call) and value.args:
            value = value.args[0]  # Object.freeze({…}), defineConfig({…})
        return value if isinstance(value, facts.Mapping) else None

    def free(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        if name in GLOBALS:
            return Target("external", name)
        made = (
            linker.resolve(where, one.function, one.value, depth + 1) for where, one in self._made_global(name) if one.value is not None
        )
        return next((found for found in made if found is not None), None)

    def _made_global(self, name: str) -> list[tuple[Mod, facts.Assign]]:
        """Where modules that are loaded so far make a name known to all: `global.bot = new Client()`."""
        for mod in [mod for mod in self.code.loaded() if mod.path not in self._searched]:
            self._searched.add(mod.path)
            for assign in mod.facts.assigns:
                target = assign.target
                if isinstance(target, facts.Attr) and isinstance(target.base, facts.Name) and target.base.id in ("global", "globalThis"):
                    self._globals.setdefault(target.name, []).append((mod, assign))
        return self._globals.get(name, [])

    def loaded(self, linker: Linker, mod: Mod, call: facts.Call, depth: int) -> Target | None:
        """What `require("m")` means where it stands inside another expression, or `Object(thing)`, which is the thing itself."""
        if isinstance(call.func, facts.Name) and call.func.id == "Object" and len(call.args) == 1:
            return linker.resolve(mod, NONE, call.args[0], depth + 1)
        if isinstance(call.func, facts.Name) and call.func.id == "require" and len(call.args) == 1:
            first = call.args[0]
            if isinstance(first, facts.Const) and isinstance(first.value, str):
                return self._from(linker, mod, first.value, None, depth)
        return None

    def exposed(self, mod: Mod) -> Iterator[int]:
        """Methods of classes with decorators: a container makes the objects and calls them."""
        for i, cls in enumerate(mod.facts.classes):
            if cls.decorators:
                yield from mod.methods.get(i, {}).values()
