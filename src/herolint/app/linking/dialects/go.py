"""Go: packages are folders, methods belong to types by name, imports are paths."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.dialects.base import Dialect
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.target import Target
from herolint.code.facts import NONE, Assign, Attr, Call, Import, Name
from herolint.formats.go_constraint import expression_holds, name_holds
from herolint.patterns import lazy

_BUILTINS = frozenset("append cap close copy delete len make max min new panic print println recover error string".split())
_MAJOR = lazy(r"(/v\d+|\.v\d+)\Z")
_DOUBLE = lazy(r"(?i)mock|fake|stub|noop|dummy")
"""Names of types and folders that stand in for others."""
_MEMORY = lazy(r"(?i)in_?memory")
"""Names of types that stand in for others, unless there are none."""
_SYSTEM = frozenset({"linux", "amd64"})
_NEVER = frozenset({"ignore", "windows", "darwin", "js", "wasm", "arm", "arm64", "integration", "e2e", "tools", "tool", "mage"})
"""Build tags that no build for a dyno sets."""
_MODULE = lazy(r"^\s*module\s+(\S+)", re.MULTILINE)


class _Package(msgspec.Struct, frozen=True):
    """A package's names with the files that bind them, the methods of its types, and the types."""

    names: dict[str, list[Mod]]
    methods: dict[str, dict[str, tuple[Mod, int]]]
    types: dict[str, tuple[Mod, int]]


