"""What the Node.js buildpack will say: its version, its package manager, its lock file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks import Outcome, node_install, node_manifest
from herolint.app.buildpacks.node_locks import stale
from herolint.app.buildpacks.node_manifest import LOCKS
from herolint.app.buildpacks.node_range import Version, parse_range, parse_version, satisfies
from herolint.changes import Edit
from herolint.finding import Confidence, Place
from herolint.globs import matches

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson


def builds_node(app: App) -> bool:
    """Whether Heroku's Node.js buildpack takes part in the build."""
    if app.is_container or "package.json" not in app.slug:
        return False
    return any("nodejs" in url for url in app.buildpacks) if app.buildpacks else app.language == "node"


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    package = app.package_json
    if not builds_node(app):
        return
    yield from node_manifest.in_the_way(app)
    yield from node_manifest.unreadable(app)
    if package is None or package.tree.root is None:
        return
    yield from node_manifest.managers(app, package)
    yield from _version(app, package)
    yield from _lock(app, package)
    yield from node_install.outcomes(app, package, lock_file(app))
    yield from _scripts(app, package, wanted_node(app).release)


def _scripts(app: App, package: PackageJson, node: Version | None) -> Iterator[Outcome]:
    """What comes of the scripts with a Node.js."""
    if any(name in package.scripts for name in (*SCRIPTS, *INSTALL_HOOKS)):
        from herolint.app.buildpacks import node_scripts  # few packages are built

        yield from node_scripts.outcomes(app, package, lock_file(app), node)


def lock_file(app: App) -> str | None:
    """The lock file that the install goes by."""
    return next((name for name in (*LOCKS, "npm-shrinkwrap.json") if name in app.slug), None)


INSTALL_HOOKS = ("preinstall", "install", "postinstall", "prepare")
"""Scripts that the package manager runs around an install."""
SCRIPTS = ("heroku-prebuild", "heroku-postbuild", "build", "heroku-cleanup")
"""Scripts that the buildpack runs by itself."""


class WantedNode(msgspec.Struct, frozen=True):
    """What `engines.node` comes to: the release, or None where it is no range (`readable` false) or no release is in it."""

    text: str
    at: Place
    release: Version | None
    readable: bool = True


def wanted_node(app: App) -> WantedNode:
    """The Node.js release that the build will take, by the newest of each major version."""
    package = app.package_json
    newest = [version for text in app.platform.node.newest if (version := parse_version(text)) is not None]
    default = max(version for version in newest if str(version[0]) == app.platform.node.default)
    given = package.engines.get("node") if package is not None else None
    if given is None or not given[0].strip():
        return WantedNode("", Place("package.json"), default)
    text, span = given
    at = Place("package.json", span)
    if parse_range(text) is None:
        return WantedNode(text, at, None, readable=False)
    inside = [version for version in newest if satisfies(version, text)]
    exact = parse_version(text.strip().lstrip("="))
    if exact is not None and any(_line(exact) == _line(one) and exact <= one for one in newest):
        return WantedNode(text, at, exact)
    if inside:
        capped = [version for version in inside if str(version[0]) == app.platform.node.default]
        return WantedNode(text, at, max(capped) if capped and max(inside) > max(capped) else max(inside))
    older = [one for one in newest if satisfies((one[0], 0, 0), text) or _touches(one, text)]
    return WantedNode(text, at, max(older) if older else None)


def _line(version: Version) -> tuple[int, int]:
    """What releases of one line share: the major version, and before 1.0 the minor one too."""
    return version[0], 0 if version[0] else version[1]


def _touches(newest: Version, text: str) -> bool:
    """Whether some release of a major version is in a range, though its newest is not (`~18.2`)."""
    major, last, _ = newest
    return any(satisfies((major, minor, patch), text) for minor in range(last + 1) for patch in range(30))


def _version(app: App, package: PackageJson) -> Iterator[Outcome]:
    node = app.platform.node
    wanted = wanted_node(app)
    if (iojs := package.engines.get("iojs")) is not None:
        yield Outcome(
            "version-invalid", True, "engines.iojs asks for io.js", Place("package.json", iojs[1]),
            "the build stops: io.js is no longer supported", f'write `"node": "{node.default}.x"` instead',
        )  # fmt: skip
    if not wanted.readable:
        yield Outcome(
            "version-invalid",
            True,
            f"engines.node is `{wanted.text}`, which is no version range",
            wanted.at,
            "the build stops: Invalid Node.js version requirement",
            f'write a range such as `"{node.default}.x"`',
            edits=_asks_for(app, f"{node.default}.x"),
            safe=False,
        )
    elif wanted.release is None:
        yield Outcome(
            "version-invalid",
            True,
            f"no Node.js release is in `{wanted.text}`",
            wanted.at,
            "the build stops: No published Node.js version matches",
            f'write `"{node.default}.x"`',
            edits=_asks_for(app, f"{node.default}.x"),
            safe=False,
            confidence=Confidence.MEDIUM if _newer(wanted.text, node.newest) else Confidence.HIGH,
        )
    else:
        yield from _age(app, wanted, wanted.release)


def _asks_for(app: App, text: str) -> tuple[Edit, ...]:
    """package.json with `engines.node`; whoever develops the app may have another version, and some package managers refuse to go on then.

    Nothing where a package would not go with it.
    """
    from herolint.edits.json import with_entry, with_value

    source, package = app.source("package.json"), app.package_json
    root = package.tree.root if package is not None else None
    if source is None or package is None or root is None:
        return ()
    if _is_too_new(app, package, (int(text.removesuffix(".x")), 0, 0)):
        return ()
    engines, node = root.get("engines"), root.get("engines", "node")
    if node is not None:
        return with_value(source, node, text)
    return with_entry(source, root, "engines", {"node": text}) if engines is None else with_entry(source, engines, "node", text)


