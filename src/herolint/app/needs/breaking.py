"""Which installed releases will not run: with the Python, with setuptools, with each other, with the app's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.installing import release_taken
from herolint.finding import Place
from herolint.knowledge import breaks, stdlib
from herolint.knowledge.installs import matches
from herolint.knowledge.packages import import_names

if TYPE_CHECKING:
    from herolint.app.building.dependencies import Dependency
    from herolint.app.model import App
    from herolint.app.needs.uses import Use


class Break(msgspec.Struct, frozen=True):
    """A release that fails when it is used. `use`: where the app uses it, None when nothing shows that it does.

    `partner` is the other distribution, with `found` its release (empty: the newest there is). `by_python`: another Python would do.
    `partly`: the process starts, and only `use` fails.
    """

    dependency: Dependency
    version: str
    reason: str
    use: Place | None
    raise_to: str
    instead: str = ""
    partner: str = ""
    found: str = ""
    together: str = ""
    sure: bool = True
    by_python: bool = False
    partly: bool = False


def python_breaks(app: App, python: str) -> Iterator[Break]:
    """Releases that fail with this Python."""
    packages = app.dependencies.packages
    for row in breaks.table().python:
        dependency = packages.get(row.name)
        if dependency is None or app.dependencies.has(*row.unless) or not matches(row.python, f"{python}.0"):
            continue
        version = release_taken(dependency, python)
        if matches(row.versions, version):
            use = use_of(app, row.uses, row.name)
            yield Break(dependency, version or "", row.reason, use, row.raise_to, row.instead, by_python=True, partly=row.partly)


def setuptools_breaks(app: App, python: str) -> Iterator[Break]:
    """Releases that import what only setuptools has, or had."""
    packages = app.dependencies.packages
    release = _setuptools(app, python)
    pkg_resources = breaks.table().pkg_resources
    for row in breaks.table().setuptools:
        dependency = packages.get(row.name)
        if dependency is None or not matches(row.versions, release_taken(dependency, python)):
            continue
        if row.needs == "pkg_resources":
            broken, sure = release is None or not matches(f"<{pkg_resources.gone}", release), True
        else:
            # Another distribution may bring setuptools along, unless a lock says what there is.
            broken, sure = release is None and not stdlib.load().has(row.needs, python), app.dependencies.complete
        if broken:
            gone = (
                "today's setuptools no longer has" if row.needs == "pkg_resources" else f"Python {python} no longer has without setuptools"
            )
            yield Break(
                dependency, dependency.version or "", f"it imports `{row.needs}`, which {gone}", use_of(app, row.uses, row.name),
                row.raise_to, row.instead, "setuptools", release or "", pkg_resources.together, sure, _has_setuptools_elsewhere(app, python),
            )  # fmt: skip


def _has_setuptools_elsewhere(app: App, python: str) -> bool:
    """Whether the buildpack brings an older setuptools with another Python than this one."""
    if app.dependencies.manager != "pip" or "setuptools" in app.dependencies.packages:
        return False
    return any(row.setuptools and row.minor != python for row in app.platform.python.versions)


def _setuptools(app: App, python: str) -> str | None:
    """The release of setuptools that is there; None for none that is known of; `9999` for the newest."""
    listed = app.dependencies.packages.get("setuptools")
    brought = app.platform.python.version(python)
    with_pip = app.dependencies.manager == "pip" and brought is not None and brought.setuptools
    own = app.platform.python.setuptools if with_pip else None
    if listed is None:
        return own
    if listed.version is not None:
        return listed.version
    pkg_resources = breaks.table().pkg_resources
    if not _allows(listed.specifier, pkg_resources.gone):
        return pkg_resources.last
    return own or "9999"


def pair_breaks(app: App, python: str) -> Iterator[Break]:
    """Releases that fail with the release of another distribution that comes with them."""
    packages = app.dependencies.packages
    for row in breaks.table().pair:
        dependency = packages.get(row.name)
        if dependency is None or app.dependencies.has(*row.capped_by):
            continue
        version = release_taken(dependency, python)
        if not matches(row.versions, version) or dependency.elsewhere:
            continue
        partner = packages.get(row.partner)
        found = partner.version if partner is not None else None
        if partner.elsewhere if partner is not None else app.dependencies.complete:
            continue
        if found is not None and not matches(f">={row.since}", found):
            continue
        if found is None and (_capped(app, row.partner, row.since, python) or (partner and not _allows(partner.specifier, row.since))):
            continue
        use = use_of(app, row.uses, row.name)
        yield Break(dependency, version or "", row.reason, use, "", "", row.partner, found or "", row.together, found is not None)


def _capped(app: App, name: str, since: str, python: str) -> bool:
    """Whether something that is installed keeps a distribution below a release."""
    for cap in breaks.table().cap:
        other = app.dependencies.packages.get(cap.name)
        below = cap.keeps.get(name)
        if (
            other is not None
            and below is not None
            and matches(cap.versions, release_taken(other, python))
            and not matches(f"<{below}", since)
        ):
            return True
    return False


def _allows(specifier: str, since: str) -> bool:
    """Whether a version part lets a release in that is `since` or newer."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(specifier)
    except InvalidSpecifier:
        return False
    return wanted.contains(since) or wanted.contains("9999")


