"""What the Node.js buildpack will say: its version, its package manager, its lock file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_locks import stale
from herolint.app.buildpacks.node_range import Version, parse_range, parse_version, satisfies
from herolint.app.detection import is_left_out
from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson

LOCKS = {"yarn.lock": "Yarn", "pnpm-lock.yaml": "pnpm", "package-lock.json": "npm"}
"""Lock files in the order in which the buildpack looks for them."""


def builds_node(app: App) -> bool:
    """Whether Heroku's Node.js buildpack takes part in the build."""
    if app.is_container or app.package_json is None:
        return False
    return any("nodejs" in url for url in app.buildpacks) if app.buildpacks else app.language == "node" and not is_left_out(app, "node")


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    package = app.package_json
    if package is None or package.tree.root is None or not builds_node(app):
        return
    yield from _managers(app, package)
    yield from _version(app, package)
    yield from _lock(app, package)


def lock_file(app: App) -> str | None:
    """The lock file that the install goes by."""
    return next((name for name in (*LOCKS, "npm-shrinkwrap.json") if name in app.slug), None)


def _managers(app: App, package: PackageJson) -> Iterator[Outcome]:
    found = [name for name in LOCKS if name in app.slug]
    if len(found) > 1 or (found and "npm-shrinkwrap.json" in app.slug):
        names = [*found, *(["npm-shrinkwrap.json"] if "npm-shrinkwrap.json" in app.slug else [])]
        yield Outcome(
            "managers",
            True,
            f"{' and '.join(names)} stand side by side: the build takes no choice",
            Place(names[0]),
            "the build stops: Multiple lockfiles found",
            "keep the one of the package manager that you use, and delete the others from git",
            tuple(Place(name, None, "another lock file") for name in names[1:]),
        )
    declared = {name for name in ("npm", "yarn", "pnpm") if package.engines.get(name, ("",))[0].strip()}
    manager = (package.package_manager or "").partition("@")[0]
    if manager in ("yarn", "pnpm"):
        declared.add(manager)
    if len(declared) > 1:
        span = next((package.engines[name][1] for name in sorted(declared) if name in package.engines), None)
        yield Outcome(
            "managers",
            True,
            f"package.json asks for {' and '.join(sorted(declared))} at once",
            Place("package.json", span),
            "the build stops: Multiple package managers declared in package.json",
            "keep the one whose lock file is committed",
        )


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
    if exact is not None and any(exact[0] == one[0] and exact <= one for one in newest):
        return WantedNode(text, at, exact)
    if inside:
        capped = [version for version in inside if str(version[0]) == app.platform.node.default]
        return WantedNode(text, at, max(capped) if capped and max(inside) > max(capped) else max(inside))
    older = [one for one in newest if satisfies((one[0], 0, 0), text) or _touches(one, text)]
    return WantedNode(text, at, max(older) if older else None)


def _touches(newest: Version, text: str) -> bool:
    """Whether some release of a major version is in a range, though its newest is not (`~18.2`)."""
    major, last, _ = newest
    return any(satisfies((major, minor, patch), text) for minor in range(last + 1) for patch in range(30))


def _version(app: App, package: PackageJson) -> Iterator[Outcome]:
    node = app.platform.node
    wanted = wanted_node(app)
    if not wanted.readable:
        yield Outcome(
            "version-invalid",
            True,
            f"engines.node is `{wanted.text}`, which is no version range",
            wanted.at,
            "the build stops: Invalid Node.js version requirement",
            f'write a range such as `"{node.default}.x"`',
        )
    elif wanted.release is None:
        yield Outcome(
            "version-invalid",
            True,
            f"no Node.js release is in `{wanted.text}`",
            wanted.at,
            "the build stops: No published Node.js version matches",
            f'write `"{node.default}.x"`',
            confidence=Confidence.MEDIUM if _newer(wanted.text, node.newest) else Confidence.HIGH,
        )
    elif not wanted.text:
        yield Outcome(
            "version-old",
            False,
            f"package.json does not say which Node.js to use: each build takes the current one ({node.default})",
            Place("package.json"),
            "the next major version comes with some deploy, not when you choose it",
            f'add `"engines": {{"node": "{node.default}.x"}}`',
        )
    elif str(wanted.release[0]) not in node.supported:
        yield Outcome(
            "version-old",
            False,
            f"Node.js {_major(wanted.release)} is past its end of life",
            wanted.at,
            "the build warns, and says that a later buildpack will stop here; there are no security fixes",
            f'test the app on Node.js {node.default} and write `"{node.default}.x"`',
        )
    elif _is_wide(wanted.text, wanted.release):
        yield Outcome(
            "version-old",
            False,
            f"`{wanted.text}` lets in more than one major version of Node.js",
            wanted.at,
            "some deploy will bring the next major version by itself",
            f'write `"{wanted.release[0]}.x"`',
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
    if name is None:
        return
    source = app.document(name)
    changes = stale(name, source, package) if source is not None and not source.is_binary else ()
    if changes:
        first = changes[0]
        more = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
        yield Outcome(
            "lock-stale",
            True,
            f"{name} knows nothing of {first.words}{more}: package.json was changed after it",
            Place("package.json", first.span),
            "the build stops: the lock file is out of sync with package.json",
            f"run `{_INSTALL[name]}` and commit {name}",
            tuple(Place("package.json", change.span, "not in the lock file") for change in changes[1:4]),
        )


_INSTALL = {
    "package-lock.json": "npm install",
    "npm-shrinkwrap.json": "npm install",
    "yarn.lock": "yarn install",
    "pnpm-lock.yaml": "pnpm install",
}
