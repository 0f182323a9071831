"""Packages that want another version of a package beside them than the lock file has, over which `npm ci` stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_locks import is_plain
from herolint.app.buildpacks.node_range import Version, parse_version, satisfies
from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson

_TOP = "node_modules/"
_SOME_DAY = (999, 0, 0)
"""A release that only an open range lets in."""
_SWITCHES = ("NPM_CONFIG_LEGACY_PEER_DEPS", "NPM_CONFIG_FORCE", "npm_config_legacy_peer_deps", "npm_config_force")


def outcomes(app: App, package: PackageJson, lock: str, node: Version | None) -> Iterator[Outcome]:
    """The first conflict of a package that package.json itself asks for; npm takes those deeper down as the lock has them."""
    source = app.document(lock)
    if source is None or not _asks(app, package, node):
        return
    try:
        document: Any = msgspec.json.decode(source.data[source.bom_length :])
    except (msgspec.DecodeError, RecursionError):
        return
    packages = document.get("packages") if isinstance(document, dict) else None
    if not isinstance(packages, dict):
        return
    for name, (asked, span) in {**package.dev_dependencies, **package.dependencies}.items():
        entry = packages.get(f"{_TOP}{name}")
        if not isinstance(entry, dict) or not is_plain(asked):
            continue
        for peer, wanted in _required(entry):
            there = packages.get(f"{_TOP}{peer}")
            version = str(there.get("version", "")) if isinstance(there, dict) else ""
            locked = parse_version(version)
            if locked is not None and "-" not in version and is_plain(wanted) and satisfies(locked, wanted) is False:
                yield Outcome(
                    "lock-stale", True,
                    f"{name} {entry.get('version', '')} wants {peer} {wanted} beside it, and {lock} has {version}",
                    Place("package.json", span, f"not for {peer} {version}"),
                    "the build stops: Conflict detected in requested npm dependencies (ERESOLVE), unless a config var NPM_CONFIG_LEGACY_PEER_DEPS "
                    "is set",
                    "take releases that go together, or commit an .npmrc with `legacy-peer-deps=true`", confidence=Confidence.MEDIUM,
                )  # fmt: skip
                return


def _asks(app: App, package: PackageJson, node: Version | None) -> bool:
    """Whether the npm of the build looks at such wishes, and nothing in the repository tells it not to."""
    if ".npmrc" in app.slug or any(app.config_var(name) is not None for name in _SWITCHES) or package.tree.get("overrides") is not None:
        return False
    text = package.engines.get("npm", ("",))[0].strip()
    if text:
        return satisfies(_last_that_minds_nothing(app), text) is False and satisfies(_SOME_DAY, text) is False
    return node is not None and satisfies(node, app.platform.node.minds_peers) is True


def _last_that_minds_nothing(app: App) -> Version:
    """The newest npm that installs packages which want others beside them."""
    known = app.platform.node
    releases = (version for text in known.managers["npm"] if (version := parse_version(text)) is not None)
    return max(version for version in releases if version[0] < known.npm_minds_peers)


def _required(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a package must have beside it, by name; what it may have, or brings along itself, is left aside."""
    brought = (entry.get(key) for key in ("dependencies", "optionalDependencies"))
    own = {name for listed in brought if isinstance(listed, dict) for name in listed}
    peers, meta = entry.get("peerDependencies"), entry.get("peerDependenciesMeta")
    for name, wanted in peers.items() if isinstance(peers, dict) else ():
        told = meta.get(name) if isinstance(meta, dict) else None
        if isinstance(wanted, str) and name not in own and not (isinstance(told, dict) and told.get("optional")):
            yield name, wanted
