"""The .NET projects that the buildpack publishes: the solution or project at the root, and what project files say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import builds_with
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.xml_tree import Element
    from herolint.source import Span

SOLUTIONS = (".sln", ".slnx")
PROJECTS = (".csproj", ".vbproj", ".fsproj")
FILE_APPS = (".cs",)
"""Endings of a program that is a single file, which says in its first lines what a project file would."""
_DIRECTIVE = lazy(r"^#:(?P<kind>sdk|property)[ \t]+(?P<name>[\w.]+)(?:[@=][ \t]*(?P<value>\S+))?", re.MULTILINE)
_IN_SOLUTION = lazy(r'^Project\("[^"]*"\)\s*=\s*"[^"]*",\s*"(?P<path>[^"]+proj)"', re.MULTILINE)
_FRAMEWORK = lazy(r"net(\d+)\.0\Z")
_LABEL = lazy(r"[^a-z0-9-]+")


class Project(msgspec.Struct, frozen=True):
    """A project file: its path, where that is named, its SDK, framework (empty: it says none) with its place, and its program's name."""

    path: str
    named: Place
    there: bool
    sdk: str = ""
    framework: str = ""
    at: Place = Place("")
    assembly: str = ""
    program: bool = False
    well_formed: bool = True

    @property
    def web(self) -> bool:
        """Whether it serves HTTP."""
        return self.sdk.startswith(("Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Razor", "Microsoft.NET.Sdk.BlazorWebAssembly"))

    @property
    def release(self) -> int | None:
        """The number of a framework such as `net8.0`."""
        match = _FRAMEWORK.match(self.framework)
        return int(match[1]) if match is not None else None


def builds_dotnet(app: App) -> bool:
    """Whether Heroku's .NET buildpack will build the app."""
    return builds_with(app, "heroku/dotnet")


def named_solution(app: App) -> str:
    """The solution that the repository's project.toml tells the buildpack to take; empty where it tells of none."""
    source = app.document("project.toml")
    if source is None or source.is_binary:
        return ""
    from herolint.formats.toml_tree import load

    named = load(source).text("com", "heroku", "buildpacks", "dotnet", "solution_file")
    return posixpath.normpath(named) if named and named.endswith(SOLUTIONS) else ""


def at_root(app: App, endings: tuple[str, ...]) -> list[str]:
    """Files of some kind at the root."""
    return [path for path in app.slug if "/" not in path and path.endswith(endings)]


def projects(app: App) -> tuple[Project, ...]:
    """Those of the solution at the root, else the one project there, else the program of one file."""
    solutions = [named] if (named := named_solution(app)) in app.slug else at_root(app, SOLUTIONS)
    if len(solutions) == 1:
        return tuple(_project(app, path, Place(solutions[0], span)) for path, span in _listed(app, solutions[0]))
    if solutions:
        return ()
    found = at_root(app, PROJECTS)[:1]
    if found:
        return tuple(_project(app, path, Place(path)) for path in found)
    files = at_root(app, FILE_APPS)
    return tuple(_file_app(app, path) for path in files) if len(files) == 1 else ()


def _file_app(app: App, path: str) -> Project:
    """A program of one file: made for the newest framework that there is an SDK for, unless it names another."""
    source = app.document(path)
    said = {}
    for match in _DIRECTIVE.finditer(source.text) if source is not None else ():
        key = "sdk" if match["kind"] == "sdk" else match["name"]
        said[key] = match["name"] if match["kind"] == "sdk" else match["value"] or ""
    framework = said.get("TargetFramework") or f"net{max(app.platform.dotnet.sdks)}.0"
    name = said.get("AssemblyName") or path.rpartition(".")[0]
    return Project(path, Place(path), True, said.get("sdk", "Microsoft.NET.Sdk"), framework, Place(path), name, program=True)


def _listed(app: App, solution: str) -> Iterator[tuple[str, Span]]:
    source = app.document(solution)
    if source is None:
        return
    if solution.endswith(".sln"):
        for match in _IN_SOLUTION.finditer(source.text):
            yield _path(match["path"]), source.span_of_text(*match.span("path"))
        return
    from herolint.formats.xml_tree import load

    root = load(source).root
    for element in root.named("Project") if root is not None else ():
        if path := element.attributes.get("Path"):
            yield _path(path), element.span


def _path(text: str) -> str:
    return posixpath.normpath(text.replace("\\", "/"))


def _project(app: App, path: str, named: Place) -> Project:
    source = app.document(path)
    if source is None:
        return Project(path, named, there=False)
    from herolint.formats.xml_tree import load

    file = load(source)
    if file.root is None:
        return Project(path, named, there=True, at=Place(path, file.problem.span if file.problem else None), well_formed=file.well_formed)
    framework, at = _framework(app, path, file.root)
    kinds = [element.text.strip() for element in file.root.named("OutputType")]
    sdk = file.root.attributes.get("Sdk", "")
    name = next((element.text.strip() for element in file.root.named("AssemblyName")), "") or posixpath.basename(path).rpartition(".")[0]
    runs = any(kind.lower() in ("exe", "winexe") for kind in kinds) or sdk.startswith(("Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker"))
    return Project(path, named, True, sdk, framework, at, name, runs and not (kinds and kinds[-1].lower() == "library"))


def _framework(app: App, path: str, root: Element) -> tuple[str, Place]:
    """TargetFramework of a project, else of the nearest Directory.Build.props above it."""
    element = next(root.named("TargetFramework"), None)
    if element is not None:
        return element.text.strip(), Place(path, element.span)
    folder = posixpath.dirname(path)
    while True:
        above = posixpath.join(folder, "Directory.Build.props")
        found = _of_file(app, above)
        if found is not None:
            return found
        if not folder:
            return "", Place(path)
        folder = posixpath.dirname(folder)


def _of_file(app: App, path: str) -> tuple[str, Place] | None:
    source = app.document(path)
    if source is None:
        return None
    from herolint.formats.xml_tree import load

    root = load(source).root
    element = next(root.named("TargetFramework"), None) if root is not None else None
    return (element.text.strip(), Place(path, element.span)) if element is not None else None


@cache
def process_name(assembly: str) -> str:
    """The process type that is named after a program."""
    return _LABEL.sub("-", assembly.lower()).strip("-")[:63]


def default_processes(app: App) -> dict[str, tuple[str, Place]]:
    """A process type for each program, `web` for the one that serves; none beside a Procfile."""
    if app.procfile is not None:
        return {}
    running = [one for one in projects(app) if one.program]
    serving = [one for one in running if one.web]
    found = {}
    for one in running:
        name = "web" if serving == [one] else process_name(one.assembly)
        port = " --urls http://*:$PORT" if one.web else ""
        folder = posixpath.join(posixpath.dirname(one.path), "bin/publish")
        found[name] = (f"cd {folder}; ./{one.assembly}{port}", Place(one.path))
    return found
