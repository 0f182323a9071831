"""Where the TypeScript compiler puts what it writes: below `outDir` as the sources lie below the folder that holds them all.

One file beside `src`, such as `prisma/seed.ts` or `jest.config.ts`, makes that the project's own folder: `dist/main.js` is `dist/src/main.js` then.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks.node import lock_file
from herolint.app.buildpacks.node_locks import locked_version
from herolint.app.buildpacks.node_output import build_scripts, followed_scripts
from herolint.app.buildpacks.node_range import only_within, satisfies
from herolint.app.launching.launch import launch_of
from herolint.formats import json_tree
from herolint.formats.shell import parse
from herolint.globs import matches

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node

_MOVES_NOTHING = frozenset(
    "npm yarn pnpm prisma rimraf rm mkdir echo true eslint tslint prettier husky patch-package tsc-alias copyfiles cpx cpy del del-cli".split()
)
"""Programs of a build that leave compiled files where they are."""
_TYPED = (".ts", ".tsx", ".mts", ".cts")
_DECLARED = (".d.ts", ".d.mts", ".d.cts")
_UNLOOKED = ("node_modules", "bower_components", "jspm_packages")
"""Folders that the compiler passes over unless it is told which ones to."""
_COMMON_FOLDER = "<6.0.0"
"""Releases whose default for `rootDir` is the folder that holds all sources."""
MAX_EXTENDS = 4


class Misplaced(msgspec.Struct, frozen=True):
    """A compiled file that lies elsewhere than a process looks for it: where it lies, and a source that makes it so."""

    made: str
    beside: str


class _Project(msgspec.Struct):
    """What a compiler configuration says, with what it takes over from others."""

    out: str = ""
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    plain: bool = True
    """Whether nothing else decides which files are compiled, or where they go."""


def misplaced(app: App, script: str) -> Misplaced | None:
    """Where the build puts a file instead that a process starts; None where it is put there, or where that cannot be told."""
    name = _configuration(app)
    project = _read(app, name, 0) if name is not None else None
    if project is None or not project.plain or not project.out or not script.startswith(f"{project.out}/"):
        return None
    wanted = posixpath.splitext(script)[0] if script.endswith((".js", ".mjs", ".cjs")) else script
    sources = [path for path in sorted(app.slug) if path.endswith(_TYPED) and not path.endswith(_DECLARED) and _is_compiled(project, path)]
    common = posixpath.commonpath([posixpath.dirname(path) or "." for path in sources]) if sources else ""
    root = "" if common == "." or any("/" not in path for path in sources) else common
    made = {posixpath.join(project.out, posixpath.splitext(posixpath.relpath(path, root or "."))[0]): path for path in sources}
    if wanted in made or f"{wanted}/index" in made:
        return None
    inner = wanted[len(project.out) + 1 :]
    real = next((out for out, path in made.items() if path.endswith(f"/{inner}{posixpath.splitext(path)[1]}")), None)
    beside = next((path for path in sources if real is not None and not path.startswith(made[real].partition("/")[0] + "/")), None)
    return Misplaced(f"{real}.js", beside) if real is not None and beside is not None and real.endswith(f"/{inner}") else None


def _configuration(app: App) -> str | None:
    """The configuration that the build compiles the root with; None where more than that is built, or something else moves files."""
    package = app.package_json
    if package is None or not _is_older(app) or any(hook in app.slug for hook in ("bin/post_compile", "bin/pre_compile")):
        return None
    if not build_scripts(app) or any(folder for folder, _, _ in followed_scripts(app)):
        return None
    launches = [
        launch
        for _, _, text in followed_scripts(app)
        for command in parse(text, 0).commands
        if (launch := launch_of(command, "package.json"))
    ]
    compiling = {(launch.tool, *(word.text for word in launch.words[1:])) for launch in launches if launch.tool in ("tsc", "nest")}
    if len(compiling) != 1 or any(launch.tool not in _MOVES_NOTHING | {"tsc", "nest"} or launch.cwd for launch in launches):
        return None
    tool, *words = next(iter(compiling))
    return _of_nest(app) if (tool, words) == ("nest", ["build"]) else _of_compiler(words) if tool == "tsc" else None


def _of_compiler(words: Sequence[str]) -> str | None:
    """The configuration that `tsc` is told to take."""
    if not words:
        return "tsconfig.json"
    if len(words) == 2 and words[0] in ("-p", "--project"):
        path = posixpath.normpath(words[1])
        path = "tsconfig.json" if path == "." else path
        return path if path.endswith(".json") and "/" not in path else None
    return None


def _of_nest(app: App) -> str | None:
    """The configuration that `nest build` takes, where it compiles file by file."""
    source = app.source("nest-cli.json")
    root = json_tree.load(source).root if source is not None and not source.is_binary else None
    options = root.get("compilerOptions") if root is not None and root.kind == "map" else None
    if root is not None and (root.kind != "map" or root.get("projects") is not None or root.get("monorepo") is not None):
        return None
    if options is not None and any(options.get(name) is not None for name in ("webpack", "builder", "tsConfigPath")):
        return None
    return "tsconfig.build.json" if "tsconfig.build.json" in app.slug else "tsconfig.json"


def _is_older(app: App) -> bool:
    """Whether the compiler that the lock or package.json names is one that takes the common folder by itself."""
    package, lock = app.package_json, lock_file(app)
    asked = {**package.dev_dependencies, **package.dependencies}.get("typescript") if package is not None else None
    source = app.document(lock) if lock is not None else None
    locked = locked_version(lock, source, "typescript") if lock is not None and source is not None and not source.is_binary else None
    if locked is not None:
        return satisfies(locked, _COMMON_FOLDER) is True
    return asked is not None and only_within(asked[0], _COMMON_FOLDER)


def _read(app: App, path: str, depth: int) -> _Project | None:
    source = app.source(path)
    root = json_tree.load(source).root if source is not None and not source.is_binary else None
    if root is None or root.kind != "map" or depth > MAX_EXTENDS:
        return None
    extends = root.get("extends")
    project = _Project()
    if extends is not None:
        given = extends.value if isinstance(extends.value, str) else ""
        if given.startswith("@tsconfig/"):
            project = _Project()  # these say nothing of files and folders
        else:
            other = posixpath.normpath(posixpath.join(posixpath.dirname(path), given)) if given.startswith(".") else ""
            found = _read(app, other if other.endswith(".json") else f"{other}.json", depth + 1) if other and "/" not in other else None
            if found is None:
                return None
            project = found
    options = root.get("compilerOptions")
    out = options.text("outDir") if options is not None else None
    project.out = posixpath.normpath(out) if out else project.out
    decides = ("rootDir", "rootDirs", "composite", "noEmit", "allowJs", "outFile", "emitDeclarationOnly")
    project.plain = project.plain and not any(root.get(name) is not None for name in ("files", "references"))
    project.plain = project.plain and not any(options.get(name) is not None for name in decides if options is not None)
    project.include = _patterns(root, "include", project.include)
    project.exclude = _patterns(root, "exclude", project.exclude)
    return project


def _patterns(root: Node, name: str, inherited: tuple[str, ...] | None) -> tuple[str, ...] | None:
    node = root.get(name)
    return tuple(str(item.value) for item in node.items if item.kind == "str") if node is not None and node.kind == "list" else inherited


def _is_compiled(project: _Project, path: str) -> bool:
    """Whether the compiler takes a file: it is included, and not excluded."""
    exclude = project.exclude if project.exclude is not None else (*_UNLOOKED, project.out)
    if any(part.startswith(".") for part in path.split("/")) or any(_fits(pattern, path) for pattern in exclude):
        return False
    return project.include is None or any(_fits(pattern, path) for pattern in project.include)


def _fits(pattern: str, path: str) -> bool:
    anchored = "/" + posixpath.normpath(pattern).removeprefix("/")
    return matches(anchored, path) and not (pattern.endswith("/*") and path.count("/") != posixpath.normpath(pattern).count("/"))
