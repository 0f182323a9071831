"""Files that the build or a process needs, each with what needs it. Asked about files that `.slugignore` removes.

A framework or language adds a source of its own to `SOURCES`: a function that yields a `Need` for every path of the pushed repository
(in the slug or not) that something of it depends on.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import Detected, builders, detected_in
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.link import Linker
from herolint.finding import Place
from herolint.formats.shell import parse
from herolint.globs import matches
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_BUILD_SCRIPTS = ("heroku-prebuild", "preinstall", "postinstall", "build", "heroku-postbuild", "start")
_CONFIGURED_BY = {
    "tsc": ("tsconfig.json",),
    "webpack": ("webpack.config.*",),
    "vite": ("vite.config.*", "index.html"),
    "vue-cli-service": ("vue.config.*", "babel.config.*"),
    "next": ("next.config.*",),
    "nest": ("nest-cli.json", "tsconfig.json"),
    "ng": ("angular.json",),
    "rollup": ("rollup.config.*",),
    "gulp": ("gulpfile.*",),
    "grunt": ("Gruntfile.*",),
    "babel": ("babel.config.*", ".babelrc"),
    "prisma": ("prisma/schema.prisma", "schema.prisma"),
}
"""Programs of a build, and the files that tell them what to do, any of which is enough."""
_SKIPPED = lazy(r"(?:^|/)(?:tests?|specs?|docs?|\.github|\.git[a-z]*|README[^/]*|LICENSE[^/]*|CHANGELOG[^/]*)(?:/|\Z)", re.IGNORECASE)


class Need(msgspec.Struct, frozen=True):
    """A path that is needed: what for, in words that follow the path; where that is written; and whether it is certain."""

    path: str
    reason: str
    at: Place | None = None
    sure: bool = True


def needs(app: App) -> Iterator[Need]:
    """All that is known to be needed, the build's own files first."""
    for source in SOURCES:
        yield from source(app)


def removed(app: App) -> frozenset[str]:
    """Files that a push sends and `.slugignore` removes before the build."""
    slug = app.workspace.slug_files
    return frozenset(app.workspace.files) - frozenset(slug) if len(slug) != len(app.workspace.files) else frozenset()


def _manifests(app: App) -> Iterator[Need]:
    """What the buildpack installs from, and what its build does not go without."""
    whole = detected_in(app.workspace.files, app.platform)
    chosen = [found for found in whole if found.buildpack in builders(app)] or list(whole[:1])
    for found in chosen:
        row = found.buildpack
        there = [name for name in row.manifests if name in app.workspace.files]
        if there and not any(name in app.slug for name in there):
            for name in there:
                yield Need(name, f"is what {row.name} builds from")
        elif not Detected(row, found.file).installs and found.file not in app.slug:
            yield Need(found.file, f"is what {row.name} knows the app by")
        for name in row.requires:
            yield Need(name, f"is needed by the build of {row.name}")


def _process_targets(app: App) -> Iterator[Need]:
    """Files that commands name, and modules that they load."""
    whole = _whole(app)
    for name, process in app.processes.items():
        for launch in process.launches:
            for word in launch.words:
                path = posixpath.normpath(posixpath.join(launch.cwd, word.text.partition("=")[2] or word.text))
                yield Need(path, f"is started by {name}", Place(launch.path, word.span, "starts it"))
            path = whole.find(launch.module) or "" if launch.module else ""
            if path and launch.target is not None:
                yield Need(path, f"is started by {name}", launch.place(launch.target, "starts it"))


def _imports(app: App) -> Iterator[Need]:
    """Modules that reached modules import."""
    whole = Linker(_whole(app))
    for mod in app.code.modules:
        for imp in mod.facts.imports:
            if imp.handled or app.code.guards.holds(mod, imp.guard) is False:
                continue
            for path in whole.dialect(mod).imported(mod, imp):
                yield Need(path, f"is imported by {mod.path}", mod.place(imp, "imports it"))


def _whole(app: App) -> CodeBase:
    """The code as it lies in the repository, removed files among it."""
    workspace = copy(app.workspace)
    workspace.slug_files = workspace.files
    whole = CodeBase(workspace, app.cache, [])
    for root in app.code.code.roots:
        whole.add_root(root)
    return whole


def _package_json(app: App) -> Iterator[Need]:
    """`main`, and files that the scripts of build and start name or are configured by."""
    package = app.package_json
    if package is None or not any(row.language == "node" for row in builders(app)):
        return
    if package.main and "start" in package.scripts:
        path = posixpath.normpath(package.main)
        yield from (Need(name, "is `main` of package.json", Place("package.json")) for name in (path, f"{path}.js"))
    for name in _BUILD_SCRIPTS:
        if name not in package.scripts or (name == "build" and "heroku-postbuild" in package.scripts):
            continue
        text, span = package.scripts[name]
        at = Place("package.json", span, "needs it")
        for command in parse(text, span.start + 1).commands:
            words = [word.text for word in command.words]
            for word in words:
                yield Need(posixpath.normpath(posixpath.join(command.cwd, word)), f"is used by the script `{name}`", at)
            yield from (Need(path, f"is read by `{words[0]}` in the script `{name}`", at) for path in _configuration(app, words))


def _configuration(app: App, words: list[str]) -> tuple[str, ...]:
    """The only file that tells the command's program what to do."""
    patterns = _CONFIGURED_BY.get(words[0] if words else "", ())
    found = [path for path in app.workspace.files if any(matches("/" + pattern, path) for pattern in patterns)]
    return tuple(found) if found and not any(path in app.slug for path in found) else ()


def _embedded(app: App) -> Iterator[Need]:
    """Files that Go's compiler puts into the program: a pattern that matches none stops the build."""
    if app.go_mod is None:
        return
    from herolint.app.building.go_embeds import embeds

    for embed in embeds(app):
        found = embed.among(app.workspace.files)
        if found and not any(name in app.slug for name in found):
            yield Need(found[0], f"is embedded by {embed.at.path}", Place(embed.at.path, embed.at.span, "embeds it"))


def _named_in_code(app: App) -> Iterator[Need]:
    """Files, and whole folders of the usual names, that reached code opens, serves or renders, as far as its words tell."""
    from herolint.app.needs.named_files import named_files

    for path, at in named_files(app, [path for path in removed(app) if not _SKIPPED.search(path)]):
        yield Need(path, f"is named in {at.path}", at, sure=False)


SOURCES: tuple[Callable[[App], Iterator[Need]], ...] = (
    _manifests,
    _process_targets,
    _imports,
    _package_json,
    _embedded,
    _named_in_code,
)
"""Where needs come from; a language's front end adds its own (relative imports, templates, migrations)."""
