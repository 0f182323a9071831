"""What the Clojure buildpack will say: which Java it installs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import builds_with
from herolint.app.buildpacks import Outcome, jvm

if TYPE_CHECKING:
    from herolint.app.model import App


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings."""
    if builds_with(app, "heroku/clojure"):
        yield from jvm.outcomes(app)
