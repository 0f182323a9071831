"""Whether Poetry and uv can install the project itself, where they do that beside its dependencies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.python_build import manager_files
from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.pyproject import PyProject

_BY_NAME = ("hatchling.build", "poetry.core.masonry.api", "uv_build", "flit_core.buildapi")
"""Build backends that look for a folder of the project's name unless told otherwise."""

_OF_POETRY = ("poetry.core.masonry.api", "poetry.masonry.api")


def outcomes(app: App) -> Iterator[Outcome]:
    """A project that is to be installed and has nothing to install."""
    project, manager = app.pyproject, manager_files(app)
    if project is None or project.name is None:
        return
    backend = project.tree.text("build-system", "build-backend")
    if manager == ("poetry.lock",) and project.poetry_package and backend in (None, *_OF_POETRY):
        yield from _poetry(app, project)
    elif manager == ("uv.lock",) and project.has_build_system and project.uv_package is not False:
        yield from _uv(app, project)


def _poetry(app: App, project: PyProject) -> Iterator[Outcome]:
    stops = "the build stops: The current project could not be installed (`poetry sync` installs it besides its dependencies)"
    readme = project.tree.get("project", "readme") or project.tree.get("tool", "poetry", "readme")
    if project.tree.get("tool", "poetry", "packages") is None and not _importable(app, project):
        yield Outcome(
            "not-installable",
            True,
            f"Poetry is to install the project itself, and there is no `{_module(project)}` folder or module",
            _name(project),
            stops,
            "add `package-mode = false` under `[tool.poetry]`: the code runs from its folder and need not be installed",
        )
    elif readme is not None and isinstance(readme.value, str) and posixpath.normpath(readme.value) not in app.slug:
        yield Outcome(
            "not-installable", True, f"the readme that pyproject.toml names is not in the repository: {readme.value}",
            Place("pyproject.toml", readme.span, "not there"), stops,
            "commit it, take the line out, or add `package-mode = false` under `[tool.poetry]`",
        )  # fmt: skip


def _uv(app: App, project: PyProject) -> Iterator[Outcome]:
    backend = project.tree.text("build-system", "build-backend")
    told = {
        "hatchling.build": ("tool", "hatch"),
        "poetry.core.masonry.api": ("tool", "poetry"),
        "uv_build": ("tool", "uv", "build-backend"),
    }
    if backend not in _BY_NAME or _importable(app, project):
        return
    if project.tree.get(*told.get(backend, ("tool", "flit"))) is not None:
        return  # what is packed is written there
    yield Outcome(
        "not-installable",
        True,
        f"uv is to build the project itself, and {backend} finds no `{_module(project)}` folder",
        _name(project),
        "the build stops: Unable to install dependencies using uv",
        "delete `[build-system]`: without it only the dependencies are installed",
        confidence=Confidence.HIGH,
    )


def _name(project: PyProject) -> Place:
    node = project.tree.get("project", "name") or project.tree.get("tool", "poetry", "name")
    return Place("pyproject.toml", node.span if node is not None else Span(0, 0), "to be installed")


def _module(project: PyProject) -> str:
    return (project.name or "").lower().replace("-", "_").replace(".", "_")


def _importable(app: App, project: PyProject) -> bool:
    """Whether a folder or module of the project's name stands where build backends look."""
    name = _module(project)
    wanted = {f"{folder}{name}" for folder in ("", "src/")}
    return any(path.lower().removesuffix(".py") in wanted or any(path.lower().startswith(f"{one}/") for one in wanted) for path in app.slug)
