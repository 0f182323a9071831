"""What the Go buildpack will do: the version it installs, the main packages it finds, the binaries and process types it makes of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from herolint.code import facts_of
from herolint.code.facts import NONE, Module
from herolint.finding import Place
from herolint.formats.go_constraint import expression_holds, line_holds, name_holds
from herolint.patterns import lazy
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App

MAX_SOURCE_BYTES = 1_000_000
"""A larger file is no code that a person wrote."""
SPEC_VARIABLE = "GO_INSTALL_PACKAGE_SPEC"
VERSION_VARIABLE = "GOVERSION"
_TAGS = frozenset({"linux", "amd64", "unix", "gc", "cgo"})
"""Tags of a build on a dyno's system; the buildpack adds one of its own, and Go those of its versions."""
_VERSION_TAG = lazy(r"go1\.(\d{1,4})\Z")
_MAJOR = lazy(r"v(\d+)\Z")


class WantedGo(msgspec.Struct, frozen=True):
    """The version asked for as it is written, what says so, and the release it means (None: the buildpack knows no such version).

    `origin` is `GOVERSION`, `+heroku goVersion`, `go`, or empty where nothing says so and the default is taken. A config var whose value
    no file tells leaves `version` and `release` None.
    """

    version: str | None
    origin: str
    at: Place
    release: str | None


class MainPackage(msgspec.Struct, frozen=True):
    """A folder with `package main`: its import path, the binary's name, and each `func main` in it (there should be one)."""

    folder: str
    import_path: str
    entries: tuple[Place, ...]

    @property
    def binary(self) -> str:
        """What `go install` calls the program."""
        return binary_name(self.import_path)


class InstallSpec(msgspec.Struct, frozen=True):
    """The package patterns that are built; `origin` is the config var's name, `go.mod`, or empty for all main packages."""

    patterns: tuple[str, ...]
    origin: str
    at: Place


def builds_go(app: App) -> bool:
    """Whether Heroku's Go buildpack will build the app."""
    if app.is_container or app.language != "go":
        return False
    return not app.buildpacks or any("go" in re.split(r"\W", url) for url in app.buildpacks)


def removed_tool(app: App) -> tuple[str, Place] | None:
    """Without a go.mod: the dependency tool that the buildpack takes the app to use and no longer supports, and its file."""
    if "go.mod" in app.slug:
        return None
    found = next(((tool, Place(path)) for path, tool in app.platform.go.removed_tools.items() if path in app.slug), None)
    if found is None:
        sources = (path for path in app.slug if path.startswith("src/") and path.endswith(".go") and path.count("/") > 1)
        found = next((("gb", Place(path)) for path in sources), None)
    return found


def is_vendored(app: App) -> bool:
    """Whether dependencies are taken from `vendor/` alone: there is such a folder beside a `go.sum` that is not empty."""
    sums = app.document("go.sum")
    return sums is not None and bool(sums.data) and any(path.startswith("vendor/") for path in app.slug)


def wanted_go(app: App) -> WantedGo:
    """The Go version by the first place that gives one, in the buildpack's order."""
    declared = app.config_var(VERSION_VARIABLE)
    document = app.go_mod
    if declared is not None:
        at = _declared_at(app, VERSION_VARIABLE)
        return _wanted(app, declared, VERSION_VARIABLE, at) if declared else WantedGo(None, VERSION_VARIABLE, at, None)
    if document is not None and document.heroku_version is not None:
        return _wanted(app, document.heroku_version.text, "+heroku goVersion", Place("go.mod", document.heroku_version.span))
    if document is not None and document.go is not None:
        return _wanted(app, document.go.text, "go", Place("go.mod", document.go.span))
    return WantedGo(None, "", Place("go.mod"), app.platform.go.resolve(app.platform.go.default))


def _wanted(app: App, version: str, origin: str, at: Place) -> WantedGo:
    # A commit of Go itself, which the buildpack compiles.
    release = version if version.startswith("devel-") else app.platform.go.resolve(version)
    return WantedGo(version, origin, at, release)


def _declared_at(app: App, name: str) -> Place:
    """Where app.json declares a config var."""
    declared = app.app_json.env.get(name) if app.app_json is not None else None
    return Place("app.json", declared.span) if declared is not None else Place("")


def binary_name(import_path: str) -> str:
    """The last element of an import path, or the one before it where that is a major version from 2 on."""
    elements = import_path.split("/")
    major = _MAJOR.match(elements[-1])
    if major is not None and int(major[1]) >= 2 and len(elements) > 1:
        return elements[-2]
    return elements[-1]


def main_packages(app: App) -> tuple[MainPackage, ...]:
    """The main packages that a list of `./...` shows for a dyno's system, by import path. `App.go_commands` keeps them."""
    if app.go_mod is None or app.go_mod.module is None:
        return ()
    has = tags_of(app)
    found: dict[str, list[Place]] = {}
    for path in listed_files(app):
        source = app.document(path)
        # Only such files are worth the parse.
        if source is None or len(source.data) > MAX_SOURCE_BYTES or not re.search(rb"package\s+main\b", source.data):
            continue
        module = facts_of(source, app.cache)
        if module is not None and module.package == "main" and _constraints_hold(module, has):
            found.setdefault(posixpath.dirname(path), []).extend(_entries(path, module))
    root = app.go_mod.module.text
    return tuple(MainPackage(folder, f"{root}/{folder}" if folder else root, tuple(places)) for folder, places in sorted(found.items()))


