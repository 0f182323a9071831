"""Dependencies of package.json that no install on a dyno's system can fetch: other systems' packages, SSH addresses, absent folders."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_manifest import is_berry
from herolint.app.buildpacks.node_range import satisfies
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson

_SSH = lazy(r"(?:git\+ssh://|ssh://|git@[\w.-]+:)")
_OTHER_SYSTEM = lazy(r"(?:.*[-/])?(?:darwin|win32|windows|freebsd|android)-(?:x64|arm64|ia32|universal|arm)(?:-(?:msvc|gnu))?\Z|fsevents\Z")
"""Names of packages that hold programs for one other system."""
_REMOTE = lazy(r"(?:git\+https?|git|https?)://|(?:github|gitlab|bitbucket):|[\w.-]+/[\w.-]+(?:#.*)?\Z")
"""Git repositories and archives, also in short: `owner/name`."""
_NAME = lazy(r"(?:@[\w.~-]+/)?[\w.~()'!*-]+\Z")
_STOPS = "the build stops: "


def outcomes(app: App, package: PackageJson, lock: str | None) -> Iterator[Outcome]:
    """What the install stops at, in the order of package.json. Optional dependencies are skipped where they do not go."""
    systems = _systems(app) if lock in ("package-lock.json", "npm-shrinkwrap.json") else {}
    optional = {entry.key for entry in node.entries} if (node := package.tree.get("optionalDependencies")) is not None else set()
    strict, skips = _is_strict(app, package), _skips_others(app, lock)
    keyed = any(one.buildpack is None for one in app.listed_buildpacks)  # such a buildpack may bring a key
    for name, (asked, span) in {**package.dev_dependencies, **package.dependencies}.items():
        at = Place("package.json", span, "cannot be installed")
        if name in optional:
            continue
        if not _NAME.match(name):
            yield _outcome(f"`{name}` is no package name", at, "npm refuses it as an invalid package name", "correct the name")
        elif _SSH.match(asked) and not keyed:
            yield _outcome(
                f"{name} is fetched over SSH, and the build has no key", at, "Host key verification failed",
                "use a `git+https://` address with a token, or a package registry",
            )  # fmt: skip
        elif strict and _REMOTE.match(asked):
            yield _outcome(
                f"{name} is fetched from an address, which npm 12 refuses unless it is allowed", at, "EALLOWGIT or EALLOWREMOTE",
                "allow it in .npmrc, or take it from a registry",
            )  # fmt: skip
        elif asked.startswith("file:"):
            yield from _folder(app, name, asked.removeprefix("file:"), at)
        elif not skips and _only_elsewhere(name, systems.get(name)):
            yield _outcome(
                f"{name} is for {_named(systems.get(name)) or 'another system'} only, and is no optional dependency", at,
                "Unsupported platform (EBADPLATFORM)", "move it to `optionalDependencies`, or delete it: what needs it asks for it itself",
            )  # fmt: skip


def _skips_others(app: App, lock: str | None) -> bool:
    """Whether the package manager leaves out packages for other systems, required or not: pnpm and Yarn from 2 on."""
    source = app.document(lock) if lock == "yarn.lock" else None
    return lock == "pnpm-lock.yaml" or (source is not None and not source.is_binary and is_berry(source.text))


def _is_strict(app: App, package: PackageJson) -> bool:
    """Whether the npm that is asked for refuses addresses, and no setting of the project lifts that."""
    text = package.engines.get("npm", ("",))[0]
    return bool(text) and satisfies((12, 0, 0), text) is True and satisfies((11, 99, 0), text) is False and ".npmrc" not in app.slug


def _outcome(message: str, at: Place, log: str, fix: str) -> Outcome:
    return Outcome("not-installable", True, message, at, _STOPS + log, fix)


def _folder(app: App, name: str, path: str, at: Place) -> Iterator[Outcome]:
    inside = posixpath.normpath(path)
    if not inside.startswith(("..", "/")) and (app.workspace.is_dir(inside) or inside in app.slug):
        return
    yield _outcome(f"{name} is a folder or archive that is not in the repository: {path}", at, "no such file or directory (ENOENT)",
                   "commit it inside the repository, or publish it to a registry")  # fmt: skip


def _only_elsewhere(name: str, systems: tuple[str, ...] | None) -> bool:
    if systems is not None:
        return bool(systems) and not any(one == "linux" for one in systems) and not any(one.startswith("!") for one in systems)
    return _OTHER_SYSTEM.match(name) is not None


def _named(systems: tuple[str, ...] | None) -> str:
    words = {"darwin": "macOS", "win32": "Windows"}
    return " and ".join(words.get(one, one) for one in systems or ())


def _systems(app: App) -> dict[str, tuple[str, ...]]:
    """The systems that the lock file says a package at the top is for."""
    source = app.document("package-lock.json") or app.document("npm-shrinkwrap.json")
    try:
        document: Any = msgspec.json.decode(source.data[source.bom_length :]) if source is not None else None
    except (msgspec.DecodeError, RecursionError):
        return {}
    packages = document.get("packages") if isinstance(document, dict) else None
    found = {}
    for path, entry in packages.items() if isinstance(packages, dict) else ():
        if isinstance(entry, dict) and path.startswith("node_modules/") and path.count("node_modules/") == 1:
            listed = entry.get("os")
            found[path.removeprefix("node_modules/")] = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return found