class Gone(msgspec.Struct, frozen=True):
    """A name that the code imports and the installed release no longer has; `coming`: does not have yet."""

    row: breaks.GoneName
    use: Use
    dependency: Dependency
    coming: bool = False


def gone_names(app: App, python: str) -> Iterator[Gone]:
    """Imports in reached code of what the release that will be installed has not; those first that run at every start."""
    rows = [*((*found, False) for found in _gone_rows(app, python)), *((*found, True) for found in _coming_rows(app))]
    tops = {name.partition(".")[0] for row, _, _ in rows for name in row.names}
    for use in _imports(app, tops):
        for row, dependency, coming in rows:
            if row.covers(use.name):
                yield Gone(row, use, dependency, coming)


def _coming_rows(app: App) -> Iterator[tuple[breaks.GoneName, Dependency]]:
    """Rows of what the pinned release does not have yet."""
    for row in breaks.table().coming:
        dependency = app.dependencies.packages.get(row.distribution)
        if dependency is not None and not dependency.elsewhere and dependency.version and matches(f"<{row.since}", dependency.version):
            yield row, dependency


def lacks(app: App, python: str, name: str) -> bool:
    """Whether the release that will be installed has a name no more."""
    return any(row.covers(name) for row, _ in _gone_rows(app, python))


def _gone_rows(app: App, python: str) -> list[tuple[breaks.GoneName, Dependency]]:
    """Rows of the table that are true of what will be installed."""
    rows = []
    for row in breaks.table().gone:
        dependency = app.dependencies.packages.get(row.distribution)
        if dependency is None or dependency.elsewhere or _capped(app, row.distribution, row.since, python):
            continue
        if matches(f">={row.since}", dependency.version) if dependency.version else _allows(dependency.specifier, row.since):
            rows.append((row, dependency))
    return rows


def use_of(app: App, uses: Iterable[str], distribution: str) -> Place | None:
    """Where the app uses a distribution: an import that runs, or a process that starts its program."""
    modules = frozenset(uses or import_names(distribution))
    for process in app.processes.values():
        if any(launch.tool in modules for launch in process.launches):
            return Place(process.at.path, process.at.span, "started here")
    imported = next((Place(use.at.path, use.at.span, "imported here") for use in _imports(app, modules)), None)
    if imported is None and "psycopg2" in modules and app.has("code"):
        from herolint.app.needs.url_drivers import postgres_asked_for

        return postgres_asked_for(app)
    return imported


def _imports(app: App, modules: Iterable[str]) -> list[Use]:
    """Imports of top-level modules, or of a dotted name, in reached code whose failure nobody handles, those first that run at every start."""
    wanted = frozenset(modules)
    found = [
        use
        for use in app.uses
        if not (use.local or use.listed_in or use.off) and not wanted.isdisjoint((use.module.partition(".")[0], use.module, use.name))
    ]
    return sorted(found, key=lambda use: not use.starts)