def listed_files(app: App) -> list[str]:
    """The Go files whose names and folders do not keep them out of the module's packages."""
    has = tags_of(app)
    nested = {posixpath.dirname(path) for path in app.slug if path.endswith("/go.mod")}
    ignored = [posixpath.normpath(word.text) for word in app.go_mod.ignores] if app.go_mod is not None else []

    def left_out(folder: str) -> bool:
        parts = folder.split("/")
        if any(part.startswith(("_", ".")) or part in ("testdata", "vendor") for part in parts if part):
            return True
        above = {"/".join(parts[:n]) for n in range(1, len(parts) + 1)}
        return bool(above & nested) or any(_ignores(pattern, folder, above) for pattern in ignored)

    folders: dict[str, bool] = {}
    paths = []
    for path in app.slug:
        if path.endswith(".go"):
            folder, name = posixpath.split(path)
            if folder not in folders:
                folders[folder] = left_out(folder)
            if not folders[folder] and name_holds(name, has):
                paths.append(path)
    return sorted(paths)


def _ignores(pattern: str, folder: str, above: set[str]) -> bool:
    """Whether an `ignore` line of go.mod covers a folder: `./x` from the root, `x` anywhere."""
    return pattern in above or f"/{pattern}/" in f"/{folder}/"


def tags_of(app: App) -> Callable[[str], bool]:
    """Whether the build for a dyno has a tag."""
    release = wanted_go(app).release or app.platform.go.latest[app.platform.go.default]
    minor = re.match(r"1\.(\d+)", release)
    newest = int(minor[1]) if minor is not None else 0

    def has(tag: str) -> bool:
        version = _VERSION_TAG.match(tag)
        return int(version[1]) <= newest if version is not None else tag in _TAGS or tag == app.platform.go.build_tag

    return has


def constraints_hold(app: App, module: Module) -> bool:
    """Whether build constraints let a file be built for a dyno."""
    return _constraints_hold(module, tags_of(app))


def _constraints_hold(module: Module, has: Callable[[str], bool]) -> bool:
    """Whether build constraints let a file be built; one that cannot be read does not keep it out."""
    lines = [text for name, text, _, _ in module.directives if name == "go:build"]
    if lines:
        return expression_holds(lines[0], has) is not False
    return all(line_holds(text, has) for name, text, _, _ in module.directives if name == "+build")


def _entries(path: str, module: Module) -> list[Place]:
    return [
        Place(path, Span(fn.name_start, fn.name_end)) for fn in module.functions if fn.name == "main" and not fn.owner and fn.parent == NONE
    ]


def install_spec(app: App) -> InstallSpec:
    """What is built: the config var, else the line in go.mod, else every main package."""
    declared = app.config_var(SPEC_VARIABLE)
    if declared:
        return InstallSpec(tuple(declared.split()), SPEC_VARIABLE, _declared_at(app, SPEC_VARIABLE))
    line = app.go_mod.heroku_install if app.go_mod is not None else None
    if line is not None:
        return InstallSpec(tuple(word.text for word in line.specs), "go.mod", Place("go.mod", line.span))
    return InstallSpec((), "", Place("go.mod"))


def binaries(app: App) -> dict[str, MainPackage | None]:
    """The programs that the build puts into `bin/`, by path; None for those of other modules that are named in full."""
    spec = install_spec(app)
    if not spec.origin:
        return {f"bin/{package.binary}": package for package in app.go_commands}
    module = app.go_mod.module.text if app.go_mod is not None and app.go_mod.module is not None else ""
    found: dict[str, MainPackage | None] = {}
    for pattern in spec.patterns:
        matching = [package for package in app.go_commands if matches(pattern, package)]
        found |= {f"bin/{package.binary}": package for package in matching}
        inside = pattern.startswith((".", module + "/")) or pattern == module
        if not inside and "..." not in pattern and "." in pattern.partition("/")[0]:
            found.setdefault(f"bin/{binary_name(pattern.partition('@')[0])}", None)
    return found


def matches(pattern: str, package: MainPackage) -> bool:
    """Whether a package pattern means a package: a path from the root (`./cmd/...`) or an import path; `...` is any text."""
    name = package.import_path
    if pattern in (".", "..") or pattern.startswith(("./", "../")):
        pattern, name = posixpath.normpath(pattern), package.folder or "."
        if pattern == "...":
            return True
    elif pattern == "all":
        return True
    regex = re.escape(pattern).replace(r"\.\.\.", ".*")
    if regex.endswith("/.*"):
        regex = regex.removesuffix("/.*") + "(/.*)?"
    return re.fullmatch(regex, name) is not None


def written_processes(app: App) -> dict[str, tuple[str, Place]]:
    """Name → command and what decides it, of the Procfile that the buildpack writes where there is none.

    One main package gives `web`; of several, each gives a process type of its name. The names are those of import paths, which
    differ from the binary's where the path ends in a major version.
    """
    packages = app.go_commands
    if "Procfile" in app.slug:
        return {}
    found = {package.import_path.rpartition("/")[2]: package for package in packages}
    commands = {name: (f"bin/{name}", _place(package)) for name, package in found.items()}
    return {"web": next(iter(commands.values()))} if len(packages) == 1 else commands


def _place(package: MainPackage) -> Place:
    return package.entries[0] if package.entries else Place("go.mod")
