"""Files that frameworks find by their place: pages, routes and functions that no code imports."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.globs import matches
from herolint.knowledge.sections import Convention

if TYPE_CHECKING:
    from herolint.app.program import Program
    from herolint.app.running.processes import Process


class Placed(msgspec.Struct, frozen=True):
    """A file that a framework loads by its place, and the convention that says so."""

    path: str
    convention: Convention
    folder: str


def placed_files(code: Program, process: Process) -> tuple[Placed, ...]:
    """The files that the frameworks of a process load by themselves."""
    found: dict[str, Placed] = {}
    for known in code.tables.values():
        for convention in known.conventions:
            for folder in sorted(_folders(code, process, convention)):
                prefix = f"{folder}/" if folder else ""
                for path in sorted(code.code.sources):
                    inside = path.startswith(prefix) and any(matches(f"/{glob}", path[len(prefix) :]) for glob in convention.files)
                    if inside and _answers(code, path, convention):
                        found.setdefault(path, Placed(path, convention, folder))
    return tuple(found.values())


def _answers(code: Program, path: str, convention: Convention) -> bool:
    """Whether a file gives away something that answers requests (pages that only the browser runs do not)."""
    mod = code.code.mod(path)
    return mod is not None and any(("default" if e.name == "=" else e.name) in convention.handlers for e in mod.facts.exports)


def _folders(code: Program, process: Process, convention: Convention) -> Iterator[str]:
    """Folders with a manifest that asks for the framework, where the process starts it: by its own program, or from what it built."""
    for launch in process.launches:
        for folder in dict.fromkeys((launch.folder or "", launch.cwd)):
            package = code.app.package(folder)
            if package is None or not ({*package.dependencies, *package.dev_dependencies} & set(convention.packages)):
                continue
            script = launch.script or ""
            built = script and any(matches(f"/{glob}", posixpath.relpath(script, folder or ".")) for glob in convention.built)
            starts = (entry.path for entry in code.entry_points.entries(launch))
            if launch.tool in convention.tools or built or any(_imports(code, path, convention) for path in starts):
                yield folder


def _imports(code: Program, path: str, convention: Convention) -> bool:
    """Whether an entry point loads the framework itself."""
    mod = code.code.mod(path)
    return mod is not None and any(imp.module in convention.packages for imp in mod.facts.imports)


def placed_handlers(linker: Linker, mod: Mod, placed: Placed) -> Iterator[tuple[FunctionRef, str]]:
    """The functions that a placed file gives the framework to answer requests with, and how a reader would name them."""
    route = _route(placed)
    for name, target in _given(linker, mod, placed.convention):
        if target.mod is not None:
            yield (
                FunctionRef(target.mod.path, target.number),
                route if name == "default" else f"{name} {route}" if name.isupper() else f"{name} of {route}",
            )


def _given(linker: Linker, mod: Mod, convention: Convention) -> Iterator[tuple[str, Target]]:
    for export in mod.facts.exports:
        name = "default" if export.name == "=" else export.name
        if name not in convention.handlers or export.value is None:
            continue
        for target in functions_in(linker, mod, NONE, export.value):
            yield name, target
        bindings = mod.names.get(NONE, {}).get(export.value.id, ()) if isinstance(export.value, facts.Name) else ()
        for binding in bindings:
            if isinstance(binding.what, Assign) and binding.what.value is not None:
                for target in functions_in(linker, mod, NONE, binding.what.value):
                    yield name, target


def _route(placed: Placed) -> str:
    """The path of the page or route that a file stands for, without the framework's own words."""
    path = posixpath.splitext(placed.path[len(placed.folder) :].lstrip("/"))[0]
    for part in ("src/", "app/routes/", "pages/", "app/", "routes/", "server/"):
        path = path.removeprefix(part)
    for last in ("/route", "/+server", "/+page.server", "/+layout.server", "/index"):
        path = path.removesuffix(last)
    return f"/{path}"
