"""What JavaScript that a process runs loads and will not find: packages that are not on a dyno, files that are not pushed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks.node import builds_node, lock_file
from herolint.app.buildpacks.node_locks import in_production
from herolint.app.buildpacks.node_output import build_text, bundles
from herolint.app.buildpacks.node_programs import LANGUAGE, keeps_all
from herolint.app.calling.starting import Starting
from herolint.app.linking.module import Mod
from herolint.app.needs.imports import Unmet
from herolint.app.needs.uses import Use
from herolint.app.running.entries import node_script
from herolint.code import facts
from herolint.code.queries import walk
from herolint.formats.package_json import PackageJson
from herolint.workspace.ignores import ignored_by, layer

if TYPE_CHECKING:
    from herolint.app.model import App

MANIFEST = "package.json"
_OTHER_WORLDS = ("#", "@/", "~", "http:", "https:", "data:", "virtual:", "bun:", "cloudflare:", "$")
"""Beginnings of specifiers that something other than Node.js makes sense of."""
_DATA = ("", ".js", ".json", ".node", ".cjs", ".mjs", "/index.js", "/index.json", "/package.json")
_TYPED = (".ts", ".tsx", ".mts", ".cts")

_PLAIN = (".js", ".mjs", ".cjs")
_LOADERS = frozenset({"-r", "--require", "--import", "--loader", "--experimental-loader"})
"""Options by which node is told of something that may make sense of typed files."""


def unmet_loads(app: App) -> Iterator[Unmet]:
    """One for each missing thing, at the place that fails first."""
    if app.package_json is None or not builds_node(app) or LANGUAGE not in app.code.tables or _is_workspace(app):
        return
    found: dict[tuple[str, str], Unmet] = {}
    judge = _Judge(app)
    for use in sorted(loads(app), key=lambda use: not use.starts):
        unmet = judge.unmet(use)
        if unmet is not None:
            key = unmet.kind, unmet.package
            first = found.setdefault(key, unmet)
            if first is not unmet and use.at != first.use.at and len(first.others) < 3:
                found[key] = msgspec.structs.replace(first, others=(*first.others, use.at))
    yield from found.values()


def _is_workspace(app: App) -> bool:
    """Whether packages of the repository share what is installed, so that one finds what another one asks for."""
    root = app.package_json.tree.root if app.package_json is not None else None
    return any(name in app.slug for name in ("pnpm-workspace.yaml", "lerna.json")) or (
        root is not None and root.get("workspaces") is not None
    )


def loads(app: App) -> Iterator[Use]:
    """Loads that may fail with nobody to catch it, in files that Node.js runs as they are written."""
    program = app.code
    for name, reach in program.reach.items():
        roots = _roots(app, name)
        if not roots:
            continue
        starting = Starting(reach)
        for mod in reach.mods():
            if mod.path not in starting.open or reach.chain(mod.path)[0] not in roots:
                continue
            valued = _valued(mod) if mod.path.endswith(_TYPED) else None
            for imp in mod.facts.imports:
                if imp.handled or (valued is not None and imp.alias and imp.alias not in valued):
                    continue
                runs = reach.runs(mod, imp.guard)
                if runs is False or not reach.has_function(mod, imp.function):
                    continue
                starts = starting.at_start(mod, imp.function, imp.guard)
                yield Use(imp.module, imp.module, mod, mod.place(imp), starts, (name,), maybe=runs is None)


def _roots(app: App, process: str) -> frozenset[str]:
    """The files that a process starts Node.js with: as they are, or compiled one by one, so that what they load stays as it is written."""
    found = set()
    for launch in app.processes[process].launches:
        source = node_script(launch.script, app.code.node_paths) if launch.tool == "node" and launch.script is not None else None
        if source is not None and (source == launch.script or launch.script in app.slug or not bundles(app)):
            found.add(source)
    return frozenset(found)


def _valued(mod: Mod) -> frozenset[str]:
    """Names that a typed file uses as values: what is only a type is gone when it runs."""
    module = mod.facts
    exprs: list[facts.AnyExpr | None] = [fact.call for fact in module.calls]
    exprs += [assign.value for assign in module.assigns]
    exprs += [returned.value for returned in module.returns]
    exprs += [export.value for export in module.exports]
    exprs += [base for cls in module.classes for base in (*cls.bases, *cls.decorators)]
    exprs += [decorator for fn in module.functions for decorator in fn.decorators]
    return frozenset(inner.id for expr in exprs if expr is not None for inner in walk(expr) if isinstance(inner, facts.Name))


class _Judge:
    """Decides for each use whether it is met."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.paths = app.code.node_paths
        self.known = app.code.tables[LANGUAGE]
        ignore = app.workspace.read(".gitignore") if ".gitignore" in app.workspace.files else None
        found = layer("", ".gitignore", ignore.data) if ignore is not None else None
        self.layers = [found] if found is not None else []

    @cached_property
    def text(self) -> str:
        """All that the build runs."""
        return build_text(self.app)

    def unmet(self, use: Use) -> Unmet | None:
        """What a load lacks; unsure where a condition decides whether it comes to it."""
        unmet = self._unmet(use)
        return msgspec.structs.replace(unmet, sure=False) if unmet is not None and use.maybe else unmet

    def _unmet(self, use: Use) -> Unmet | None:
        if use.module.startswith(_OTHER_WORLDS) or "!" in use.module or "{" in use.module or not use.module:
            return None
        resolved = self.paths.resolve(use.mod.path, use.module)
        if resolved is not None and not self._is_uncompiled(use, resolved):
            return None
        if use.module.startswith((".", "/")):
            return self._file(use) if not use.mod.path.endswith(_TYPED) else None
        return self._package(use)

    def _is_uncompiled(self, use: Use, resolved: str) -> bool:
        """Whether a plain file asks for what a compiler would make of a typed one, and node runs it as it is written."""
        plain = use.module.endswith(_PLAIN) and not use.mod.path.endswith(_TYPED) and resolved.endswith(_TYPED)
        return plain and not any(
            launch.subcommand != "node" or not _LOADERS.isdisjoint(launch.options)
            for process in use.processes
            for launch in self.app.processes[process].launches
            if launch.tool == "node"
        )

    def _file(self, use: Use) -> Unmet | None:
        """A file of the project."""
        base = posixpath.normpath(posixpath.join(posixpath.dirname(use.mod.path), use.module))
        files = self.app.workspace.files
        if use.module.startswith("/") or base.startswith("..") or any(base + ending in files for ending in _DATA):
            return None
        if self.app.workspace.is_dir(base) or self.paths.misspelt(use.mod.path, use.module) is not None or "generated" in base:
            return None
        if posixpath.basename(base) in self.text or self.app.build_makes(base if "." in posixpath.basename(base) else f"{base}.js"):
            return None
        names = [base] if posixpath.splitext(base)[1] in (".js", ".json", ".cjs", ".mjs") else [f"{base}.js", f"{base}.json", base]
        ignored = {name: file for name in names if (file := ignored_by(name, False, self.layers))}
        path = next(iter(ignored), names[0])
        return Unmet("file", use, package=path, detail=ignored.get(path, ""), manifest=MANIFEST)

    def _package(self, use: Use) -> Unmet | None:
        """A package of the registry."""
        parts = use.module.split("/")
        name = "/".join(parts[:2]) if use.module.startswith("@") else parts[0]
        if use.module.startswith("node:") or name in self.known.builtin or name.startswith("@types/") or self._is_folder(use.mod, parts[0]):
            return None
        manifests = list(self._manifests(use.mod))
        if not manifests or any(name in _installed(package) or _own_name(package) == name for _, package in manifests):
            return None
        if any(self.app.workspace.is_dir(posixpath.join(folder, "node_modules", name)) for folder, _ in manifests):
            return None
        folder, nearest = manifests[0]
        if folder:
            return None  # what is installed there is up to the scripts of the build
        lock = lock_file(self.app)
        source = self.app.document(lock) if lock is not None else None
        there = in_production(lock, source, name, nearest) if lock is not None and source is not None and not source.is_binary else None
        if there:
            return None
        if name in nearest.dev_dependencies:
            return Unmet("development", use, package=name, sure=there is False, manifest=MANIFEST) if not keeps_all(self.app) else None
        return Unmet("package", use, package=name, manifest=MANIFEST) if there is False else None

    def _is_folder(self, mod: Mod, first: str) -> bool:
        """Whether a specifier may mean a folder or file of the project, by a search path that is set elsewhere."""
        workspace = self.app.workspace
        top = mod.path.partition("/")[0]
        return any(
            workspace.is_dir(where) or any(where + ending in workspace.files for ending in (".js", ".ts"))
            for where in (first, f"src/{first}", f"{top}/{first}", f"{posixpath.dirname(mod.path)}/{first}".lstrip("/"))
        )

    def _manifests(self, mod: Mod) -> Iterator[tuple[str, PackageJson]]:
        """The package.json files that count for a module, from its folder to the root."""
        folder = posixpath.dirname(mod.path)
        while True:
            package = self.app.package(folder)
            if package is not None:
                yield folder, package
            if not folder:
                return
            folder = posixpath.dirname(folder)


def _installed(package: PackageJson) -> frozenset[str]:
    """What a package.json asks for besides what is for development only."""
    root = package.tree.root
    others = (root.get(section) for section in ("optionalDependencies", "peerDependencies")) if root is not None else ()
    names = {entry.key for section in others if section is not None and section.kind == "map" for entry in section.entries}
    return frozenset(names | set(package.dependencies))


def _own_name(package: PackageJson) -> str | None:
    return package.tree.root.text("name") if package.tree.root is not None else None
