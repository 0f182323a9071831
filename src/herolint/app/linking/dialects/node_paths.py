"""How Node.js and TypeScript find the file that a specifier names: relative paths, `tsconfig` paths, workspaces, package imports."""

from __future__ import annotations

import posixpath
from functools import cached_property

from herolint.code import language_of
from herolint.formats import json_tree
from herolint.formats.tree import Node
from herolint.workspace import Workspace

EXTENSIONS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_SWAPPED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""A specifier names the file that the compiler will write; its source has the other ending."""


BUILT = frozenset({"dist", "build", "lib", "out", "built", ".build", "compiled", "output", "bin", "js"})
"""Folders that compilers and bundlers write to by custom."""


class NodePaths:
    """Resolution over the pushed files."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, importer: str, specifier: str) -> str | None:
        """The project's file that a specifier means in a file; None for packages and for what is not there."""
        folder = posixpath.dirname(importer)
        key = (folder, specifier)
        if key not in self._known:
            self._known[key] = self._resolve(folder, specifier)
        return self._known[key]

    def _resolve(self, folder: str, specifier: str) -> str | None:
        if specifier in (".", "..") or specifier.startswith(("./", "../")):
            base = posixpath.normpath(posixpath.join(folder, specifier))
            return self.file(base) or self.source_of(base)
        for base in self._aliased(folder, specifier):
            found = self.file(base)
            if found:
                return found
        return self._workspace_package(specifier)

    def misspelt(self, importer: str, specifier: str) -> str | None:
        """The file that a relative specifier means but for its letter case."""
        if not specifier.startswith(("./", "../")) or self.resolve(importer, specifier) is not None:
            return None
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
        if wanted in self.workspace.slug_files:
            return None
        stem, ending = posixpath.splitext(wanted)
        swapped = [stem + other for other in _SWAPPED.get(ending, ())]
        for name in (wanted, *swapped, *(wanted + e for e in EXTENSIONS), *(f"{wanted}/index{e}" for e in EXTENSIONS), wanted + ".json"):
            real = self._any_case.get(name.lower())
            if real is not None:
                return real if real != name else None
        return None

    @cached_property
    def _any_case(self) -> dict[str, str]:
        return {path.lower(): path for path in self.workspace.slug_files}

    def file(self, base: str) -> str | None:
        """The source file of a path without or with its ending, or the index file of a folder."""
        if base.startswith(".."):
            return None
        base = "" if base == "." else base
        files = self.workspace.slug_files
        stem, ending = posixpath.splitext(base)
        if base in files and (ending in EXTENSIONS or language_of(base) is not None):
            return base
        for other in _SWAPPED.get(ending, ()):
            if stem + other in files:
                return stem + other
        for other in EXTENSIONS:
            if base + other in files:
                return base + other
        for other in EXTENSIONS:
            index = posixpath.join(base, "index" + other)
            if index in files:
                return index
        return self._main_of(base)

    def _main_of(self, folder: str) -> str | None:
        """The file that a folder's own package.json names."""
        path = posixpath.join(folder, "package.json")
        if not folder or path not in self.workspace.slug_files:
            return None
        root = self._tree(path)
        main = (root.text("source") or root.text("main") or root.text("module")) if root is not None else None
        if not main:
            return None
        target = posixpath.normpath(posixpath.join(folder, main))
        if target == folder:
            return None
        return self.file(target) or self._source_of(folder, target)

    def _source_of(self, folder: str, built: str) -> str | None:
        """The source that a built file of a workspace package comes from, by the usual folders."""
        inner = built[len(folder) + 1 :]
        out, slash, rest = inner.partition("/")
        if not slash or out not in BUILT:
            return None
        return self.file(posixpath.join(folder, "src", rest)) or self.file(posixpath.join(folder, rest))

    def source_of(self, built: str) -> str | None:
        """The source that a built file comes from: the compiler's `outDir` mapped to its `rootDir`, else the usual folders."""
        if posixpath.basename(built) in BUILT:
            return self.source_of(f"{built}/index")
        for folder, out, source in self.outputs:
            base = posixpath.normpath(posixpath.join(folder, out))
            if built.startswith(base + "/"):
                rest = built[len(base) + 1 :]
                for root in dict.fromkeys((source, "src", "")):
                    found = self.file(posixpath.normpath(posixpath.join(folder, root, rest)))
                    if found is not None:
                        return found
        parts = built.split("/")
        for at, part in enumerate(parts[:-1]):
            if part in BUILT:
                found = self._source_of("/".join(parts[:at]), built) if at else self._unbuilt("/".join(parts[1:]))
                if found is not None:
                    return found
        return None

    def _unbuilt(self, rest: str) -> str | None:
        return self.file(f"src/{rest}") or self.file(rest) or self.file(f"server/{rest}")

    @cached_property
    def outputs(self) -> list[tuple[str, str, str]]:
        """(folder, outDir, rootDir) of each compiler configuration."""
        found = []
        for path in self.workspace.slug_files:
            name = posixpath.basename(path)
            if name.startswith("tsconfig") and name.endswith(".json") and "node_modules/" not in path:
                root = self._tree(path)
                options = root.get("compilerOptions") if root is not None else None
                out = options.text("outDir") if options is not None else None
                if options is not None and out:
                    found.append((posixpath.dirname(path), out, options.text("rootDir") or ""))
            elif name == "package.json" and "node_modules/" not in path:
                found += self._compiled(path)
        return found

    def _compiled(self, path: str) -> list[tuple[str, str, str]]:
        """What scripts tell the compiler: `tsc -p src/apps/backend/tsconfig.json --outDir dist`."""
        root = self._tree(path)
        scripts = root.get("scripts") if root is not None else None
        found = []
        for entry in scripts.entries if scripts is not None and scripts.kind == "map" else ():
            words = str(entry.value.value).replace("=", " ").split() if entry.value.kind == "str" else []
            given = {word: words[at + 1] for at, word in enumerate(words[:-1])}
            if "tsc" in words and "--outDir" in given:
                project = given.get("-p") or given.get("--project") or ""
                source = posixpath.dirname(project) if project.endswith(".json") else project
                found.append((posixpath.dirname(path), given["--outDir"], given.get("--rootDir", source)))
        return found

    def _tree(self, path: str) -> Node | None:
        source = self.workspace.read(path)
        if source is None or source.is_binary:
            return None
        root = json_tree.load(source).root
        return root if root is not None and root.kind == "map" else None

    def _aliased(self, folder: str, specifier: str) -> list[str]:
        """Places that the compiler's path table and the usual shorthands give a specifier."""
        found = []
        for base, pattern, targets in self._mappings(folder):
            star = specifier_star(pattern, specifier)
            if star is not None:
                found += [posixpath.normpath(posixpath.join(base, target.replace("*", star))) for target in targets]
        return found

    def _mappings(self, folder: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """The path table in force in a folder: of the nearest configuration above it."""
        at = folder
        while True:
            if at in self._tables:
                return self._tables[at]
            if not at:
                return []
            at = posixpath.dirname(at)

    @cached_property
    def _tables(self) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
        tables: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
        for path in self.workspace.slug_files:
            name = posixpath.basename(path)
            if name in ("tsconfig.json", "jsconfig.json", "tsconfig.base.json") and "node_modules/" not in path:
                tables.setdefault(posixpath.dirname(path), []).extend(self._table(path, 0))
        for path in self.workspace.slug_files:
            if posixpath.basename(path) == "package.json" and "node_modules/" not in path:
                folder = posixpath.dirname(path)
                tables.setdefault(folder, []).extend(self._package_table(path))
        return tables

    def _table(self, path: str, depth: int) -> list[tuple[str, str, tuple[str, ...]]]:
        root = self._tree(path)
        if root is None or depth > 4:
            return []
        folder = posixpath.dirname(path)
        options = root.get("compilerOptions")
        base_url = options.text("baseUrl") if options is not None else None
        base = posixpath.normpath(posixpath.join(folder, base_url or "."))
        found: list[tuple[str, str, tuple[str, ...]]] = []
        paths = options.get("paths") if options is not None else None
        for entry in paths.entries if paths is not None else ():
            found.append((base, entry.key, tuple(str(i.value) for i in entry.value.items if i.kind == "str")))
        extends = root.text("extends")
        if not found and extends and extends.startswith("."):
            other = posixpath.normpath(posixpath.join(folder, extends))
            found += self._table(other if other.endswith(".json") else other + ".json", depth + 1)
        if base_url:
            found.append((base, "*", ("*",)))
        return found

    def _package_table(self, path: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """`imports` (`#x`) and `_moduleAliases` of a package.json."""
        root = self._tree(path)
        folder = posixpath.dirname(path)
        found: list[tuple[str, str, tuple[str, ...]]] = []
        for section in ("imports", "_moduleAliases"):
            node = root.get(section) if root is not None else None
            for entry in node.entries if node is not None else ():
                target = entry.value.value if entry.value.kind == "str" else None
                if entry.value.kind == "map":
                    target = next((e.value.value for e in entry.value.entries if e.value.kind == "str"), None)
                if isinstance(target, str):
                    found.append((folder, entry.key, (target,)))
                    if section == "_moduleAliases":
                        found.append((folder, entry.key + "/*", (target + "/*",)))
        return found

    @cached_property
    def _packages(self) -> dict[str, str]:
        """Names of the repository's own packages and their folders."""
        found: dict[str, str] = {}
        for path in self.workspace.slug_files:
            if posixpath.basename(path) == "package.json" and "/" in path and "node_modules/" not in path:
                root = self._tree(path)
                name = root.text("name") if root is not None else None
                if name:
                    found.setdefault(name, posixpath.dirname(path))
        return found

    def _workspace_package(self, specifier: str) -> str | None:
        parts = specifier.split("/")
        name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
        folder = self._packages.get(name)
        if folder is None:
            return None
        rest = specifier[len(name) + 1 :]
        if rest:
            return self.file(posixpath.join(folder, rest)) or self.file(posixpath.join(folder, "src", rest))
        return self._main_of(folder) or self.file(posixpath.join(folder, "src/index")) or self.file(posixpath.join(folder, "index"))


def specifier_star(pattern: str, specifier: str) -> str | None:
    """What `*` of a path pattern stands for in a specifier; "" for an exact match; None where it does not match."""
    head, star, tail = pattern.partition("*")
    if not star:
        return "" if pattern == specifier else None
    if specifier.startswith(head) and specifier.endswith(tail) and len(specifier) >= len(head) + len(tail):
        return specifier[len(head) : len(specifier) - len(tail)]
    return None
