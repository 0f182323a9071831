"""Lock files: what of them is installed on a dyno, and what they lack of what their manifest asks for today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from herolint.finding import Place
from herolint.formats.requirements import Requirement, marker_holds, normalise
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.pylocks import LockedPackage, PyLock
    from herolint.formats.pyproject import PyProject


def asks_for_something(app: App, manifest: str) -> bool:
    """Whether a manifest lists any dependency; one that is not read in detail counts as doing so."""
    if manifest == "package.json":
        return app.package_json is not None and bool(app.package_json.dependencies or app.package_json.dev_dependencies)
    if manifest == "pyproject.toml":
        return app.pyproject is not None and bool(app.pyproject.dependencies)
    if manifest == "Pipfile":
        return app.pipfile is not None and bool(app.pipfile.packages)
    if manifest == "composer.json":
        required = app.composer_json.get("require") if app.composer_json is not None else None
        return required is not None and bool(required.entries)
    if manifest == "Gemfile" and app.gemfile is not None and app.gemfile.gemspec:
        return bool(app.processes) or app.app_json is not None or "config.ru" in app.slug  # else it is for those who work on the gem
    return True


def image_tools(app: App) -> frozenset[str]:
    """The programs that the web image's build runs."""
    from herolint.formats.shell import parse

    image = app.web_image
    return frozenset(
        command.words[0].text
        for instruction in (image.dockerfile.instructions if image is not None else ())
        if instruction.keyword == "RUN"
        for command in parse(instruction.args, instruction.args_span.start).commands
        if command.words
    )


def installed(lock: PyLock, asked: Iterable[Requirement] | None, python: str) -> list[LockedPackage]:
    """The packages of a lock that end up on a dyno with that Python: wanted by the main dependencies, and not by markers that do not hold.

    `asked` is what the manifest asks for; None where the lock itself says what the project needs.
    """
    by_name: dict[str, list[LockedPackage]] = {}
    for package in lock.packages:
        if not package.markers or any(_holds(marker, python) for marker in package.markers):
            by_name.setdefault(package.name, []).append(package)
    if asked is not None:
        start = [r.name for r in asked if _holds(r.marker, python)]
    else:
        start = [need.name for p in by_name.get((lock.root or {}).get("name", ""), ()) for need in p.needs if _holds(need.marker, python)]
    if not start:
        return [p for found in by_name.values() for p in found if p.main]
    reached: set[str] = set()
    while start:
        name = start.pop()
        if name not in reached:
            reached.add(name)
            start += [need.name for p in by_name.get(name, ()) for need in p.needs if _holds(need.marker, python)]
    return [p for name in by_name if name in reached for p in by_name[name] if p.main]


def _holds(marker: str, python: str) -> bool:
    """Whether a marker holds on a dyno; those about extras count as holding, since the lock knows which are wanted."""
    return "extra" in marker or marker_holds(marker, python)


def changes_since_lock(app: App) -> tuple[Place, ...]:
    """The places in the manifest that the lock does not know, each with a label that says what is new there."""
    if app.pipfile_lock is not None and app.pipfile is not None:
        return tuple(_pipfile_changes(app))
    if app.poetry_lock is not None and app.pyproject is not None:
        return tuple(_poetry_changes(app))
    if app.uv_lock is not None and app.pyproject is not None and app.uv_lock.root is not None:
        return tuple(_uv_changes(app.pyproject, app.uv_lock.root, app.uv_lock.requires_python))
    return ()


def _pipfile_changes(app: App) -> Iterator[Place]:
    lock, pipfile = app.pipfile_lock, app.pipfile
    assert lock is not None
    assert pipfile is not None
    for wanted, locked in ((pipfile.packages, lock.packages), (pipfile.develop, lock.develop)):
        yield from _missing(wanted, {name: version.lstrip("=") for name, version in locked.items()}, "Pipfile")


def _poetry_changes(app: App) -> Iterator[Place]:
    lock, project = app.poetry_lock, app.pyproject
    assert lock is not None
    assert project is not None
    groups = [requirement for listed in project.groups.values() for requirement in listed]
    yield from _missing((*project.dependencies, *groups), {p.name: p.version for p in lock.packages}, "pyproject.toml")


def _missing(wanted: tuple[Requirement, ...], locked: dict[str, str], path: str) -> Iterator[Place]:
    """What is not in the lock at all, or is pinned to another version there."""
    for requirement in wanted:
        version = locked.get(requirement.name)
        if version is None:
            yield Place(requirement.file or path, requirement.span, f"{requirement.raw_name} is not in the lock")
        elif requirement.pinned is not None and version and not _same(requirement.pinned, version):
            yield Place(requirement.file or path, requirement.span, f"{requirement.raw_name} is {version} in the lock")