def _is_too_new(app: App, package: PackageJson, node: Version) -> bool:
    """Whether something that is installed or that builds does not go with a Node.js."""
    from herolint.app.buildpacks.node_breaking import node_breaks  # asks which Node.js the build takes

    return any(node_breaks(app, node)) or any(one.topic == "not-together" for one in _scripts(app, package, node))


def _age(app: App, wanted: WantedNode, release: Version) -> Iterator[Outcome]:
    """A version that can be had, and that will not stay as it is."""
    node = app.platform.node
    if not wanted.text:
        yield Outcome(
            "version-old",
            False,
            f"package.json does not say which Node.js to use: each build takes the current one ({node.default})",
            Place("package.json"),
            "the next major version comes with some deploy, not when you choose it",
            f'add `"engines": {{"node": "{node.default}.x"}}`',
            edits=_asks_for(app, f"{node.default}.x"),
            safe=False,
        )
    elif ".".join(map(str, release)) in node.faulty:
        yield Outcome(
            "version-old", False, f"Node.js {'.'.join(map(str, release))} is a release with known faults", wanted.at,
            "the build warns", f'write `"{release[0]}.x"`', edits=_asks_for(app, f"{release[0]}.x"), safe=False,
        )  # fmt: skip
    elif str(release[0]) not in node.supported:
        yield Outcome(
            "version-old",
            False,
            f"Node.js {_major(release)} is past its end of life",
            wanted.at,
            "the build warns, and says that a later buildpack will stop here; there are no security fixes",
            f'test the app on Node.js {node.default} and write `"{node.default}.x"`',
            edits=_asks_for(app, f"{node.default}.x"),
            safe=False,
        )
    elif _is_wide(wanted.text, release):
        yield Outcome(
            "version-old",
            False,
            f"`{wanted.text}` lets in more than one major version of Node.js",
            wanted.at,
            "some deploy will bring the next major version by itself",
            f'write `"{release[0]}.x"`',
            edits=_asks_for(app, f"{release[0]}.x"),
            safe=False,
        )


def _major(release: Version) -> str:
    """A release's major version as people call it: with the minor one before 1.0."""
    return str(release[0]) if release[0] else f"0.{release[1]}"


def _newer(text: str, newest: tuple[str, ...]) -> bool:
    """Whether a range may mean releases that came after the table was made."""
    last = max(version for one in newest if (version := parse_version(one)) is not None)
    return bool(satisfies((last[0] + 1, 0, 0), text) or satisfies((last[0] + 2, 0, 0), text) or satisfies((last[0], last[1] + 3, 0), text))


def _is_wide(text: str, release: Version) -> bool:
    return bool(satisfies((release[0] + 1, 0, 0), text) or (release[0] > 0 and satisfies((release[0] - 1, 0, 0), text)))


def _lock(app: App, package: PackageJson) -> Iterator[Outcome]:
    name = lock_file(app)
    if name is None or (LOCKS.get(name, "npm") == "npm" and not _installs_from_lock(app, package)):
        return
    source = app.document(name)
    changes = stale(name, source, package, _workspaces(app, package)) if source is not None and not source.is_binary else ()
    if changes:
        first = changes[0]
        more = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
        yield Outcome(
            "lock-stale",
            True,
            f"{name} knows nothing of {first.words}{more}: package.json was changed after it",
            Place(first.path, first.span),
            "the build stops: the lock file is out of sync with package.json",
            f"run `{_INSTALL[name]}` and commit {name}",
            tuple(Place(change.path, change.span, "not in the lock file") for change in changes[1:4]),
        )
    elif LOCKS.get(name, "npm") == "npm":
        from herolint.app.buildpacks import node_peers

        yield from node_peers.outcomes(app, package, name, wanted_node(app).release)


def _installs_from_lock(app: App, package: PackageJson) -> bool:
    """Whether npm is told to install exactly what its lock file says."""
    text = package.engines.get("npm", ("",))[0]
    node = wanted_node(app).release
    if not text.strip() and node is not None and satisfies(node, app.platform.node.installs_from_lock) is False:
        return False  # the npm that it brings is too old
    old = text.strip() and satisfies((6, 0, 0), text) is False and satisfies((99, 0, 0), text) is False and satisfies((5, 6, 0), text)
    forced = (app.config_var("USE_NPM_INSTALL") or "") == "true"
    return not old and not forced and not app.workspace.is_dir("node_modules")


def _workspaces(app: App, package: PackageJson) -> dict[str, PackageJson]:
    """The packages of the repository that npm installs together with the root, by folder."""
    node = package.tree.get("workspaces")
    listed = node if node is None or node.kind == "list" else node.get("packages")
    patterns = (
        [str(item.value).removeprefix("./").rstrip("/") for item in listed.items] if listed is not None and listed.kind == "list" else []
    )
    if not patterns or any(pattern.startswith("!") for pattern in patterns):
        return {}
    folders = [path.removesuffix("/package.json") for path in app.slug if path.endswith("/package.json") and "node_modules/" not in path]
    inside = {folder: app.package(folder) for folder in folders if any(matches(f"/{pattern}", folder) for pattern in patterns)}
    return {folder: found for folder, found in inside.items() if found is not None and found.tree.root is not None}


_INSTALL = {
    "package-lock.json": "npm install",
    "npm-shrinkwrap.json": "npm install",
    "yarn.lock": "yarn install",
    "pnpm-lock.yaml": "pnpm install",
}
