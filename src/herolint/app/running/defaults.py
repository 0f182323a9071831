"""Process types that a buildpack declares by itself, where the Procfile has none of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.detection import buildpack_language
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


_OF_STATIC_SITES = "static.json"
"""What the buildpacks for static sites read, and nobody else does."""


def default_processes(app: App) -> dict[str, tuple[str, Place]]:
    """Name → command and what decides it, of the buildpack that will make the app's processes."""
    if app.is_container or not app.root.built:
        return {}
    make = _DEFAULTS.get(buildpack_language(app))
    return make(app) if make is not None else {}


def _node(app: App) -> dict[str, tuple[str, Place]]:
    """`npm start`, whatever else is there."""
    package = app.package_json
    if package is None or (_OF_STATIC_SITES in app.slug and not app.listed_buildpacks):
        return {}  # a buildpack for static sites, set outside of the repository, declares another one
    if "start" in package.scripts:
        return {"web": ("npm start", Place("package.json", package.scripts["start"][1]))}
    return {"web": ("npm start", Place("package.json"))}


def beside_others(app: App) -> str:
    """The first process type that the Procfile declares where it has no `web` and the buildpack adds one; empty where that is not so."""
    if app.web is None or app.web.origin != "default" or app.procfile is None:
        return ""
    return next((name for name in app.processes if name not in ("web", "release")), "")


def default_fails(app: App) -> bool:
    """Whether the `web` process that a buildpack declares by itself cannot start: no script of that name, and no file in its place."""
    package = app.package_json
    _, decided = default_processes(app).get("web", ("", Place("")))
    return package is not None and decided.path == "package.json" and "start" not in package.scripts and "server.js" not in app.slug


def _go(app: App) -> dict[str, tuple[str, Place]]:
    """Those of the Procfile that the buildpack writes."""
    from herolint.app.building.go_build import written_processes  # what other languages need is not loaded without them

    return written_processes(app)


def _ruby(app: App) -> dict[str, tuple[str, Place]]:
    """Those of the framework that Gemfile.lock names, without `console` and `rake`, which only run when somebody calls for them."""
    from herolint.app.building import ruby_build

    at = Place("Gemfile.lock" if app.gemfile_lock is not None else "Gemfile")
    return {name: (command, at) for name, command in ruby_build.default_processes(app).items() if name in ("web", "worker")}


def _php(app: App) -> dict[str, tuple[str, Place]]:
    """A web server with the root as its folder, whatever else is there."""
    return {"web": (app.platform.php.web, Place("composer.json" if "composer.json" in app.slug else "index.php"))}


def _java(app: App) -> dict[str, tuple[str, Place]]:
    """The archive of a framework that the buildpack knows, where there is no Procfile."""
    from herolint.app.building import java_build

    if app.procfile is not None or java_build.has_modules(app) or not (known := java_build.framework(app)):
        return {}
    maven = java_build.builds_maven(app)
    at = Place("pom.xml" if maven else next((path for path in ("build.gradle", "build.gradle.kts") if path in app.slug), "gradlew"))
    jar = (java_build.archive(app) if maven else "") or ("target/*.jar" if maven else "build/libs/*.jar")
    if known == "quarkus":
        jar = "target/quarkus-app/quarkus-run.jar" if maven else "build/quarkus-app/quarkus-run.jar"
    option = app.platform.jvm.frameworks[known].port
    return {"web": (f"java {f'-D{option}=$PORT ' if option else ''}$JAVA_OPTS -jar {jar}", at)}


def _dotnet(app: App) -> dict[str, tuple[str, Place]]:
    """One for each program of the solution."""
    from herolint.app.building import dotnet_build

    return dotnet_build.default_processes(app)


_DEFAULTS = {"node": _node, "go": _go, "ruby": _ruby, "php": _php, "java": _java, "dotnet": _dotnet}


def no_default_web(app: App) -> str:
    """Why no buildpack declares a web process for an app without Procfile, where one might; empty where it does or that is not known."""
    if app.procfile is not None or app.web is not None or app.is_container:
        return ""
    match buildpack_language(app):
        case "java":
            from herolint.app.building import java_build

            if java_build.starts_by_script(app):
                return ""
            if java_build.has_modules(app):
                return "the archives lie in modules' folders, and the buildpack looks into the root's alone"
            if not java_build.framework(app):
                return "the buildpack starts only archives of frameworks that it knows (Spring Boot, Quarkus, Micronaut)"
        case "dotnet":
            from herolint.app.building import dotnet_build

            serving = [one.path for one in dotnet_build.projects(app) if one.web]
            if len(serving) > 1:
                return f"{len(serving)} projects serve HTTP ({', '.join(serving[:2])}), and the buildpack takes none of them for web"
    return ""
