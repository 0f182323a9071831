"""The version of the language, where no file names one and the build takes whatever is its default that day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from herolint.app.building.python_build import builds_python, python_minor, wanted_python
from herolint.app.needs.fitting_python import dockerfile_python, fitting_python
from herolint.app.propose import Found, Left, new_file, with_entries

if TYPE_CHECKING:
    from herolint.app.model import App

_TODAY = "no file names a version; today's builds take this one"
_VERSION_FILES = (".python-version", "runtime.txt")
_NODE_FILES = (".nvmrc", ".node-version")


def runtime(app: App) -> Found:
    """`.python-version`, or `engines` in package.json."""
    if app.is_container:
        return Found()
    if builds_python(app):
        return _python(app)
    return _node(app) if app.language == "node" else Found()


def _python(app: App) -> Found:
    wanted = wanted_python(app)
    if wanted.version is not None or wanted.issue or any(name in app.workspace.files for name in _VERSION_FILES):
        return Found()
    allowed = _allowed(app)
    if not allowed:
        return Found(left=(Left(".python-version", "what pyproject.toml asks for is no Python that the buildpack has"),))
    version = fitting_python(app, allowed)
    if version is None:
        return Found(left=(Left(".python-version", "what is pinned goes with no Python that lasts"),))
    default, reason = python_minor(app), _TODAY
    if version == dockerfile_python(app) != default:
        reason = "no file that the buildpack reads names a version; the Dockerfile brings this one"
    elif version != default:
        why = "what is pinned does not go with" if default in allowed else "pyproject.toml does not take"
        reason = f"no file names a version, and {why} today's default"
    return Found((new_file(".python-version", [version], reason),))


def _allowed(app: App) -> list[str]:
    """The minor versions of the buildpack that pyproject.toml lets through, the newest last."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    asked = app.pyproject.requires_python if app.pyproject is not None else None
    try:
        constraint = SpecifierSet(asked or "")
    except InvalidSpecifier:
        constraint = SpecifierSet()  # Poetry's own way of writing it, or none at all: nothing follows from it here
    found = [row.minor for row in app.platform.python.versions if constraint.contains(row.latest)]
    return sorted(found, key=lambda minor: tuple(map(int, minor.split("."))))


def _node(app: App) -> Found:
    package, source = app.package_json, app.document("package.json")
    if package is None or source is None or package.tree.root is None or package.engines or package.tree.get("engines") is not None:
        return Found()
    version, reason = app.platform.node.default, _TODAY
    for name in _NODE_FILES:
        told = app.source(name)
        major = re.match(r"v?(\d+)", told.text.strip()) if told is not None else None
        if told is not None and major is None:
            return Found(left=(Left("engines", f"`{name}` names no number that a build would know"),))
        if major is not None:
            version, reason = major[1], f"builds do not read `{name}`, and take their default"
            break
    proposal = with_entries(source, [(package.tree.root, ['"engines": {', f'  "node": "{version}.x"', "}"])], reason)
    return (
        Found((proposal,))
        if proposal is not None
        else Found(left=(Left("engines", "package.json has no line that an entry could stand before"),))
    )
