"""The app as the platform will run it: the one object that rules ask. Everything is lazy and computed once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app.building.documents import Documents
from herolint.code import language_of
from herolint.context import Context
from herolint.finding import Place
from herolint.platforms import Platform
from herolint.workspace import Workspace
from herolint.workspace.apps import AppRoot

if TYPE_CHECKING:
    from herolint.app.building.dependencies import PythonDependencies
    from herolint.app.building.deploy_scripts import Deploys
    from herolint.app.building.detection import Detected, Listed, Needed
    from herolint.app.building.go_build import MainPackage
    from herolint.app.building.image_runtime import OldBase
    from herolint.app.building.installed import Installed
    from herolint.app.buildpacks import Outcome
    from herolint.app.frameworks.kept import KeptUploads
    from herolint.app.frameworks.mongoid import MongoAddress
    from herolint.app.frameworks.rails import Rails
    from herolint.app.needs.imports import Unmet
    from herolint.app.needs.system import System
    from herolint.app.needs.uses import Use
    from herolint.app.program import Program
    from herolint.app.running.gem_programs import MissingGem, NoServer
    from herolint.app.running.image import Image
    from herolint.app.running.processes import Process
    from herolint.app.services.data_sources import DataSource
    from herolint.code.cache import FactCache
    from herolint.online import Online


class App(Documents):
    """One deployable app of the repository: its documents, and what follows from them.

    `today` is the date that rules compare with. `knowledge` holds further tables of what calls do (of the configuration and of
    plugins), `options` what the configuration says to single rules. `online` is whom to ask what only the network knows, if anybody.
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
        online: Online | None = None,
    ) -> None:
        super().__init__(workspace, cache, root.procfile)
        self.root = root
        self.context = context
        self.platform = platform
        self.today = today
        self.knowledge = knowledge
        self.options = options or {}
        self.online = online

    def option(self, code: str, name: str, default: float) -> float:
        """A number that the configuration gives a rule (`[rules.HL502] name = …`), else the default."""
        value = self.options.get(code, {}).get(name, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else default

    def has(self, need: str) -> bool:
        """Whether the repository can supply a kind of fact that a rule reads."""
        return HAS[need](self)

    @cached_property
    def label(self) -> str:
        """How messages name the app: its folder, or `app` for the root."""
        return self.root.path or "app"

    @cached_property
    def language(self) -> str:
        """The main language: `python`, `node`, `ruby`, `go`, `php`, `java`, `scala`, `clojure`, `dotnet`, or empty."""
        from herolint.app.building.detection import language

        return language(self)

    def config_var(self, name: str) -> str | None:
        """The value that app.json gives a config var; empty text when it is declared without one; None when it is not declared."""
        if self.app_json and name in self.app_json.env:
            return self.app_json.env[name].value or ""
        if self.context.config_vars is not None and name in self.context.config_vars:
            return ""
        return None

    # ---- deployment ---------------------------------------------------------------------------------------------------

    @cached_property
    def declared_stack(self) -> str | None:
        """The stack that the context or app.json names."""
        return self.context.stack or (self.app_json.stack if self.app_json else None)

    @cached_property
    def stack(self) -> str:
        """The declared stack, else the platform's default (then `stack_assumed`)."""
        return self.declared_stack or ("container" if self.is_container else self.platform.default_stack)

    @cached_property
    def stack_assumed(self) -> bool:
        """Whether no file says which stack the app runs on."""
        return not self.declared_stack

    @cached_property
    def deploys(self) -> Deploys:
        """What scripts and workflows of the repository do when they deploy it."""
        from herolint.app.building.deploy_scripts import Deploys

        return Deploys(self)

    @cached_property
    def is_container(self) -> bool:
        """Whether the app is deployed as an image: stack `container`, or container files and no Procfile."""
        from herolint.app.building.detection import is_container

        return is_container(self)

    @cached_property
    def container_sure(self) -> bool:
        """Whether files or context say that it is a container app, so that this is not only taken for granted."""
        return self.is_container and bool(self.declared_stack or self.heroku_yml is not None or self.deploys.container)

    @cached_property
    def container_origin(self) -> str:
        """The file that makes it a container app (`heroku.yml`, `Dockerfile`), or empty."""
        if not self.is_container:
            return ""
        return "heroku.yml" if self.heroku_yml is not None else "Dockerfile"

    @cached_property
    def images(self) -> dict[str, Image]:
        """The container images by process type; empty for an app that buildpacks build."""
        if not self.is_container:
            return {}
        from herolint.app.running.image import images_of

        return images_of(self)

    @cached_property
    def web_image(self) -> Image | None:
        """The image of the web process, else the first one."""
        return self.images.get("web") or next(iter(self.images.values()), None)

    def image_of(self, process: str) -> Image | None:
        """The image that a process type runs in."""
        if not self.images:
            return None
        from herolint.app.running.container import image_of

        return image_of(self, process)

    @cached_property
    def old_bases(self) -> tuple[OldBase, ...]:
        """Images on a language's version that nobody looks after any more."""
        if not self.images:
            return ()
        from herolint.app.building.image_runtime import old_bases

        return tuple(old_bases(self))

    # ---- build --------------------------------------------------------------------------------------------------------

    @cached_property
    def buildpacks(self) -> tuple[str, ...]:
        """Buildpacks as far as files or context list them, in order; empty: detected."""
        return tuple(listed.url for listed in self.listed_buildpacks)

    @cached_property
    def listed_buildpacks(self) -> tuple[Listed, ...]:
        """The list of buildpacks with the places where they are named; empty: the platform detects one."""
        from herolint.app.building.detection import listed_buildpacks

        return listed_buildpacks(self)

    @cached_property
    def detected(self) -> tuple[Detected, ...]:
        """The official buildpacks that would take the app, in the platform's order: the first one builds it when none are listed."""
        from herolint.app.building.detection import detected_in

        return detected_in(self.slug, self.platform)

    @cached_property
    def build_outcomes(self) -> tuple[Outcome, ...]:
        """The failures and warnings of the next build."""
        from herolint.app.buildpacks import all_outcomes

        return tuple(all_outcomes(self))

    @cached_property
    def left_out(self) -> Needed | None:
        """What a process starts and no build makes, since another language's buildpack is the one that the platform takes."""
        from herolint.app.building.detection import left_out

        return left_out(self)

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

    # ---- processes ----------------------------------------------------------------------------------------------------

    @cached_property
    def processes(self) -> dict[str, Process]:
        """Process types by name."""
        from herolint.app.running.processes import processes_of

        return processes_of(self)

    @property
    def web(self) -> Process | None:
        """The process type that receives requests."""
        return self.processes.get("web")

    def procfile_place(self, name: str, label: str = "") -> Place:
        """The command of a process type as a place."""
        process = self.processes.get(name)
        if process is None:
            return Place(self.procfile_path or "", None, label)
        return Place(process.at.path, process.at.span, label)

    # ---- dependencies -------------------------------------------------------------------------------------------------

    @cached_property
    def dependencies(self) -> PythonDependencies:
        """What the Python installer will install."""
        from herolint.app.building.dependencies import python_dependencies

        return python_dependencies(self)

    @cached_property
    def installed(self) -> Installed | None:
        """What is installed beside the app's own code, and what that brings along; None when nothing can be said."""
        from herolint.app.building.installed import python_installed

        return python_installed(self)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Modules that reached code and its framework import, where nobody catches their absence."""
        from herolint.app.needs.imports import Judge
        from herolint.app.needs.uses import uses_of

        return tuple(uses_of(self, Judge(self).is_taken))

    @cached_property
    def unmet_imports(self) -> tuple[Unmet, ...]:
        """What reached code imports and will not find, or only by luck."""
        from herolint.app.needs.imports import unmet_imports

        if "package.json" not in self.slug:
            return tuple(unmet_imports(self))
        from herolint.app.buildpacks.node_imports import unmet_loads

        return (*unmet_imports(self), *unmet_loads(self))

    @cached_property
    def system(self) -> System:
        """What code needs of the operating system, and what gives it."""
        from herolint.app.needs.system import System

        return System(self)

    @cached_property
    def missing_gems(self) -> tuple[MissingGem, ...]:
        """Programs of gems that processes start and the bundle does not have."""
        if "Gemfile" not in self.slug:
            return ()
        from herolint.app.running.gem_programs import missing_gems

        return tuple(missing_gems(self))

    @cached_property
    def gem_server(self) -> NoServer | None:
        """How web serves where the bundle has no production server."""
        if "Gemfile" not in self.slug:
            return None
        from herolint.app.running.gem_programs import without_server

        return without_server(self)

    @cached_property
    def gem_crontab(self) -> Place | None:
        """The schedule that a gem turns into a crontab, which no dyno reads."""
        if "Gemfile" not in self.slug:
            return None
        from herolint.app.running.gem_programs import crontab_of_gem

        return crontab_of_gem(self)

    # ---- code ---------------------------------------------------------------------------------------------------------

    @cached_property
    def code(self) -> Program:
        """The app's code in every language: modules, links, folded values, reach, handlers, effects."""
        from herolint.app.program import Program

        return Program(self)

    @cached_property
    def go_commands(self) -> tuple[MainPackage, ...]:
        """The main packages of the Go module."""
        from herolint.app.building.go_build import main_packages

        return main_packages(self)

    @cached_property
    def mongo_addresses(self) -> tuple[MongoAddress, ...]:
        """The addresses that Mongoid's file gives for production."""
        if "config/mongoid.yml" not in self.slug:
            return ()
        from herolint.app.frameworks.mongoid import mongo_addresses

        return mongo_addresses(self)

    @cached_property
    def rails(self) -> Rails | None:
        """The Rails app, if there is one: what its configuration says for production."""
        if "config/application.rb" not in self.slug:
            return None
        from herolint.app.frameworks.rails import Rails

        gems = self.gemfile_lock
        return Rails(self) if gems is None or gems.has("railties", "rails") else None

    @cached_property
    def kept_uploads(self) -> tuple[KeptUploads, ...]:
        """Uploads that a framework or one of its libraries keeps on the disk by its settings."""
        if self.rails is None:
            if not any(path.endswith(".php") for path in self.slug):
                return ()
            from herolint.app.frameworks import laravel_uploads, wordpress

            return (*wordpress.kept_uploads(self), *laravel_uploads.kept_uploads(self))
        from herolint.app.frameworks.rails_data import kept_uploads

        return tuple(kept_uploads(self))

    @cached_property
    def data_sources(self) -> tuple[DataSource, ...]:
        """Databases on the dyno itself that settings of Spring or .NET name."""
        if not any(path.endswith(("pom.xml", ".gradle", ".gradle.kts", "proj")) for path in self.slug):
            return ()
        from herolint.app.services.data_sources import data_sources

        return tuple(data_sources(self))

    def why(self, path: str, line: int) -> list[str]:
        """Which process reaches a line, through which imports and calls, under which guards; one sentence each."""
        from herolint.app.why import explain

        return explain(self, path, line)


HAS: dict[str, Callable[[App], bool]] = {
    "files": lambda app: True,
    "procfile": lambda app: "Procfile" in app.slug or bool(app.picked_procfile),
    "processes": lambda app: bool(app.processes),
    "python": lambda app: app.language == "python",
    "code": lambda app: any(language_of(p) for p in app.slug),
    "app.json": lambda app: "app.json" in app.slug,
    "heroku.yml": lambda app: "heroku.yml" in app.slug,
    "dockerfile": lambda app: app.is_container,
    "aptfile": lambda app: "Aptfile" in app.slug,
    "slugignore": lambda app: app.slugignore is not None,
}
"""The kinds of facts that rules name as their needs: whether an app has them is seen without loading the rule."""
