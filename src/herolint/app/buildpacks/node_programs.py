"""Programs that npm packages install: which package a command needs, and whether the package is there when a dyno starts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.launching.launch_node import PACKAGE_MANAGERS
from herolint.finding import Place
from herolint.formats.shell import Word
from herolint.knowledge.call_tables import load

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process
    from herolint.formats.package_json import PackageJson

LANGUAGE = "javascript"
"""The table that says which packages install which programs."""
SHELL = frozenset(
    {
        "node",
        "nodejs",
        "npx",
        "sh",
        "bash",
        "cd",
        "echo",
        "export",
        "exec",
        "test",
        "true",
        "sleep",
        "rm",
        "cp",
        "mkdir",
        "mv",
        "ls",
        "env",
        "deno",
        *(PACKAGE_MANAGERS - {"bun"}),
    }
)


def known_programs() -> dict[str, str]:
    """Program → the npm package that installs it."""
    return load(LANGUAGE).programs


class Absent(msgspec.Struct, frozen=True):
    """A program that a dyno will not find: `pruned` when its package is installed for the build only, `fetched` when npx fetches another."""

    process: Process
    launch: Launch
    word: Word
    program: str
    package: str
    pruned: bool
    at: Place
    declared: Place | None
    fetched: bool = False


def absent_programs(app: App) -> Iterator[Absent]:
    """Programs that processes start and that no installed package provides, each process's first one only."""
    package = app.package_json
    if package is None:
        return
    from herolint.app.buildpacks.node import builds_node
    from herolint.app.running.endpoints import unmeant_web

    if not builds_node(app) or keeps_all(app):
        return
    for process in app.processes.values():
        if process.origin == "default" and unmeant_web(app):
            continue  # that it is there at all is another finding
        for launch in process.launches:
            found = _absent(app, process, launch)
            if found is not None:
                yield found
                break


def keeps_all(app: App) -> bool:
    """Whether devDependencies stay in the slug: pruning is switched off, or production is not what the app runs as."""
    values = {
        name: app.config_var(name)
        for name in ("NPM_CONFIG_PRODUCTION", "YARN_PRODUCTION", "PNPM_SKIP_PRUNING", "YARN2_SKIP_PRUNING", "NODE_ENV")
    }
    if values["NODE_ENV"] not in (None, "", "production"):
        return True
    if any(values[name] not in (None, "", "true") for name in ("NPM_CONFIG_PRODUCTION", "YARN_PRODUCTION")):
        return True
    return any(values[name] for name in ("PNPM_SKIP_PRUNING", "YARN2_SKIP_PRUNING"))


def _absent(app: App, process: Process, launch: Launch) -> Absent | None:
    if launch.command.conditional or not launch.command.words:
        return None
    folder = posixpath.dirname(launch.path) if posixpath.basename(launch.path) == "package.json" else launch.cwd
    programs = known_programs()
    own, root = app.package(folder) if folder else app.package_json, app.package_json
    fetched = False
    for word in (launch.command.words[0], launch.words[0]) if launch.words else ():
        program = posixpath.basename(word.text)
        if program == "npx" and word is not launch.words[0]:
            fetched = True  # it downloads what is not there
            continue
        if program in SHELL or not word.literal or _is_file(app, launch, word) or program.startswith(("$", "-")):
            continue
        name = programs.get(program, program)
        declared = [one for one in (own, root) if one is not None]
        if any(name in one.dependencies or _brings(one, name) for one in declared):
            continue
        pruned = next((one for one in declared if name in one.dev_dependencies), None)
        if pruned is None and (fetched or program not in programs or posixpath.basename(launch.path) != "package.json"):
            continue
        if _comes_along(app, folder, name):
            continue
        path = "package.json" if pruned is root else posixpath.join(folder, "package.json")
        at = Place(path, pruned.dev_dependencies[name][1], "removed after the build") if pruned is not None else None
        return Absent(process, launch, word, program, name, pruned is not None, launch.place(word), at, fetched)
    return None


def _comes_along(app: App, folder: str, name: str) -> bool:
    """Whether the lock says, or leaves open, that another package brings a package for production: as a dependency, or an optional peer."""
    from herolint.app.buildpacks.node import lock_file
    from herolint.app.buildpacks.node_locks import in_production
    from herolint.app.buildpacks.node_manifest import LOCKS

    own = next((beside for one in LOCKS if folder and (beside := posixpath.join(folder, one)) in app.slug), None)
    path = own or lock_file(app)
    source, package = app.document(path) if path is not None else None, app.package(folder if own else "")
    if path is None or source is None or source.is_binary or package is None:
        return False
    lock = posixpath.basename(path)
    there = in_production(lock, source, name, package)
    return there is True or (there is None and LOCKS.get(lock, "npm") == "npm")


def _is_file(app: App, launch: Launch, word: Word) -> bool:
    return "/" in word.text and "node_modules" not in word.text and app.workspace.exists(posixpath.join(launch.cwd, word.text))


def _brings(package: PackageJson, name: str) -> bool:
    """Whether an installed package is known to bring the program's package along."""
    return any(other in package.dependencies for other in load(LANGUAGE).brought.get(name, ()))
