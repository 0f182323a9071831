"""What the build installs: dependencies of the app across its manifests, and which manifest the buildpack reads."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building import loading
from herolint.app.building.locked import installed
from herolint.app.building.python_build import python_release
from herolint.finding import Place
from herolint.formats.requirements import Requirement, Requirements, applies_on_linux, marker_holds
from herolint.knowledge.packages import distributions_for_import

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.pylocks import PyLock


class Dependency(msgspec.Struct, frozen=True):
    """An installed distribution: normalised name, exact version if one is pinned, and where it is asked for.

    `specifier` sums up all that is asked of its version, constraints included. `files`: what a lock lists as its wheels and source
    archives; empty where nothing does.
    """

    name: str
    version: str | None
    specifier: str
    at: Place
    direct: bool
    extras: tuple[str, ...] = ()
    marker: str = ""
    files: tuple[str, ...] = ()
    elsewhere: bool = False
    """It comes from a path, a VCS or a URL, so that the index's releases say nothing about it."""


class PythonDependencies(msgspec.Struct, frozen=True):
    """What pip, Pipenv, Poetry or uv will install. `manager` is empty when the buildpack finds none.

    `complete` says that transitive packages are known (a lock file); else only direct ones are. What a marker keeps off a dyno is left out.
    """

    manager: str
    manifest: str
    packages: dict[str, Dependency]
    complete: bool
    editable: bool = False
    unread: bool = False
    """Parts of the manifest could not be followed (a missing include, a requirement by URL), so absence proves nothing."""

    broken: tuple[str, ...] = ()
    """Lines that the installer refuses: what they were meant to install is not held against the app twice."""

    own_index: bool = False
    """Other places than the public index are asked too, so that a name missing there proves nothing."""

    def has(self, *names: str) -> bool:
        """Whether one of the distributions is installed."""
        return any(n in self.packages for n in names) or any(n in line for line in self.broken for n in names)

    def imports(self, module: str) -> bool:
        """Whether a distribution that provides this top-level module is installed."""
        names = distributions_for_import(module)
        return self.has(*names, module.lower().replace("_", "-"))

    def version(self, name: str) -> str | None:
        """The pinned version of a distribution."""
        found = self.packages.get(name)
        return found.version if found else None


def python_dependencies(app: App) -> PythonDependencies:
    """The Python dependencies by the first manifest that the buildpack would take."""
    workspace = app.slug
    if "Pipfile.lock" in workspace and app.pipfile_lock is not None:
        return _of_pipfile_lock(app)
    if "requirements.txt" in workspace and app.requirements is not None:
        return _of_requirements(app, app.requirements)
    if "poetry.lock" in workspace and app.poetry_lock is not None:
        return _of_lock(app, app.poetry_lock, "poetry", "poetry.lock", app.pyproject.dependencies if app.pyproject else None)
    if "uv.lock" in workspace and app.uv_lock is not None:
        return _of_lock(app, app.uv_lock, "uv", "uv.lock", None)
    if (in_image := _container_requirements(app)) is not None:
        packages = _merged(app, in_image)
        return PythonDependencies("pip", "Dockerfile", packages, False, unread=True)
    if app.is_container and app.pyproject is not None and app.pyproject.dependencies:
        asked = Requirements(items=app.pyproject.dependencies)
        return PythonDependencies("pip", "pyproject.toml", _merged(app, asked), False, unread=True)
    return PythonDependencies("", "", {}, False, unread=True)


def _container_requirements(app: App) -> Requirements | None:
    """The requirements file of the web image's `pip install -r …`, else any that stands at the root."""
    if not app.is_container:
        return None
    for command in app.web_image.installs if app.web_image is not None else ():
        texts = [word.text for word in command.words]
        if "install" in texts and "-r" in texts[:-1]:
            name = texts[texts.index("-r") + 1]
            for path in (posixpath.normpath(name), posixpath.basename(name)):
                if path in app.slug:
                    return loading.requirements(app, path)
    return loading.requirements(app, "requirements.txt")


