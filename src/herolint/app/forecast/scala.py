"""What the Scala buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.loading import properties
from herolint.app.buildpacks.scala import FILE
from herolint.app.forecast.java import runtime
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def steps(app: App) -> tuple[Step, ...]:
    """From the Java to the staged program."""
    found = properties(app, FILE).get("sbt.version")
    manager = (
        Line(f"sbt {found.value}", f"`{FILE}` says so", Place(FILE, found.span))
        if found is not None
        else Line("no sbt", f"{FILE} names none")
    )
    return (runtime(app), Step("package manager", (manager,)), Step("build", (Line("sbt compile stage", "nothing says otherwise"),)))
