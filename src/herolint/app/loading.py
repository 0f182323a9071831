"""Loads the app's documents and answers the plain questions about its deployment that they decide."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from herolint.app.deploy_scripts import mentioned
from herolint.code import language_of
from herolint.finding import Place
from herolint.source import SourceFile

if TYPE_CHECKING:
    from herolint.app.gemfile import Gemfile
    from herolint.app.model import App
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
    from herolint.formats.pylocks import PyLock
    from herolint.formats.pyproject import PyProject
    from herolint.formats.rails_yaml import RailsYaml
    from herolint.formats.requirements import Requirement, Requirements
    from herolint.formats.slugignore import SlugIgnore
    from herolint.formats.version_files import VersionFile

T = TypeVar("T")


def reads(path: str) -> Callable[[Callable[[App], T | None]], Callable[[App], T | None]]:
    """Asks the decorated loader only where the file is in the repository, so that parsers nobody needs are not imported."""

    def guard(load: Callable[[App], T | None]) -> Callable[[App], T | None]:
        return lambda app: load(app) if path in app.workspace.files else None

    return guard


def _load(app: App, path: str, parse: Callable[[SourceFile], T]) -> T | None:
    source = app.document(path)
    if source is None or source.is_binary:
        return None
    document = parse(source)
    app.problems.extend(getattr(document, "problems", ()) if not hasattr(document, "env") else ())
    return document


def procfile(app: App) -> Procfile | None:
    from herolint.formats.procfile import parse

    path = app.procfile_path
    return _load(app, path, parse) if path is not None else None


MISNAMED_PROCFILES = frozenset({"procfile", "procfile.txt", "procfile.yml", "procfile.yaml", "procfile.procfile", "procfile.heroku"})
"""Names, in lower case, that were meant to be `Procfile`."""


def procfile_path(app: App) -> str | None:
    """`Procfile`, else a file at the root whose name differs from it in letter case or ending only."""
    if "Procfile" in app.slug:
        return "Procfile"
    names = sorted(path for path in app.slug if "/" not in path and path.lower() in MISNAMED_PROCFILES)
    return names[0] if names else None


def requirements(app: App, path: str) -> Requirements | None:
    from herolint.formats.requirements import parse

    source = app.document(path)
    return parse(source, app.document) if source is not None else None


@reads("pyproject.toml")
def pyproject(app: App) -> PyProject | None:
    from herolint.formats.pyproject import parse

    return _load(app, "pyproject.toml", parse)


def own_project(app: App, folder: str) -> tuple[tuple[Requirement, ...], bool]:
    """What a project in a folder of the repository installs, and whether all of that could be read."""
    from herolint.formats import pyproject as toml
    from herolint.formats.setuptools import parse_setup_cfg, parse_setup_py

    found: list[Requirement] = []
    source = app.document(posixpath.normpath(posixpath.join(folder, "pyproject.toml")))
    if source is not None and not source.is_binary:
        project = toml.parse(source)
        found += project.dependencies
        dynamic = project.tree.get("project", "dynamic")
        if (project.has_project or project.has_poetry) and not (dynamic and any(item.value == "dependencies" for item in dynamic.items)):
            return tuple(found), True
    read = []
    for name, parse in (("setup.cfg", parse_setup_cfg), ("setup.py", parse_setup_py)):
        source = app.document(posixpath.normpath(posixpath.join(folder, name)))
        if source is not None and not source.is_binary:
            read.append(parse(source))
    found += [requirement for setup in read for requirement in setup.dependencies]
    return tuple(found), bool(read) and all(setup.whole for setup in read)


@reads("Pipfile")
def pipfile(app: App) -> Pipfile | None:
    from herolint.formats.pipfile import parse_pipfile

    return _load(app, "Pipfile", parse_pipfile)


@reads("Pipfile.lock")
def pipfile_lock(app: App) -> PipfileLock | None:
    from herolint.formats.pipfile import parse_pipfile_lock

    return _load(app, "Pipfile.lock", parse_pipfile_lock)


@reads("poetry.lock")
def poetry_lock(app: App) -> PyLock | None:
    from herolint.formats.pylocks import parse_poetry_lock

    return _load(app, "poetry.lock", parse_poetry_lock)


@reads("uv.lock")
def uv_lock(app: App) -> PyLock | None:
    from herolint.formats.pylocks import parse_uv_lock

    return _load(app, "uv.lock", parse_uv_lock)


@reads(".python-version")
def python_version(app: App) -> VersionFile | None:
    from herolint.formats.version_files import parse_python_version

    source = app.document(".python-version")
    return parse_python_version(source) if source is not None else None


@reads("runtime.txt")
def runtime_txt(app: App) -> VersionFile | None:
    from herolint.formats.version_files import parse_runtime_txt

    source = app.document("runtime.txt")
    return parse_runtime_txt(source) if source is not None else None


@reads("Gemfile")
def gemfile(app: App) -> Gemfile | None:
    from herolint.app.gemfile import read_gemfile
    from herolint.code import facts_of

    source = app.document("Gemfile")
    module = facts_of(source, app.cache) if source is not None else None
    return read_gemfile(source, module) if source is not None and module is not None else None


@reads("Gemfile.lock")
def gemfile_lock(app: App) -> GemfileLock | None:
    from herolint.formats.gemfile_lock import parse

    return _load(app, "Gemfile.lock", parse)


@reads(".ruby-version")
def ruby_version(app: App) -> VersionFile | None:
    from herolint.formats.version_files import parse_ruby_version

    return _load(app, ".ruby-version", parse_ruby_version)


def rails_yaml(app: App, path: str) -> RailsYaml | None:
    from herolint.formats.rails_yaml import parse

    return _load(app, path, parse)


@reads("app.json")
def app_json(app: App) -> AppJson | None:
    from herolint.formats.app_json import parse

    source = app.source("app.json")
    return parse(source) if source is not None and not source.is_binary else None


@reads("heroku.yml")
def heroku_yml(app: App) -> HerokuYml | None:
    from herolint.formats.heroku_yml import parse

    source = app.source("heroku.yml")
    return parse(source, app.workspace.exists) if source is not None and not source.is_binary else None


def package_json(app: App, folder: str = "") -> PackageJson | None:
    path = posixpath.join(folder, "package.json")
    if path not in app.workspace.files:
        return None
    from herolint.formats.package_json import parse

    return _load(app, path, parse)


def prisma_schemas(app: App) -> tuple[tuple[Place, Datasource], ...]:
    paths = sorted(path for path in app.slug if path.endswith(".prisma"))
    if not paths:
        return ()
    from herolint.formats.prisma import parse

    found = []
    for path in paths:
        source = app.document(path)
        if source is not None and not source.is_binary:
            found += [(Place(path, one.provider_span), one) for one in parse(source)]
    return tuple(found)


@reads("go.mod")
def go_mod(app: App) -> GoMod | None:
    from herolint.formats.go_mod import parse

    return _load(app, "go.mod", parse)


@reads("go.work")
def go_work(app: App) -> GoWork | None:
    from herolint.formats.go_work import parse

    return _load(app, "go.work", parse)


@reads(".slugignore")
def slugignore(app: App) -> SlugIgnore | None:
    from herolint.formats.slugignore import parse

    source = app.source(".slugignore")
    return parse(source) if source is not None and not source.is_binary else None


def gitmodules(app: App) -> tuple[Submodule, ...]:
    source = app.source(".gitmodules")
    if source is None or source.is_binary:
        return ()
    from herolint.formats.gitmodules import parse

    return parse(source)


@reads("Aptfile")
def aptfile(app: App) -> Aptfile | None:
    from herolint.formats.aptfile import parse

    return _load(app, "Aptfile", parse)


def dockerfile(app: App, path: str) -> Dockerfile | None:
    from herolint.formats.dockerfile import parse

    source = app.source(path)
    return parse(source) if source is not None and not source.is_binary else None


def compose(app: App) -> tuple[str, Compose] | None:
    """The first of the files that Compose looks for."""
    names = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
    path = next((name for name in names if name in app.workspace.files), None)
    source = app.source(path) if path is not None else None
    if source is None or source.is_binary:
        return None
    from herolint.formats.compose import parse

    return source.path, parse(source)


def container_requirements(app: App) -> Requirements | None:
    """The requirements file of the web image's `pip install -r …`, else any that stands at the root."""
    if not app.is_container:
        return None
    for command in app.web_image.installs if app.web_image is not None else ():
        texts = [word.text for word in command.words]
        if "install" in texts and "-r" in texts[:-1]:
            name = texts[texts.index("-r") + 1]
            for path in (posixpath.normpath(name), posixpath.basename(name)):
                if path in app.slug:
                    return requirements(app, path)
    return requirements(app, "requirements.txt")