def _of_pipfile_lock(app: App) -> PythonDependencies:
    lock, python = app.pipfile_lock, python_release(app)
    assert lock is not None
    at = Place("Pipfile.lock")
    direct = {r.name: r for r in app.pipfile.packages} if app.pipfile else {}
    packages = {
        name: Dependency(
            name, version.lstrip("=") or None, version, _at(direct.get(name), "Pipfile", at), name in direct, elsewhere=not version
        )
        for name, version in lock.packages.items()
        if marker_holds(lock.markers.get(name, ""), python)
    }
    return PythonDependencies("pipenv", "Pipfile.lock", packages, True)


def _of_requirements(app: App, found: Requirements) -> PythonDependencies:
    unread = any(not i.found for i in found.includes) or "" in {line.text for line in found.invalid}
    for requirement in found.items:
        if not requirement.name:
            folder = _own_folder(app, requirement)
            unread = unread or folder is None or not loading.own_project(app, folder)[1]
    broken = tuple(line.text.lower() for line in found.invalid)
    own_index = any(option.name in _INDEXES for option in found.options)
    return PythonDependencies(
        "pip", "requirements.txt", _merged(app, found), False, any(r.editable for r in found.items), unread, broken, own_index=own_index
    )


def _own_folder(app: App, requirement: Requirement) -> str | None:
    """The folder of the repository that a requirement installs (`-e .`, `./lib`); None for anything else."""
    if not requirement.path or requirement.url or requirement.path.startswith(("/", "~")):
        return None
    folder = posixpath.normpath(requirement.path.replace("\\", "/"))
    return folder if folder == "." or app.workspace.is_dir(folder) else None


_INDEXES = frozenset({"-i", "--index-url", "--pypi-url", "--extra-index-url", "--no-index", "-f", "--find-links"})


def _of_lock(app: App, lock: PyLock, manager: str, name: str, asked: Iterable[Requirement] | None) -> PythonDependencies:
    direct = {r.name: r for r in app.pyproject.dependencies} if app.pyproject else {}
    packages = {
        p.name: Dependency(
            p.name,
            p.version,
            f"=={p.version}",
            _at(direct.get(p.name), "pyproject.toml", Place(name, p.span)),
            p.name in direct,
            files=p.files,
            elsewhere=p.local or not p.version,
        )
        for p in installed(lock, asked, python_release(app))
    }
    return PythonDependencies(manager, name, packages, True)


def _merged(app: App, found: Requirements) -> dict[str, Dependency]:
    """One dependency for each name: what several lines and constraints ask of it together, at the line that pins it.

    A folder of the repository counts with what its project installs.
    """
    python = python_release(app)
    folders = [folder for requirement in found.items if (folder := _own_folder(app, requirement)) is not None]
    own = [requirement for folder in folders for requirement in loading.own_project(app, folder)[0]]
    lines: dict[str, list[Requirement]] = {}
    for requirement in (*found.items, *own):
        if requirement.name and applies_on_linux(requirement, python):
            lines.setdefault(requirement.name, []).append(requirement)
    constraints: dict[str, list[Requirement]] = {}
    for requirement in found.constraints:
        if requirement.name in lines and applies_on_linux(requirement, python):
            constraints.setdefault(requirement.name, []).append(requirement)
    packages = {}
    for name, listed in lines.items():
        asked = [*listed, *constraints.get(name, ())]
        pin = next((r for r in asked if r.pinned), None)
        first = pin if pin in listed else listed[0]
        packages[name] = Dependency(
            name,
            pin.pinned if pin else None,
            ",".join(dict.fromkeys(r.specifier for r in asked if r.specifier)),
            Place(first.file, first.name_span if first.hashes else first.span),  # hashes fill many lines
            True,
            tuple(sorted({extra for r in listed for extra in r.extras})),
            first.marker,
            elsewhere=any(r.url or r.path for r in asked),
        )
    return packages


def _at(requirement: Requirement | None, file: str, fallback: Place) -> Place:
    return Place(requirement.file or file, requirement.span) if requirement is not None else fallback