def _same(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


# ---- uv: the lock repeats what the project asked for when it was made ----------------------------------------------------

_Wish = tuple[str, frozenset[object], tuple[str, ...]]
"""A requirement as both files can be compared: name, version part, extras."""


def _uv_changes(project: PyProject, root: dict[str, Any], requires_python: str | None) -> Iterator[Place]:
    if not project.has_project or project.has_poetry:
        return
    dynamic = project.tree.get("project", "dynamic")
    moving = {item.value for item in dynamic.items} if dynamic is not None else set()
    yield from _identity(project, root)
    if project.requires_python and requires_python and not _alike(project.requires_python, requires_python):
        yield _at(project, "requires-python", f"requires-python is `{requires_python}` in the lock")
    recorded = root.get("metadata", {})
    if not isinstance(recorded, dict) or ("metadata" not in root and "dependencies" in root):
        return  # a lock of an early uv, which did not repeat them
    if not {"dependencies", "optional-dependencies"} & moving:
        listed = [*project.dependencies, *(r for extra in project.optional.values() for r in extra)]
        yield from _compared(project, listed, recorded.get("requires-dist"), "dependencies")
    written = {normalise(entry.key) for entry in groups.entries} if (groups := project.tree.get("dependency-groups")) is not None else set()
    locked = recorded.get("requires-dev")
    if isinstance(locked, dict) and project.tree.get("tool", "uv", "dev-dependencies") is None:
        for name in written - _including(project):
            yield from _compared(project, list(project.groups.get(name, ())), locked.get(name), name)


def _identity(project: PyProject, root: dict[str, Any]) -> Iterator[Place]:
    if project.name is not None and normalise(project.name) != root["name"]:
        yield _at(project, "name", f"the project is called {root['name']} in the lock")
    version = root.get("version")
    if project.version is not None and version and not _same(project.version, version):
        yield _at(project, "version", f"the project's version is {version} in the lock")


def _at(project: PyProject, key: str, label: str) -> Place:
    node = project.tree.get("project", key)
    return Place("pyproject.toml", node.span if node is not None else None, label)


def _including(project: PyProject) -> set[str]:
    """Groups that take in other groups: the lock holds their sum."""
    groups = project.tree.get("dependency-groups")
    found = set()
    for entry in groups.entries if groups is not None else ():
        if any(item.kind == "map" for item in entry.value.items):
            found.add(normalise(entry.key))
    return found


def _compared(project: PyProject, listed: list[Requirement], locked: object, where: str) -> Iterator[Place]:
    """What one side has and the other has not; sources (git, path, URL) are compared by name alone."""
    rows = [row for row in locked if isinstance(row, dict)] if isinstance(locked, list) else []
    elsewhere = {normalise(str(row.get("name"))) for row in rows if {"git", "url", "path", "directory", "editable", "virtual"} & set(row)}
    elsewhere |= {r.name for r in listed if r.url or r.path}
    wanted = Counter(_wish(r.name, r.specifier, r.extras, elsewhere) for r in listed)
    known = Counter(
        _wish(normalise(str(row.get("name"))), str(row.get("specifier") or ""), row.get("extras") or (), elsewhere) for row in rows
    )
    for wish in wanted - known:
        requirement = next(r for r in listed if _wish(r.name, r.specifier, r.extras, elsewhere) == wish)
        other = next((row for row in rows if normalise(str(row.get("name"))) == requirement.name), None)
        state = "is not in the lock" if other is None else f"is `{other.get('specifier') or 'any version'}` in the lock"
        yield Place("pyproject.toml", requirement.span, f"{requirement.raw_name} {state}")
    gone = sorted({wish[0] for wish in known - wanted} - {r.name for r in listed})
    if gone:
        node = project.tree.get("project", "dependencies") if where == "dependencies" else project.tree.get("dependency-groups", where)
        span = Span(node.span.start, node.span.start + 1) if node is not None else None
        yield Place("pyproject.toml", span, f"{gone[0]} is in the lock and not here any more")


def _wish(name: str, specifier: str, extras: Any, elsewhere: set[str]) -> _Wish:
    if name in elsewhere:
        return name, frozenset(), ()
    return name, _canonical(specifier), tuple(sorted(normalise(str(extra)) for extra in extras))


def _canonical(specifier: str) -> frozenset[object]:
    """The clauses of a version part, those that mean the same as one."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return frozenset(SpecifierSet(specifier))
    except InvalidSpecifier:
        return frozenset({specifier})


def _alike(one: str, other: str) -> bool:
    """Whether two constraints on Python allow the same versions, as far as the first and a late patch of each minor tell."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        first, second = SpecifierSet(one), SpecifierSet(other)
    except InvalidSpecifier:
        return True
    versions = ["4.0", *(f"3.{minor}.{patch}" for minor in range(20) for patch in (0, 99))]
    return all(first.contains(version) == second.contains(version) for version in versions)
