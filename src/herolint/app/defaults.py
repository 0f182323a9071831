"""Process types that a buildpack declares by itself, where the Procfile has none of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.detection import buildpack_language
from herolint.app.go_build import written_processes
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def default_processes(app: App) -> dict[str, tuple[str, Place]]:
    """Name → command and what decides it, of the buildpack that will make the app's processes."""
    if app.is_container or not app.root.deployed:
        return {}
    make = _DEFAULTS.get(buildpack_language(app))
    return make(app) if make is not None else {}


def _node(app: App) -> dict[str, tuple[str, Place]]:
    """`npm start`, whatever else is there."""
    package = app.package_json
    if package is None:
        return {}
    if "start" in package.scripts:
        return {"web": ("npm start", Place("package.json", package.scripts["start"][1]))}
    return {"web": ("npm start", Place("package.json"))}


_DEFAULTS = {"node": _node, "go": written_processes}