class Go(Dialect):
    """The packages of the repository's Go modules."""

    options_objects = True
    follows_values = True
    raises = False

    def __init__(self, code: CodeBase) -> None:
        super().__init__(code)
        self._declared: dict[str, _Package] = {}
        self._built: dict[str, tuple[str, ...]] = {}
        self._loaded = -1
        self._implementing: dict[tuple[frozenset[str], str], dict[str, tuple[Mod, int]]] = {}

    @cached_property
    def packages(self) -> dict[str, tuple[str, ...]]:
        """Folder → its Go files that are built for a dyno (no tests)."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.code.sources):
            if path.endswith(".go") and not _left_out(path):
                found.setdefault(posixpath.dirname(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    @cached_property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """(module path, folder) of each go.mod, longest module path first; of GOPATH-style repositories none."""
        found = []
        for path in self.code.workspace.slug_files:
            if posixpath.basename(path) == "go.mod":
                source = self.code.workspace.read(path)
                match = _MODULE.search(source.text) if source is not None else None
                if match:
                    found.append((match[1].strip('"'), posixpath.dirname(path)))
        return tuple(sorted(found, key=lambda pair: -len(pair[0])))

    def folder_of(self, importing: str) -> str | None:
        """The folder of the repository's package that an import path names."""
        for module, folder in self.modules:
            if importing == module or importing.startswith(module + "/"):
                inner = posixpath.normpath(posixpath.join(folder, importing[len(module) + 1 :]))
                inner = "" if inner == "." else inner
                return inner if inner in self.packages else None
        return None

    def imported(self, mod: Mod, imp: Import) -> Iterator[str]:
        folder = self.folder_of(imp.module)
        if folder is not None:
            yield from self.built(folder)[:1]

    def alongside(self, path: str) -> Iterator[str]:
        yield from (other for other in self.built(posixpath.dirname(path)) if other != path)

    def sharing(self, path: str) -> Iterator[str]:
        yield from self.alongside(path)

    def built(self, folder: str) -> tuple[str, ...]:
        """A package's files, without those that a build constraint keeps out (`//go:build ignore`)."""
        if folder not in self._built:
            paths = self.packages.get(folder, ())
            self._built[folder] = tuple(path for path in paths if (mod := self.code.mod(path)) is None or _constraint_holds(mod))
        return self._built[folder]

    def bound(self, linker: Linker, mod: Mod, imp: Import, depth: int) -> Target | None:
        folder = self.folder_of(imp.module)
        if folder is not None:
            first = self.code.mod(self.packages[folder][0])
            return Target("module", folder, first) if first is not None else None
        return Target("external", _MAJOR.sub("", imp.module))

    def free(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        found = self._in_package(linker, posixpath.dirname(mod.path), mod, name, depth)
        if found is None:
            found = self._by_package_name(linker, mod, name, depth)
        if found is None and name in _BUILTINS:
            return Target("external", name)
        return found

    def _in_package(self, linker: Linker, folder: str, but: Mod | None, name: str, depth: int) -> Target | None:
        bound = self._tables(folder).names.get(name, ())
        declaring = [mod for mod in bound if any(self._declares(mod, binding) for binding in mod.names[NONE][name])]
        if declaring and len(bound) > 1:
            return Target("variable", name, declaring[0])  # other files of the package give it values
        for other in bound:
            if other is not but:
                return linker.lookup(other, NONE, name, depth + 1)
        return None

    @staticmethod
    def _declares(mod: Mod, binding: Binding) -> bool:
        """Whether a binding stands outside of functions."""
        return isinstance(binding.what, Assign) and binding.what.function == NONE

    def _tables(self, folder: str) -> _Package:
        """What the files of a package declare together."""
        if folder not in self._declared:
            mods = [mod for path in self.built(folder) if (mod := self.code.mod(path)) is not None]
            self._declared[folder] = found = _Package({}, {}, {})
            for mod in mods:
                for name in mod.names.get(NONE, {}):
                    found.names.setdefault(name, []).append(mod)
                for i, fn in enumerate(mod.facts.functions):
                    if fn.owner:
                        found.methods.setdefault(fn.owner, {})[fn.name] = (mod, i)
                for i, cls in enumerate(mod.facts.classes):
                    found.types.setdefault(cls.name, (mod, i))
        return self._declared[folder]

    def _by_package_name(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        """An import whose package is called otherwise than the last word of its path."""
        for imp in mod.facts.imports:
            folder = self.folder_of(imp.module)
            first = self.code.mod(self.packages[folder][0]) if folder is not None else None
            if first is not None and first.facts.package == name:
                return self.bound(linker, mod, imp, depth)
            if folder is None and imp.alias not in ("_", "*") and _usual_name(imp.module) == name:
                return Target("external", _MAJOR.sub("", imp.module))
        return None

    def loaded(self, linker: Linker, mod: Mod, call: Call, depth: int) -> Target | None:
        """`new(T)` makes a T, as `T{}` does."""
        if not isinstance(call.func, Name) or call.func.id != "new" or len(call.args) != 1:
            return None
        kind = linker.resolve(mod, mod.function_at(call.start), call.args[0], depth)
        if kind is None or kind.kind not in ("class", "external"):
            return None
        if kind.kind == "class":
            return Target("instance", kind.name, kind.mod, kind.number)
        return Target("external", f"{kind.name}()")

    def member(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        return self._in_package(linker, target.name, None, name, depth)

    def starts(self, mod: Mod) -> Iterator[int]:
        for i, fn in enumerate(mod.facts.functions):
            if fn.parent == NONE and not fn.owner and (fn.name == "init" or (fn.name == "main" and mod.facts.package == "main")):
                yield i

    def methods(self, mod: Mod, index: int) -> dict[str, tuple[Mod, int]]:
        own = self._tables(posixpath.dirname(mod.path)).methods.get(mod.facts.classes[index].name, {})
        asked = own or {name for name, assigns in mod.class_body.get(index, {}).items() if assigns[-1].op == "method"}
        return own or (self._only_type_with(frozenset(asked), mod.facts.classes[index].name) if asked else {})

    def _only_type_with(self, asked: frozenset[str], interface: str) -> dict[str, tuple[Mod, int]]:
        """The methods of the only type in the loaded packages that has all those of an interface; doubles for tests do not count.

        Of several, the one that functions give back as the interface. What is kept in memory counts where nothing else does.
        """
        if self.code.asked_for != self._loaded:
            self._loaded, self._implementing = self.code.asked_for, {}
        if (asked, interface) not in self._implementing:
            folders = {posixpath.dirname(mod.path) for mod in self.code.loaded() if mod.facts.language == "go"}
            found = {
                f"{folder}/{owner}": methods
                for folder in sorted(folders)
                for owner, methods in self._tables(folder).methods.items()
                if asked <= methods.keys() and not _DOUBLE.search(f"{folder}/{owner}")
            }
            found = {name: methods for name, methods in found.items() if not _MEMORY.search(name)} or found
            if len(found) > 1:
                given = self._given_back_as(interface)
                found = {name: methods for name, methods in found.items() if name in given}
            self._implementing[asked, interface] = next(iter(found.values())) if len(found) == 1 else {}
        return self._implementing[asked, interface]

    def _given_back_as(self, interface: str) -> set[str]:
        """The types, with their folders, that functions make and give back as an interface of that name: `return &executor{}`."""
        found: set[str] = set()
        for mod in [mod for mod in self.code.loaded() if mod.facts.language == "go"]:
            for returned in mod.facts.returns:
                result = mod.facts.functions[returned.function].result if returned.function != NONE else None
                named = result.id if isinstance(result, Name) else result.name if isinstance(result, Attr) else ""
                if named == interface and isinstance(returned.value, Call) and isinstance(returned.value.func, Name):
                    found.add(f"{posixpath.dirname(mod.path)}/{returned.value.func.id}")
        return found

    def type_named(self, mod: Mod, name: str) -> tuple[Mod, int] | None:
        own = next((i for i, cls in enumerate(mod.facts.classes) if cls.name == name), None)
        return (mod, own) if own is not None else self._tables(posixpath.dirname(mod.path)).types.get(name)


def _left_out(path: str) -> bool:
    """Whether the build for a dyno leaves a file out by its name or folder."""
    *folders, name = path.split("/")
    return "testdata" in folders or "vendor" in folders or not name_holds(name, _SYSTEM.__contains__)


def _constraint_holds(mod: Mod) -> bool:
    """Whether a file may be built for a dyno, as far as its constraint tells."""
    lines = [text for name, text, _, _ in mod.facts.directives if name == "go:build"]
    return not lines or expression_holds(lines[0], lambda tag: tag not in _NEVER) is not False


def _usual_name(path: str) -> str:
    """The package name that an import path suggests: its last word without version and `go-`."""
    last = _MAJOR.sub("", path).rpartition("/")[2]
    return last.removeprefix("go-").removesuffix("-go").removesuffix(".go").replace("-", "_")
