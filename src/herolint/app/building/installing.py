"""What the installer will take of a dependency: the release that fits, and whether there is a wheel of it or only its source."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from herolint.knowledge import installs
from herolint.knowledge.releases import Offer, offer, releases

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

    from herolint.app.building.dependencies import Dependency
    from herolint.app.model import App

_OLDEST_GLIBC = 5
"""The minor version of the C library that the oldest form of Linux wheels is made for: manylinux1 means 2.5 (PEP 513)."""


class Failure(msgspec.Struct, frozen=True):
    """Why a release cannot be installed with a Python. `certain`: the build stops for sure; `newest`: the release is not pinned."""

    dependency: Dependency
    version: str
    reason: str
    certain: bool
    newest: bool


def failure(app: App, dependency: Dependency, python: str) -> Failure | None:
    """Why a dependency cannot be installed with a Python; None where it can, or where the tables and the lock do not tell."""
    if dependency.elsewhere or "+" in (dependency.version or ""):
        return None
    if dependency.files and dependency.version is not None:
        return _in_lock(app, dependency, dependency.version, python)
    carried = _carried(dependency, python)
    if carried is not None:
        return carried
    pinned = offer(dependency.name, dependency.version, python) if dependency.version is not None else None
    if pinned is not None:
        return _judged(app, dependency, dependency.version or "", pinned, python)
    known = releases(dependency.name, python)
    chosen = _chosen(dependency, known)
    return _judged(app, dependency, str(chosen), known[chosen], python) if chosen is not None else None


def release_taken(dependency: Dependency, python: str) -> str | None:
    """The release that would be installed, where it is pinned or the index's releases and the bounds tell; None for the newest."""
    if dependency.version is not None or not any(mark in dependency.specifier for mark in ("<", "~=", "==")):
        return dependency.version
    chosen = _chosen(dependency, releases(dependency.name, python))
    return str(chosen) if chosen is not None else None


def first_with_wheel(name: str, version: str, python: str) -> str | None:
    """The first release after `version` with a wheel for a Python."""
    from packaging.version import Version

    later = [release for release, offer in releases(name, python).items() if offer is Offer.WHEEL and release > Version(version)]
    return str(min(later)) if later else None


def _judged(app: App, dependency: Dependency, version: str, offered: Offer, python: str) -> Failure | None:
    newest = dependency.version is None
    if offered is Offer.NOTHING:
        return Failure(dependency, version, f"it has neither a wheel for Python {python} nor a source archive", True, newest)
    if offered is Offer.OTHER_PYTHON:
        return Failure(dependency, version, f"its files ask for another Python than {python}", True, newest)
    return _from_source(app, dependency, version, python) if offered is Offer.SOURCE else None


def _chosen(dependency: Dependency, known: dict[Version, Offer]) -> Version | None:
    """The release that an installer takes: the newest that fits and has files for this Python, else the newest that fits."""
    if not known:
        return None
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(dependency.specifier)
    except InvalidSpecifier:
        return None
    fitting = [version for version in known if wanted.contains(version)]
    usable = [version for version in fitting if known[version] in (Offer.WHEEL, Offer.SOURCE)]
    return max(usable or fitting, default=None)


def _from_source(app: App, dependency: Dependency, version: str, python: str) -> Failure | None:
    name, newest = dependency.name, dependency.version is None
    if installs.always_builds(name) and not installs.failing_builds(name):
        return None
    for row in installs.failing_builds(name):
        if installs.matches(row.versions, version) and installs.matches(row.python, f"{python}.0"):
            if not _provided(app, row.unless):
                return Failure(dependency, version, row.reason, True, newest)
    if installs.always_builds(name):
        return None
    return Failure(dependency, version, f"it has no wheel for Python {python} and must be compiled", False, newest)


def _provided(app: App, names: tuple[str, ...]) -> bool:
    """Whether the Aptfile lists one of the system packages, or a buildpack is named after it."""
    return (app.aptfile is not None and app.aptfile.has(*names)) or any(name in url for name in names for url in app.buildpacks)


def _carried(dependency: Dependency, python: str) -> Failure | None:
    row = installs.carries(dependency.name)
    if row is None or dependency.version is None or python not in row.first or not installs.matches(row.versions, dependency.version):
        return None
    from packaging.version import InvalidVersion, Version

    try:
        fits = Version(dependency.version) >= Version(row.first[python])
    except InvalidVersion:
        return None
    if fits:
        return None
    return Failure(dependency, dependency.version, f"it needs {row.needs}, which does not install with Python {python}", True, False)


def _in_lock(app: App, dependency: Dependency, version: str, python: str) -> Failure | None:
    """By the files that the lock lists; those for another system only are not this question."""
    wheels = [name for name in dependency.files if name.endswith(".whl")]
    if any(name.endswith("-none-any.whl") for name in wheels) or not any("linux" in name for name in wheels):
        return None
    tags = _tags(python, app.platform.image.glibc)
    if any(tags & _tags_of(name) for name in wheels):
        return None
    if len(wheels) == len(dependency.files):
        return Failure(dependency, version, f"the lock has neither a wheel of it for Python {python} nor its source", True, False)
    return _from_source(app, dependency, version, python) if releases(dependency.name, python) else None


@cache
def _tags(python: str, glibc: str) -> frozenset[Tag]:
    from packaging.tags import compatible_tags, cpython_tags

    major, _, minor = python.partition(".")
    library, _, newest = glibc.partition(".")
    platforms = [f"manylinux_{library}_{n}_x86_64" for n in range(int(newest), _OLDEST_GLIBC - 1, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    number = (int(major), int(minor))
    return frozenset((*cpython_tags(number, platforms=platforms), *compatible_tags(number, f"cp{major}{minor}", platforms)))


def _tags_of(wheel: str) -> frozenset[Tag]:
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return parse_wheel_filename(wheel)[3]
    except InvalidWheelFilename:
        return frozenset()
