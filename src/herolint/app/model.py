"""The app as the platform will run it: the one object that rules ask. Everything is lazy and computed once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app import loading
from herolint.context import Context
from herolint.finding import Place, Problem
from herolint.platforms import Platform
from herolint.source import SourceFile
from herolint.workspace import Workspace
from herolint.workspace.apps import AppRoot

if TYPE_CHECKING:
    from herolint.app.buildpacks import Outcome
    from herolint.app.dependencies import PythonDependencies
    from herolint.app.deploy_scripts import Deploys
    from herolint.app.detection import Detected, Listed, Needed
    from herolint.app.gem_programs import MissingGem, NoServer
    from herolint.app.gemfile import Gemfile
    from herolint.app.go_build import MainPackage
    from herolint.app.image import Image
    from herolint.app.image_runtime import OldBase
    from herolint.app.imports import Unmet
    from herolint.app.installed import Installed
    from herolint.app.processes import Process
    from herolint.app.program import Program
    from herolint.app.rails import Rails
    from herolint.app.rails_data import KeptUploads
    from herolint.app.system import System
    from herolint.app.uses import Use
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
    from herolint.formats.pylocks import PyLock
    from herolint.formats.pyproject import PyProject
    from herolint.formats.requirements import Requirements
    from herolint.formats.slugignore import SlugIgnore
    from herolint.formats.version_files import VersionFile


class App:
    """One deployable app of the repository.

    `workspace` is the view of its folder, so that all paths are relative to the app's root. `today` is the date that
    rules compare with. `knowledge` holds further tables of what calls do (of the configuration and of plugins), `options` what the
    configuration says to single rules. `problems` collects what could not be read.
    """

    def __init__(
        self,
        workspace: Workspace,
        root: AppRoot,
        context: Context,
        platform: Platform,
        today: datetime.date,
        cache: FactCache | None = None,
        knowledge: tuple[Mapping[str, object], ...] = (),
        options: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.workspace = workspace
        self.root = root
        self.context = context
        self.platform = platform
        self.today = today
        self.cache = cache
        self.knowledge = knowledge
        self.options = options or {}
        self.problems: list[Problem] = []
        self._packages: dict[str, PackageJson | None] = {}

    def option(self, code: str, name: str, default: float) -> float:
        """A number that the configuration gives a rule (`[rules.HL502] name = …`), else the default."""
        value = self.options.get(code, {}).get(name, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else default

    # ---- files -------------------------------------------------------------------------------------------------

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

    # ---- documents ---------------------------------------------------------------------------------------------

    @cached_property
    def procfile(self) -> Procfile | None:
        """The Procfile at the app's root."""
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
    def rails(self) -> Rails | None:
        """The Rails app, if there is one: what its configuration says for production."""
        if "config/application.rb" not in self.slug:
            return None
        from herolint.app.rails import Rails

        gems = self.gemfile_lock
        return Rails(self) if gems is None or gems.has("railties", "rails") else None

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
    def go_commands(self) -> tuple[MainPackage, ...]:
        """The main packages of the Go module."""
        from herolint.app.go_build import main_packages

        return main_packages(self)

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
    def container_requirements(self) -> Requirements | None:
        """The requirements file that the web image's Dockerfile installs."""
        return loading.container_requirements(self)

    # ---- deployment --------------------------------------------------------------------------------------------

    @cached_property
    def is_container(self) -> bool:
        """Whether the app is deployed as an image: stack `container`, or container files and no Procfile."""
        return loading.is_container(self)

    @cached_property
    def container_sure(self) -> bool:
        """Whether files or context say that it is a container app, so that this is not only taken for granted."""
        declared = self.context.stack or (self.app_json.stack if self.app_json else None)
        return self.is_container and bool(declared or self.heroku_yml is not None or self.deploys.container)

    @cached_property
    def images(self) -> dict[str, Image]:
        """The container images by process type; empty for an app that buildpacks build."""
        from herolint.app.image import images_of

        return images_of(self)

    @cached_property
    def compose(self) -> tuple[str, Compose] | None:
        """The docker-compose file of the root and its path."""
        return loading.compose(self)

    @cached_property
    def web_image(self) -> Image | None:
        """The image of the web process, else the first one."""
        return self.images.get("web") or next(iter(self.images.values()), None)

    @cached_property
    def container_origin(self) -> str:
        """The file that makes it a container app (`heroku.yml`, `Dockerfile`), or empty."""
        if not self.is_container:
            return ""
        return "heroku.yml" if self.heroku_yml is not None else "Dockerfile"

    @cached_property
    def stack(self) -> str:
        """The stack: of the context, app.json, else the platform's default (then `stack_assumed`)."""
        declared = self.context.stack or (self.app_json.stack if self.app_json else None)
        return declared or ("container" if self.is_container else self.platform.default_stack)

    @cached_property
    def stack_assumed(self) -> bool:
        """Whether no file says which stack the app runs on."""
        return not (self.context.stack or (self.app_json and self.app_json.stack))

    @cached_property
    def buildpacks(self) -> tuple[str, ...]:
        """Buildpacks as far as files or context list them, in order; empty: detected."""
        return tuple(listed.url for listed in self.listed_buildpacks)

    @cached_property
    def deploys(self) -> Deploys:
        """What scripts and workflows of the repository do when they deploy it."""
        from herolint.app.deploy_scripts import Deploys

        return Deploys(self)

    @cached_property
    def listed_buildpacks(self) -> tuple[Listed, ...]:
        """The list of buildpacks with the places where they are named; empty: the platform detects one."""
        from herolint.app.detection import listed_buildpacks

        return listed_buildpacks(self)

    @cached_property
    def detected(self) -> tuple[Detected, ...]:
        """The official buildpacks that would take the app, in the platform's order: the first one builds it when none are listed."""
        from herolint.app.detection import detected_in

        return detected_in(self.slug, self.platform)

    @cached_property
    def build_outcomes(self) -> tuple[Outcome, ...]:
        """The failures and warnings of the next build."""
        from herolint.app.buildpacks import all_outcomes

        return tuple(all_outcomes(self))

    @cached_property
    def left_out(self) -> Needed | None:
        """What a process starts and no build makes, since another language's buildpack is the one that the platform takes."""
        from herolint.app.detection import left_out

        return left_out(self)

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Process types by name."""
        from herolint.app.processes import processes_of

        return processes_of(self)

    @property
    def web(self) -> Process | None:
        """The process type that receives requests."""
        return self.processes.get("web")

    @cached_property
    def language(self) -> str:
        """The main language: `python`, `node`, `ruby`, `go`, `php`, `java`, `scala`, `clojure`, `dotnet`, or empty."""
        from herolint.app.detection import language

        return language(self)

    @cached_property
    def label(self) -> str:
        """How messages name the app: its folder, or `app` for the root."""
        return self.root.path or "app"

    @cached_property
    def dependencies(self) -> PythonDependencies:
        """What the Python installer will install."""
        from herolint.app.dependencies import python_dependencies

        return python_dependencies(self)

    @cached_property
    def installed(self) -> Installed | None:
        """What is installed beside the app's own code, and what that brings along; None when nothing can be said."""
        from herolint.app.installed import python_installed

        return python_installed(self)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Modules that reached code and its framework import, where nobody catches their absence."""
        from herolint.app.imports import Judge
        from herolint.app.uses import uses_of

        return tuple(uses_of(self, Judge(self).is_taken))

    @cached_property
    def system(self) -> System:
        """What code needs of the operating system, and what gives it."""
        from herolint.app.system import System

        return System(self)

    @cached_property
    def unmet_imports(self) -> tuple[Unmet, ...]:
        """What reached code imports and will not find, or only by luck."""
        from herolint.app.imports import unmet_imports

        if "package.json" not in self.slug:
            return tuple(unmet_imports(self))
        from herolint.app.node_imports import unmet_loads

        return (*unmet_imports(self), *unmet_loads(self))

    @cached_property
    def old_bases(self) -> tuple[OldBase, ...]:
        """Images on a language's version that nobody looks after any more."""
        if not self.images:
            return ()
        from herolint.app.image_runtime import old_bases

        return tuple(old_bases(self))

    def image_of(self, process: str) -> Image | None:
        """The image that a process type runs in."""
        if not self.images:
            return None
        from herolint.app.container import image_of

        return image_of(self, process)

    @cached_property
    def missing_gems(self) -> tuple[MissingGem, ...]:
        """Programs of gems that processes start and the bundle does not have."""
        if "Gemfile" not in self.slug:
            return ()
        from herolint.app.gem_programs import missing_gems

        return tuple(missing_gems(self))

    @cached_property
    def gem_server(self) -> NoServer | None:
        """How web serves where the bundle has no production server."""
        if "Gemfile" not in self.slug:
            return None
        from herolint.app.gem_programs import without_server

        return without_server(self)

    @cached_property
    def gem_crontab(self) -> Place | None:
        """The schedule that a gem turns into a crontab, which no dyno reads."""
        if "Gemfile" not in self.slug:
            return None
        from herolint.app.gem_programs import crontab_of_gem

        return crontab_of_gem(self)

    @cached_property
    def code(self) -> Program:
        """The app's code in every language: modules, links, folded values, reach, handlers, effects."""
        from herolint.app.program import Program

        return Program(self)

    def build_makes(self, path: str) -> bool:
        """Whether some script that the build runs may write a file of that path."""
        from herolint.app.buildpacks.node_output import makes

        return makes(self, path)

    def builds_in(self, folder: str) -> bool:
        """Whether the build may build what lies in a folder of its own."""
        from herolint.app.buildpacks.node_output import builds_in

        return builds_in(self, folder)

    def build_output(self, path: str) -> bool:
        """Whether a path lies where compilers and bundlers write by custom or by this app's configuration."""
        from herolint.app.buildpacks.node_output import is_output

        return is_output(self, path)

    @cached_property
    def kept_uploads(self) -> tuple[KeptUploads, ...]:
        """Uploads that Rails or one of its libraries is told to keep on the disk."""
        if self.rails is None:
            return ()
        from herolint.app.rails_data import kept_uploads

        return tuple(kept_uploads(self))

    def has(self, need: str) -> bool:
        """Whether the repository can supply a kind of fact that a rule reads."""
        return loading.HAS[need](self)

    def config_var(self, name: str) -> str | None:
        """The value that app.json gives a config var; empty text when it is declared without one; None when it is not declared."""
        if self.app_json and name in self.app_json.env:
            return self.app_json.env[name].value or ""
        if self.context.config_vars is not None and name in self.context.config_vars:
            return ""
        return None

    def why(self, path: str, line: int) -> list[str]:
        """Which process reaches a line, through which imports and calls, under which guards; one sentence each."""
        from herolint.app.why import explain

        return explain(self, path, line)

    def procfile_place(self, name: str, label: str = "") -> Place:
        """The command of a process type as a place."""
        process = self.processes.get(name)
        if process is None:
            return Place(self.procfile_path or "", None, label)
        return Place(process.at.path, process.at.span, label)

    def related_processes(self, names: Iterator[str]) -> tuple[Place, ...]:
        """The commands of some process types, for a finding's related places."""
        return tuple(self.procfile_place(n, "this process starts it") for n in names)
