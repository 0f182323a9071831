"""Process types that a buildpack declares by itself, where the Procfile has none of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.detection import buildpack_language
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
    from herolint.app.go_build import written_processes  # what other languages need is not loaded without them

    return written_processes(app)


def _ruby(app: App) -> dict[str, tuple[str, Place]]:
    """Those of the framework that Gemfile.lock names, without `console` and `rake`, which only run when somebody calls for them."""
    from herolint.app import ruby_build

    at = Place("Gemfile.lock" if app.gemfile_lock is not None else "Gemfile")
    return {name: (command, at) for name, command in ruby_build.default_processes(app).items() if name in ("web", "worker")}


_DEFAULTS = {"node": _node, "go": _go, "ruby": _ruby}
