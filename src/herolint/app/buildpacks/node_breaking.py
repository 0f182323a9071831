"""Which packages that a lock or package.json asks for fail with the Node.js that the build takes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks.node import builds_node, lock_file, wanted_node
from herolint.app.buildpacks.node_locks import is_plain, locked_version
from herolint.app.buildpacks.node_manifest import LOCKS
from herolint.app.buildpacks.node_output import build_text, followed_scripts
from herolint.app.buildpacks.node_range import Version, only_within, satisfies
from herolint.finding import Place
from herolint.knowledge.node_breaks import NodeBreak, table

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.needs.uses import Use
    from herolint.formats.package_json import PackageJson
    from herolint.formats.tree import Node


class Broken(msgspec.Struct, frozen=True):
    """A package that fails: what the table says of it, the release (or the range, where no lock says more), where it is asked for.

    `use` is a place that loads it; None where it fails before anything runs. `node`: the major version that is taken.
    """

    row: NodeBreak
    release: str
    at: Place
    node: int
    sure: bool
    """Whether a lock says which release it is."""
    use: Place | None = None


def node_breaks(app: App, node: Version | None = None) -> Iterator[Broken]:
    """One for each package, in the order of the table. `node`: asks about that Node.js instead of the one that the build takes."""
    package = app.package_json
    if package is None or not builds_node(app):
        return
    node = node or wanted_node(app).release
    if node is None:
        return
    rows = [row for row in table() if satisfies(node, row.node)]
    uses: list[Use] | None = None
    for folder, one in _packages(app, package):
        for row in rows:
            found = _taken(app, folder, one, row)
            if found is None:
                continue
            release, at, sure = found
            if row.stage == "start":
                uses = _loaded(app) if uses is None else uses
                names = (row.name, *row.loaded_by)
                use = next((use for use in uses if use.module in names and _nearest(app, use.mod.path) == folder), None)
                if use is not None:
                    yield Broken(row, release, at, node[0], sure, use.at)
            elif row.stage == "install" or _runs(app, row.program):
                yield Broken(row, release, at, node[0], sure)


def _runs(app: App, program: str) -> bool:
    """Whether the build, or a process when it starts, runs a program."""
    started = (launch for process in app.processes.values() for launch in process.launches)
    if any(launch.tool == program or (launch.script or "").endswith(f"node_modules/.bin/{program}") for launch in started):
        return True
    return re.search(rf"(?<![\w./-]){re.escape(program)}(?![\w./-])", build_text(app)) is not None


def _packages(app: App, root: PackageJson) -> Iterator[tuple[str, PackageJson]]:
    """The root's package.json, and those of folders in which the build runs scripts, or from which a process starts a program."""
    yield "", root
    scripts = (
        launch.script for process in app.processes.values() for launch in process.launches if launch.tool == "node" and launch.script
    )
    started = {_nearest(app, script) for script in scripts}
    for folder in sorted({folder for folder, _, _ in followed_scripts(app)} | started - {""}):
        package = app.package(folder) if folder else None
        if package is not None:
            yield folder, package


def _taken(app: App, folder: str, package: PackageJson, row: NodeBreak) -> tuple[str, Place, bool] | None:
    """The release in question that will be installed, where it is asked for, and whether a lock says so; None where another one is, or may be."""
    asked = package.dependencies.get(row.name) or (package.dev_dependencies.get(row.name) if row.stage != "start" else None)
    lock = next((path for one in LOCKS if (path := posixpath.join(folder, one)) in app.slug), None if folder else lock_file(app))
    root = app.package_json.tree.root if app.package_json is not None else None
    if folder and root is not None and root.get("workspaces") is not None:
        lock = None  # that of the root counts, and may hold several releases
    source = app.document(lock) if lock is not None else None
    if asked is None or not is_plain(asked[0]) or (row.mended_by and _forces(package, row.mended_by)):
        return None
    at = Place(posixpath.join(folder, "package.json"), asked[1], "too old")
    locked = locked_version(posixpath.basename(lock), source, row.name) if lock and source is not None and not source.is_binary else None
    if locked is not None:
        return (".".join(map(str, locked)), at, True) if satisfies(locked, row.versions) else None
    return (asked[0], at, False) if only_within(asked[0], row.versions) else None


def _forces(package: PackageJson, name: str) -> bool:
    """Whether package.json says which release of a package is taken wherever something asks for it."""
    places = (package.tree.get(*path) for path in (("overrides",), ("resolutions",), ("pnpm", "overrides")))
    keys = (key for place in places if place is not None for key in _keys(place))
    return any(re.fullmatch(rf"(?:.*[/>])?{re.escape(name)}(?:@.*)?", key) for key in keys)


def _keys(node: Node) -> Iterator[str]:
    """The keys of a map and of those in it."""
    for entry in node.entries:
        yield entry.key
        yield from _keys(entry.value)


def _loaded(app: App) -> list[Use]:
    """The places that load something, those first that do so at every start."""
    from herolint.app.buildpacks.node_imports import loads

    return sorted(loads(app), key=lambda use: not use.starts)


def _nearest(app: App, path: str) -> str:
    """The folder of the package.json that a file's packages are asked for in."""
    folder = posixpath.dirname(path)
    while folder and posixpath.join(folder, "package.json") not in app.slug:
        folder = posixpath.dirname(folder)
    return folder