def is_container(app: App) -> bool:
    """Stack `container` where it is declared; else heroku.yml with images; else a Dockerfile that a deploy pushes, or the only way to run."""
    stack = app.context.stack or (app.app_json.stack if app.app_json else None)
    if stack:
        return stack == "container"
    if app.buildpacks:
        return False
    if app.heroku_yml is not None:
        return bool(app.heroku_yml.docker)
    if not any(path == "Dockerfile" or path == "Dockerfile.web" for path in app.workspace.files):
        return False
    return app.deploys.container or not _built_by_buildpack(app)


def _built_by_buildpack(app: App) -> bool:
    """Whether a plain push makes a web process without any look at the Dockerfile."""
    if "Procfile" in app.slug or app.app_json is not None:  # app.json would name the stack
        return True
    found = app.detected[0].buildpack.language if app.detected else ""
    serves = found in ("ruby", "php", "go", "java", "scala")
    if found == "node":
        serves = (app.package_json is not None and "start" in app.package_json.scripts) or "server.js" in app.slug
    return serves and not any(command.sub in ("container:push", "stack:set") for command in mentioned(app))


HAS: dict[str, Callable[[App], bool]] = {
    "files": lambda app: True,
    "procfile": lambda app: "Procfile" in app.slug,
    "processes": lambda app: bool(app.processes),
    "python": lambda app: app.language == "python",
    "code": lambda app: any(language_of(p) for p in app.slug),
    "app.json": lambda app: "app.json" in app.slug,
    "heroku.yml": lambda app: "heroku.yml" in app.slug,
    "dockerfile": lambda app: app.is_container,
    "aptfile": lambda app: "Aptfile" in app.slug,
}
