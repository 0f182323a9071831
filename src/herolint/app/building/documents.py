"""The documents of the repository that an app is made of: each parsed when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app.building import loading
from herolint.finding import Place, Problem
from herolint.source import SourceFile
from herolint.workspace import Workspace

if TYPE_CHECKING:
    from herolint.app.building.gemfile import Gemfile
    from herolint.code.cache import FactCache
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
    from herolint.formats.prisma import Datasource as PrismaSource
    from herolint.formats.procfile import Procfile
    from herolint.formats.properties import Property
    from herolint.formats.pylocks import PyLock
    from herolint.formats.pyproject import PyProject
    from herolint.formats.requirements import Requirements
    from herolint.formats.slugignore import SlugIgnore
    from herolint.formats.tree import Node
    from herolint.formats.version_files import VersionFile
    from herolint.formats.xml_tree import XmlFile


class Documents:
    """What files say, without any judgement of what the platform makes of it. A document is None (or empty) where there is no such file.

    `workspace` is the view of the app's folder, so that all paths are relative to its root. `cache` keeps the facts of source files.
    `problems` collects what could not be read. `picked_procfile` is the Procfile that is put at the root before the app is built, if any.
    """

    def __init__(self, workspace: Workspace, cache: FactCache | None = None, picked_procfile: str = "") -> None:
        self.workspace = workspace
        self.picked_procfile = picked_procfile
        self.cache = cache
        self.problems: list[Problem] = []
        self._packages: dict[str, PackageJson | None] = {}

    @property
    def slug(self) -> Mapping[str, object]:
        """Files that reach the buildpacks: pushed, and not removed by `.slugignore`."""
        return self.workspace.slug_files

    def source(self, path: str) -> SourceFile | None:
        """A pushed file's content; None when it is not there or not readable."""
        return self.workspace.read(path) if path in self.workspace.files and self.workspace.files[path].kind != "submodule" else None

    def document(self, path: str) -> SourceFile | None:
        """A file that buildpacks read: in the slug, a regular file or a link to one, not binary."""
        return self.source(path) if path in self.slug else None

    @cached_property
    def procfile(self) -> Procfile | None:
        """The Procfile at the app's root, or the one that is put there."""
        return loading.procfile(self)

    @cached_property
    def procfile_path(self) -> str | None:
        """The file that declares the process types: the Procfile, or one at the root whose name was meant to be that."""
        return loading.procfile_path(self)

    @cached_property
    def requirements(self) -> Requirements | None:
        """requirements.txt with its includes."""
        return loading.requirements(self, "requirements.txt")

    @cached_property
    def pyproject(self) -> PyProject | None:
        """pyproject.toml."""
        return loading.pyproject(self)

    @cached_property
    def pipfile(self) -> Pipfile | None:
        """Pipfile."""
        return loading.pipfile(self)

    @cached_property
    def pipfile_lock(self) -> PipfileLock | None:
        """Pipfile.lock."""
        return loading.pipfile_lock(self)

    @cached_property
    def poetry_lock(self) -> PyLock | None:
        """poetry.lock."""
        return loading.poetry_lock(self)

    @cached_property
    def uv_lock(self) -> PyLock | None:
        """uv.lock."""
        return loading.uv_lock(self)

    @cached_property
    def pylock(self) -> PyLock | None:
        """pylock.toml, which no buildpack reads."""
        return loading.pylock(self)

    @cached_property
    def python_version_file(self) -> VersionFile | None:
        """.python-version."""
        return loading.python_version(self)

    @cached_property
    def runtime_txt(self) -> VersionFile | None:
        """runtime.txt."""
        return loading.runtime_txt(self)

    @cached_property
    def composer_json(self) -> Node | None:
        """The object in composer.json; an empty file counts as `{}`, one that is no JSON is None."""
        return loading.json_object(self, "composer.json")

    @cached_property
    def composer_lock(self) -> Node | None:
        """The object in composer.lock."""
        return loading.json_object(self, "composer.lock")

    @cached_property
    def system_properties(self) -> dict[str, Property]:
        """system.properties, which tells the JVM's buildpacks what to install; empty where there is none."""
        return loading.properties(self, "system.properties")

    @cached_property
    def pom(self) -> XmlFile | None:
        """pom.xml."""
        return loading.xml(self, "pom.xml")

    @cached_property
    def gemfile(self) -> Gemfile | None:
        """Gemfile."""
        return loading.gemfile(self)

    @cached_property
    def gemfile_lock(self) -> GemfileLock | None:
        """Gemfile.lock."""
        return loading.gemfile_lock(self)

    @cached_property
    def ruby_version_file(self) -> VersionFile | None:
        """.ruby-version."""
        return loading.ruby_version(self)

    @cached_property
    def app_json(self) -> AppJson | None:
        """app.json, when it is Heroku's and not Expo's."""
        return loading.app_json(self)

    @cached_property
    def heroku_yml(self) -> HerokuYml | None:
        """heroku.yml."""
        return loading.heroku_yml(self)

    @cached_property
    def package_json(self) -> PackageJson | None:
        """package.json."""
        return loading.package_json(self)

    def package(self, folder: str) -> PackageJson | None:
        """The package.json of a folder of the app ("": the root)."""
        if not folder:
            return self.package_json
        if folder not in self._packages:
            self._packages[folder] = loading.package_json(self, folder)
        return self._packages[folder]

    @cached_property
    def prisma_schemas(self) -> tuple[tuple[Place, PrismaSource], ...]:
        """The databases of Prisma's schema files, with where each says which kind it is."""
        return loading.prisma_schemas(self)

    @cached_property
    def go_mod(self) -> GoMod | None:
        """go.mod."""
        return loading.go_mod(self)

    @cached_property
    def go_work(self) -> GoWork | None:
        """go.work."""
        return loading.go_work(self)

    @cached_property
    def slugignore(self) -> SlugIgnore | None:
        """.slugignore."""
        return loading.slugignore(self)

    @cached_property
    def gitmodules(self) -> tuple[Submodule, ...]:
        """The submodules of .gitmodules."""
        return loading.gitmodules(self)

    @cached_property
    def aptfile(self) -> Aptfile | None:
        """Aptfile."""
        return loading.aptfile(self)

    def dockerfile(self, path: str = "Dockerfile") -> Dockerfile | None:
        """A Dockerfile of the repository."""
        return loading.dockerfile(self, path)

    @cached_property
    def compose(self) -> tuple[str, Compose] | None:
        """The docker-compose file of the root and its path."""
        return loading.compose(self)
