"""The versions of package managers that package.json asks for: what is none, what does not go with the Node.js or the lock file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_range import only_within, parse_range, parse_version, satisfies, spans
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson

_TAGS = frozenset({"latest", "next", "lts", "canary", "berry", "stable", "classic", "rc", "beta"})
"""Words that name a release of a package manager."""
_NUMBER = lazy(r"[\^~=v\s]*(\d+)")
_OLDEST_MINOR = 60
"""More than any major version has minor ones: a range that lets in this one of the major version before is open below."""

_LIVELY = 3
"""How many of the newest major versions may get a release after the table was made."""


def outcomes(app: App, package: PackageJson) -> Iterator[Outcome]:
    """What engines say of the package managers is no version, or none that goes with the Node.js or the lock file."""
    for name in ("npm", "yarn", "pnpm"):
        text, span = package.engines.get(name, ("", None))
        if text.strip() and parse_range(text) is None and text.strip() not in _TAGS:
            yield Outcome(
                "managers", True, f"engines.{name} is `{text}`, which is no version range", Place("package.json", span),
                f"the build stops: Unable to install {name}", f'write a range such as `"{app.platform.node.usual_managers[name]}"`',
            )  # fmt: skip
        elif text.strip() and _has_none(app, name, text):
            yield Outcome(
                "managers", True, f"no release of {name} is in engines.{name}: `{text}` (as of {app.platform.checked})", Place("package.json", span),
                f"the build stops: Unable to install {name}", f'write a range such as `"{app.platform.node.usual_managers[name]}"`',
            )  # fmt: skip
    name, at, exact = (package.package_manager or "").partition("@")
    field = package.tree.get("packageManager")
    at_field = Place("package.json", field.span if field is not None else None)
    if name in ("yarn", "pnpm") and at and parse_range(exact.partition("+")[0].partition("#")[0]) is None and exact not in _TAGS:
        yield Outcome(
            "managers", True, f"packageManager names {name} `{exact}`, which is no version", at_field,
            f"the build stops: Unable to install {name}", f"run `corepack use {name}@latest`, which writes one",
        )  # fmt: skip
    elif name in ("yarn", "pnpm") and at and _has_none(app, name, exact.partition("+")[0].partition("#")[0]):
        yield Outcome(
            "managers", True, f"packageManager names {name} `{exact}`, which is no release (as of {app.platform.checked})", at_field,
            f"the build stops: Unable to install {name}", f"run `corepack use {name}@latest`, which writes one",
        )  # fmt: skip
    text, span = package.engines.get("yarn", ("", None))
    if text and "yarn.lock" in app.slug and only_within(text, f"<{app.platform.node.yarn_with_frozen_lock}"):
        yield Outcome(
            "managers", True, f"engines.yarn asks for Yarn {text}, which is too old for `--frozen-lockfile`", Place("package.json", span),
            "the build stops while it installs", 'write `"1.22.x"`',
        )  # fmt: skip
    text, span = package.engines.get("npm", ("", None))
    needs, major = app.platform.node.npm_needs, _only_major(text)
    if text and major in needs and (node := _node(app)) is not None and satisfies(node, needs[major]) is False:
        yield Outcome(
            "managers", True, f"engines.npm asks for npm {major}, which does not run on Node.js {'.'.join(map(str, node))}",
            Place("package.json", span), "the build stops: Unable to install npm",
            "take the line out (each Node.js brings its own npm), or raise engines.node",
        )  # fmt: skip
    elif text and major.isdigit() and int(major) < app.platform.node.oldest_npm:
        yield Outcome(
            "advice", False, f"npm {major} is very old", Place("package.json", span), "the build warns", "take engines.npm out",
        )  # fmt: skip
    elif text and major.isdigit() and int(major) < app.platform.node.npm_with_lock and "package-lock.json" in app.slug:
        yield Outcome(
            "managers", False, f"npm {major} knows no package-lock.json: the build ignores it", Place("package.json", span),
            "each build takes the newest releases that fit", "take engines.npm out: each Node.js brings its own npm",
        )  # fmt: skip


def _only_major(text: str) -> str:
    """The major version that a range means; empty where it lets in several."""
    number = _NUMBER.match(text)
    if number is None or parse_range(text) is None:
        return ""
    major = int(number[1])
    return "" if satisfies((major + 1, 99, 0), text) or satisfies((major - 1, _OLDEST_MINOR, 0), text) else str(major)


def _node(app: App) -> tuple[int, int, int] | None:
    from herolint.app.buildpacks.node import wanted_node

    return wanted_node(app).release


def _has_none(app: App, name: str, text: str) -> bool:
    """Whether a range lets in no release of a package manager, nor one that may have come out since the table was made."""
    newest = {version[0]: version for one in app.platform.node.managers[name] if (version := parse_version(one)) is not None}
    last = max(newest)
    for first, behind in spans(text):
        known = any(first <= release and (major, 0, 0) < behind for major, release in newest.items())
        if known or last - _LIVELY < first[0] <= last + 1:
            return False
    return parse_range(text) is not None
