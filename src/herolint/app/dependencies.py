"""What the build installs: dependencies of the app across its manifests, and which manifest the buildpack reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place
from herolint.knowledge.packages import distributions_for_import

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.requirements import Requirement


class Dependency(msgspec.Struct, frozen=True):
    """An installed distribution: normalised name, exact version if one is pinned, and where it is asked for."""

    name: str
    version: str | None
    specifier: str
    at: Place
    direct: bool
    extras: tuple[str, ...] = ()
    marker: str = ""


class PythonDependencies(msgspec.Struct, frozen=True):
    """What pip, Pipenv, Poetry or uv will install. `manager` is empty when the buildpack finds none.

    `complete` says that transitive packages are known (a lock file); else only direct ones are.
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
        lock = app.pipfile_lock
        at = Place("Pipfile.lock")
        direct = {r.name: r for r in app.pipfile.packages} if app.pipfile else {}
        packages = {
            n: Dependency(n, v.lstrip("=") or None, v, _at(direct.get(n), "Pipfile", at), n in direct) for n, v in lock.packages.items()
        }
        return PythonDependencies("pipenv", "Pipfile.lock", packages, True)
    if "requirements.txt" in workspace and app.requirements is not None:
        found = app.requirements
        packages = {r.name: _dependency(r) for r in found.items if r.name}
        unread = (
            any(not i.found for i in found.includes) or any(not r.name for r in found.items) or "" in {line.text for line in found.invalid}
        )
        broken = tuple(line.text.lower() for line in found.invalid)
        return PythonDependencies("pip", "requirements.txt", packages, False, any(r.editable for r in found.items), unread, broken)
    for manager, name, lock2 in (("poetry", "poetry.lock", app.poetry_lock), ("uv", "uv.lock", app.uv_lock)):
        if name in workspace and lock2 is not None:
            direct = {r.name: r for r in app.pyproject.dependencies} if app.pyproject else {}
            packages = {
                p.name: Dependency(
                    p.name, p.version, f"=={p.version}", _at(direct.get(p.name), "pyproject.toml", Place(name, p.span)), p.name in direct
                )
                for p in lock2.packages
                if p.main
            }
            return PythonDependencies(manager, name, packages, True)
    if app.container_requirements is not None:
        found = app.container_requirements
        return PythonDependencies("pip", "Dockerfile", {r.name: _dependency(r) for r in found.items if r.name}, False, unread=True)
    return PythonDependencies("", "", {}, False, unread=True)


def _dependency(requirement: Requirement) -> Dependency:
    r = requirement
    return Dependency(r.name, r.pinned, r.specifier, Place(r.file, r.span), True, r.extras, r.marker)


def _at(requirement: Requirement | None, file: str, fallback: Place) -> Place:
    return Place(requirement.file or file, requirement.span) if requirement is not None else fallback
