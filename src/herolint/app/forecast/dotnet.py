"""What the .NET buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.dotnet_build import PROJECTS, SOLUTIONS, at_root, projects
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def steps(app: App) -> tuple[Step, ...]:
    """From the SDK to what is published."""
    what = next(iter((*at_root(app, SOLUTIONS), *at_root(app, PROJECTS))), "")
    return (
        Step("runtime", (_sdk(app),)),
        Step("build", (Line(f"dotnet publish {what} into bin/publish of each project", f"`{what}` is at the root", Place(what)),)),
    )


def _sdk(app: App) -> Line:
    if "global.json" in app.slug:
        return Line(".NET SDK as global.json says", "`global.json`", Place("global.json"))
    chosen = max((one for one in projects(app) if one.release is not None), key=lambda one: one.framework, default=None)
    if chosen is None:
        return Line(".NET SDK of no known version", "no project says its framework as `net` with a number")
    return Line(f".NET SDK {chosen.release}.0", f"`{chosen.path}` is for {chosen.framework}", chosen.at)
