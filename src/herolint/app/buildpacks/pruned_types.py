"""A compiler that runs at each start, and misses types which are there for the build only: it ends with an error, and nothing starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks.node import builds_node, lock_file
from herolint.app.buildpacks.node_locks import in_production
from herolint.app.buildpacks.node_programs import LANGUAGE, keeps_all
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process
    from herolint.source import Span

_COMPILER = "tsc"
_NODE = "@types/node"
_OPTION = lazy(r'^\s*"(?P<name>strict|noImplicitAny)"\s*:\s*(?P<value>true|false)\b')
_ENDINGS = (".ts", ".tsx", ".mts", ".cts")


class PrunedTypes(msgspec.Struct, frozen=True):
    """A process whose compiler misses a package of types: the import that needs it, and where the package is asked for."""

    process: Process
    launch: Launch
    package: str
    use: Place
    declared: Place
    sure: bool
    """Whether what is imported has no types of its own for certain."""


def pruned_types(app: App) -> Iterator[PrunedTypes]:
    """The first package of types that each process misses."""
    package = app.package_json
    if package is None or not builds_node(app) or keeps_all(app) or "typescript" not in package.dependencies:
        return
    gone = {name: span for name, (_, span) in package.dev_dependencies.items() if name.startswith("@types/") and _is_gone(app, name)}
    for process in app.processes.values() if gone else ():
        for launch in process.launches:
            fatal = (
                launch.tool == _COMPILER
                and not (launch.command.conditional or launch.alternative)
                and launch.command.operator in ("", "&&")
            )
            found = _needed(app, gone) if fatal else None
            if found is not None:
                name, use = found
                yield PrunedTypes(process, launch, name, use, Place("package.json", gone[name], "removed after the build"), name == _NODE)
                break


def _is_gone(app: App, name: str) -> bool:
    """Whether the lock says that nothing brings a package for production."""
    lock, package = lock_file(app), app.package_json
    source = app.document(lock) if lock is not None else None
    if lock is None or package is None or source is None or source.is_binary or name in package.dependencies:
        return False
    return in_production(lock, source, name, package) is False


def _needed(app: App, gone: Mapping[str, Span]) -> tuple[str, Place] | None:
    """The first import of the compiled files that has no types without one of these packages."""
    config = app.source("tsconfig.json")
    said = {match["name"]: match["value"] for line in (config.text if config else "").splitlines() if (match := _OPTION.match(line))}
    strict = said.get("noImplicitAny", said.get("strict")) == "true"
    builtin = app.code.tables[LANGUAGE].builtin if LANGUAGE in app.code.tables else frozenset()
    for path in sorted(app.code.code.sources):
        mod = app.code.code.mod(path) if path.endswith(_ENDINGS) and not path.endswith(".d.ts") and _is_compiled(path) else None
        for imp in mod.facts.imports if mod is not None else ():
            name = imp.module.removeprefix("node:")
            types = _NODE if name in builtin else f"@types/{name.removeprefix('@').replace('/', '__') if name.startswith('@') else name}"
            if mod is not None and types in gone and (types == _NODE or strict):
                return types, mod.place(imp, "has no types then")
    return None


def _is_compiled(path: str) -> bool:
    """Whether a file lies where compilers are told to look: not beside the app, as tests and front ends do."""
    return (
        not {"test", "tests", "__tests__", "e2e", "client", "frontend", "web", "packages"} & set(path.lower().split("/"))
        and ".test." not in path
    )
