"""What the Clojure buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.forecast.java import runtime
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def steps(app: App) -> tuple[Step, ...]:
    """The Java, and the build."""
    return (runtime(app), Step("build", (Line("lein with-profile production compile :all", "`project.clj`", Place("project.clj")),)))
