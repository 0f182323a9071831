"""Which source files the programs of Node.js, Go and Ruby apps start with; `app.running.entry_points` asks where a command names no module."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.launching.ecosystem import is_list
from herolint.app.launching.launch import RAILS_TOOLS, Launch
from herolint.app.reaching.reach import Entry
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.linking.dialects.node_paths import NodePaths
    from herolint.app.model import App


def entries_of(app: App, launch: Launch, paths: NodePaths) -> Iterator[Entry]:
    """The files that one program starts with."""
    if is_list(launch):
        return  # what it names is started by itself
    if launch.tool == "node" and launch.script is not None:
        found = node_script(launch.script, paths)
        if found is not None:
            yield Entry(found, True)
    elif launch.tool == "nest" and (main := paths.file(_nest_main(app, launch.cwd))) is not None:
        yield Entry(main, True)
    elif launch.tool == "ruby" and launch.script in app.slug and launch.script is not None:
        yield Entry(launch.script, True)
    elif launch.tool in RAILS_TOOLS:
        yield from _rack(app, launch)
    else:
        yield from _go(app, launch)


def _nest_main(app: App, folder: str) -> str:
    """The file that Nest's command line starts, without its ending, by its configuration."""
    from herolint.formats.json_tree import load

    source = app.document(posixpath.join(folder, "nest-cli.json"))
    tree = load(source) if source is not None and not source.is_binary else None
    root = tree.root if tree is not None and tree.root is not None and tree.root.kind == "map" else None
    told = (root.text("sourceRoot"), root.text("entryFile")) if root is not None else (None, None)
    return posixpath.normpath(posixpath.join(folder, told[0] or "src", told[1] or "main"))


def node_script(script: str, paths: NodePaths) -> str | None:
    """The source of the file that Node.js is told to run: what it is built from, itself, with an ending added, or a folder's main."""
    found = paths.file(script)
    from herolint.app.linking.dialects.node_paths import BUILT

    source = paths.source_of(script) if found is None or script.partition("/")[0] in BUILT else None
    return source or found


def _rack(app: App, launch: Launch) -> Iterator[Entry]:
    if "config.ru" in app.slug:
        yield Entry("config.ru", False)
    if "config/application.rb" in app.slug:
        own = [path for path in sorted(app.slug) if path.endswith(".rb") and path.startswith(("app/", "config/", "lib/"))]
        of_tasks = _of_tasks(app, own)
        for path in own:
            if not _is_tool(path) and path not in of_tasks:
                if not path.startswith("config/environments/") or path == "config/environments/production.rb":
                    if not _is_clock(path) or launch.tool in _CLOCKS:
                        yield Entry(path, False)


def _of_tasks(app: App, own: list[str]) -> frozenset[str]:
    """Files of lib/ whose class only Rake's tasks name: work that somebody starts by hand, or a schedule."""

    def text(path: str) -> str:
        source = app.source(path)
        return source.text if source is not None and not source.is_binary else ""

    tasks = [text(path) for path in app.slug if path.endswith(".rake")]
    found = []
    for path in own if tasks else ():
        name = "".join(part.capitalize() for part in posixpath.basename(path)[:-3].split("_"))
        if path.startswith("lib/") and any(name in task for task in tasks):
            words = (name, posixpath.basename(path)[:-3])
            if not any(word in text(other) for other in own if other != path for word in words):
                found.append(path)
    return frozenset(found)


_CLOCKS = frozenset({"clockwork"})
_CLOCK_FILE = lazy(r"config/(?:\w*clock\w*|scheduler?)\.rb\Z")


def _is_clock(path: str) -> bool:
    """Whether a file is what a program of its own for schedules is given; Rails does not load it."""
    return _CLOCK_FILE.match(path) is not None


def _is_tool(path: str) -> bool:
    """Whether a file is there for generators, tasks, command lines, deploys or cron, by the customs of their makers."""
    if path in ("config/deploy.rb", "config/schedule.rb", "config/spring.rb"):
        return True
    return path.startswith(("lib/capistrano/", "lib/generators/", "lib/tasks/", "lib/templates/", "config/deploy/")) or (
        path.startswith("lib/") and (path.endswith("cli.rb") or "/cli/" in path)
    )


def _go(app: App, launch: Launch) -> Iterator[Entry]:
    """A binary that the build makes from a main package, or one that `go run` makes when it starts."""
    from herolint.app.building.go_build import binaries
    from herolint.app.running.go_outputs import image_programs

    name = posixpath.basename(launch.words[0].text) if launch.words else ""
    if launch.tool == "go" and launch.subcommand == "run":
        given = [a.text for a in launch.arguments[1:]] or ["."]
        folder = posixpath.dirname(given[0]) if given[0].endswith(".go") else given[0]
        folder = posixpath.normpath(posixpath.join(launch.cwd, folder or "."))
        yield from _package(app, "" if folder == "." else folder)
        return
    if not any(path.endswith(".go") for path in app.slug):
        return
    if app.is_container and (made := image_programs(app).get(name)) is not None:
        yield from _package(app, made)
        return
    for path, package in binaries(app).items() if app.go_mod is not None else ():
        if package is not None and posixpath.basename(path) == name:
            yield from (Entry(place.path, True) for place in package.entries)
            return
    if app.is_container or launch.words[0].text.startswith(("./", "/", "bin/")):
        mains = sorted({posixpath.dirname(place.path) for package in app.go_commands for place in package.entries})
        named = [folder for folder in mains if posixpath.basename(folder) == name]
        for folder in named or (mains if len(mains) == 1 else ()):
            yield from _package(app, folder)


def _package(app: App, folder: str) -> Iterator[Entry]:
    yield from (Entry(path, True) for path in sorted(app.slug) if posixpath.dirname(path) == folder and path.endswith(".go")
                and not path.endswith("_test.go"))  # fmt: skip
