"""Which file each of the app's documents is read from, and by which parser."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from herolint.finding import Place
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    from herolint.app.building.documents import Documents
    from herolint.app.building.gemfile import Gemfile
    from herolint.formats.app_json import AppJson
    from herolint.formats.aptfile import Aptfile
    from herolint.formats.compose import Compose
    from herolint.formats.dockerfile import Dockerfile
    from herolint.formats.gemfile_lock import GemfileLock
    from herolint.formats.gitmodules import Submodule
    from herolint.formats.go_mod import GoMod
    from herolint.formats.go_work import GoWork
    from herolint.formats.heroku_yml import HerokuYml
    from herolint.formats.package_json import PackageJson
    from herolint.formats.pipfile import Pipfile, PipfileLock
    from herolint.formats.prisma import Datasource
    from herolint.formats.procfile import Procfile
    from herolint.formats.properties import Property
    from herolint.formats.pylocks import PyLock
    from herolint.formats.pyproject import PyProject
    from herolint.formats.rails_yaml import RailsYaml
    from herolint.formats.requirements import Requirement, Requirements
    from herolint.formats.slugignore import SlugIgnore
    from herolint.formats.tree import Node
    from herolint.formats.version_files import VersionFile
    from herolint.formats.xml_tree import XmlFile

T = TypeVar("T")


def reads(path: str) -> Callable[[Callable[[Documents], T | None]], Callable[[Documents], T | None]]:
    """Asks the decorated loader only where the file is in the repository, so that parsers nobody needs are not imported."""

    def guard(load: Callable[[Documents], T | None]) -> Callable[[Documents], T | None]:
        return lambda files: load(files) if path in files.workspace.files else None

    return guard


def _load(files: Documents, path: str, parse: Callable[[SourceFile], T]) -> T | None:
    source = files.document(path)
    if source is None or source.is_binary:
        return None
    document = parse(source)
    files.problems.extend(getattr(document, "problems", ()) if not hasattr(document, "env") else ())
    return document


def procfile(files: Documents) -> Procfile | None:
    from herolint.formats.procfile import parse

    path = files.procfile_path
    return _load(files, path, parse) if path is not None else None


MISNAMED_PROCFILES = frozenset({"procfile", "procfile.txt", "procfile.yml", "procfile.yaml", "procfile.procfile", "procfile.heroku"})
"""Names, in lower case, that were meant to be `Procfile`."""


def procfile_path(files: Documents) -> str | None:
    """`Procfile`, or the one that is put there, else a file at the root whose name differs from it in letter case or ending only."""
    if files.picked_procfile in files.slug:
        return files.picked_procfile
    if "Procfile" in files.slug:
        return "Procfile"
    names = sorted(path for path in files.slug if "/" not in path and path.lower() in MISNAMED_PROCFILES)
    return names[0] if names else None


def requirements(files: Documents, path: str) -> Requirements | None:
    from herolint.formats.requirements import parse

    source = files.document(path)
    return parse(source, files.document) if source is not None else None


@reads("pyproject.toml")
def pyproject(files: Documents) -> PyProject | None:
    from herolint.formats.pyproject import parse

    return _load(files, "pyproject.toml", parse)


def own_project(files: Documents, folder: str) -> tuple[tuple[Requirement, ...], bool]:
    """What a project in a folder of the repository installs, and whether all of that could be read."""
    from herolint.formats import pyproject as toml
    from herolint.formats.setuptools import parse_setup_cfg, parse_setup_py

    found: list[Requirement] = []
    source = files.document(posixpath.normpath(posixpath.join(folder, "pyproject.toml")))
    if source is not None and not source.is_binary:
        project = toml.parse(source)
        found += project.dependencies
        dynamic = project.tree.get("project", "dynamic")
        if (project.has_project or project.has_poetry) and not (dynamic and any(item.value == "dependencies" for item in dynamic.items)):
            return tuple(found), True
    read = []
    for name, parse in (("setup.cfg", parse_setup_cfg), ("setup.py", parse_setup_py)):
        source = files.document(posixpath.normpath(posixpath.join(folder, name)))
        if source is not None and not source.is_binary:
            read.append(parse(source))
    found += [requirement for setup in read for requirement in setup.dependencies]
    return tuple(found), bool(read) and all(setup.whole for setup in read)


@reads("Pipfile")
def pipfile(files: Documents) -> Pipfile | None:
    from herolint.formats.pipfile import parse_pipfile

    return _load(files, "Pipfile", parse_pipfile)


@reads("Pipfile.lock")
def pipfile_lock(files: Documents) -> PipfileLock | None:
    from herolint.formats.pipfile import parse_pipfile_lock

    return _load(files, "Pipfile.lock", parse_pipfile_lock)


@reads("poetry.lock")
def poetry_lock(files: Documents) -> PyLock | None:
    from herolint.formats.pylocks import parse_poetry_lock

    return _load(files, "poetry.lock", parse_poetry_lock)


@reads("uv.lock")
def uv_lock(files: Documents) -> PyLock | None:
    from herolint.formats.pylocks import parse_uv_lock

    return _load(files, "uv.lock", parse_uv_lock)


@reads("pylock.toml")
def pylock(files: Documents) -> PyLock | None:
    from herolint.formats.pylocks import parse_pylock

    return _load(files, "pylock.toml", parse_pylock)


@reads(".python-version")
def python_version(files: Documents) -> VersionFile | None:
    from herolint.formats.version_files import parse_python_version

    source = files.document(".python-version")
    return parse_python_version(source) if source is not None else None


@reads("runtime.txt")
def runtime_txt(files: Documents) -> VersionFile | None:
    from herolint.formats.version_files import parse_runtime_txt

    source = files.document("runtime.txt")
    return parse_runtime_txt(source) if source is not None else None


@reads("Gemfile")
def gemfile(files: Documents) -> Gemfile | None:
    from herolint.app.building.gemfile import read_gemfile
    from herolint.code import facts_of

    source = files.document("Gemfile")
    module = facts_of(source, files.cache) if source is not None else None
    return read_gemfile(source, module) if source is not None and module is not None else None


@reads("Gemfile.lock")
def gemfile_lock(files: Documents) -> GemfileLock | None:
    from herolint.formats.gemfile_lock import parse

    return _load(files, "Gemfile.lock", parse)


@reads(".ruby-version")
def ruby_version(files: Documents) -> VersionFile | None:
    from herolint.formats.version_files import parse_ruby_version

    return _load(files, ".ruby-version", parse_ruby_version)


def rails_yaml(files: Documents, path: str) -> RailsYaml | None:
    from herolint.formats.rails_yaml import parse

    return _load(files, path, parse)


@reads("app.json")
def app_json(files: Documents) -> AppJson | None:
    from herolint.formats.app_json import parse

    source = files.source("app.json")
    return parse(source) if source is not None and not source.is_binary else None


@reads("heroku.yml")
def heroku_yml(files: Documents) -> HerokuYml | None:
    from herolint.formats.heroku_yml import parse

    source = files.source("heroku.yml")
    return parse(source, files.workspace.exists) if source is not None and not source.is_binary else None


def json_object(files: Documents, path: str) -> Node | None:
    """The object in a JSON file; None where there is none, or it cannot be read."""
    from herolint.formats import json_tree

    source = files.document(path)
    if source is None:
        return None
    root = json_tree.load(source).root
    if root is None and not source.data.strip():
        from herolint.formats.tree import Node

        return Node("map", None, Span(0, 0))
    return root if root is not None and root.kind == "map" else None


def properties(files: Documents, path: str) -> dict[str, Property]:
    """A `.properties` file; empty where there is none."""
    from herolint.formats.properties import parse

    source = files.document(path)
    return parse(source) if source is not None and not source.is_binary else {}


def xml(files: Documents, path: str) -> XmlFile | None:
    """An XML file of a build tool, with what could not be read in it as a problem of the app."""
    from herolint.formats.xml_tree import load

    source = files.document(path)
    if source is None:
        return None
    found = load(source)
    if found.problem is not None:
        files.problems.append(found.problem)
    return found


def package_json(files: Documents, folder: str = "") -> PackageJson | None:
    path = posixpath.join(folder, "package.json")
    if path not in files.workspace.files:
        return None
    from herolint.formats.package_json import parse

    return _load(files, path, parse)


def prisma_schemas(files: Documents) -> tuple[tuple[Place, Datasource], ...]:
    paths = sorted(path for path in files.slug if path.endswith(".prisma"))
    if not paths:
        return ()
    from herolint.formats.prisma import parse

    found = []
    for path in paths:
        source = files.document(path)
        if source is not None and not source.is_binary:
            found += [(Place(path, one.provider_span), one) for one in parse(source)]
    return tuple(found)


@reads("go.mod")
def go_mod(files: Documents) -> GoMod | None:
    from herolint.formats.go_mod import parse

    return _load(files, "go.mod", parse)


@reads("go.work")
def go_work(files: Documents) -> GoWork | None:
    from herolint.formats.go_work import parse

    return _load(files, "go.work", parse)


@reads(".slugignore")
def slugignore(files: Documents) -> SlugIgnore | None:
    from herolint.formats.slugignore import parse

    source = files.source(".slugignore")
    return parse(source) if source is not None and not source.is_binary else None


def gitmodules(files: Documents) -> tuple[Submodule, ...]:
    source = files.source(".gitmodules")
    if source is None or source.is_binary:
        return ()
    from herolint.formats.gitmodules import parse

    return parse(source)


@reads("Aptfile")
def aptfile(files: Documents) -> Aptfile | None:
    from herolint.formats.aptfile import parse

    return _load(files, "Aptfile", parse)


def dockerfile(files: Documents, path: str) -> Dockerfile | None:
    from herolint.formats.dockerfile import parse

    source = files.source(path)
    return parse(source) if source is not None and not source.is_binary else None


def compose(files: Documents) -> tuple[str, Compose] | None:
    """The first of the files that Compose looks for."""
    names = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
    path = next((name for name in names if name in files.workspace.files), None)
    source = files.source(path) if path is not None else None
    if source is None or source.is_binary:
        return None
    from herolint.formats.compose import parse

    return source.path, parse(source)
