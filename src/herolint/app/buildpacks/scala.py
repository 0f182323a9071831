"""What the Scala buildpack will say: the version of sbt, and whether there is anything to stage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import builds_with
from herolint.app.buildpacks import Outcome, jvm
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.platforms.languages import ScalaFacts

FILE = "project/build.properties"
KEY = "sbt.version"
_STAGES = lazy(r"native-packager|sbt-plugin|playframework|typesafe\.play|\bstage\b|PlayScala|JavaAppPackaging|sbt-start-script")


def builds_scala(app: App) -> bool:
    """Whether Heroku's Scala buildpack will build the app."""
    return builds_with(app, "heroku/scala")


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    if not builds_scala(app):
        return
    yield from jvm.outcomes(app)
    from herolint.app.building.loading import properties

    found = properties(app, FILE).get(KEY)
    if found is None or not found.value:
        there = FILE in app.slug
        yield Outcome(
            "version-invalid", True, f"{FILE} says no `{KEY}`" if there else f"there is no {FILE}", Place(FILE if there else ""),
            f"the build stops: {KEY} is not set", f"write `{KEY}={app.platform.scala.sbt_example}` into {FILE} and commit it",
        )  # fmt: skip
        return
    yield from _version(app.platform.scala, found.value, Place(FILE, found.span))
    files = [path for path in app.slug if re.fullmatch(r"(?:project/)?[^/]+\.sbt|project/[^/]+\.scala", path)]
    texts = [source.text for path in files if (source := app.document(path)) is not None]
    if not any(_STAGES.search(text) for text in texts):
        yield Outcome(
            "not-built", True, "no plug-in of sbt makes a task called `stage`", Place(next((path for path in files if "/" not in path), FILE)),
            "the build stops: it runs `sbt compile stage`",
            'add sbt-native-packager to project/plugins.sbt, and `enablePlugins(JavaAppPackaging)`', confidence=Confidence.MEDIUM,
        )  # fmt: skip


def _version(scala: ScalaFacts, text: str, at: Place) -> Iterator[Outcome]:
    if text in scala.sbt_warned:
        yield Outcome(
            "version-old", False, f"sbt {text} is the last of a line that nobody looks after", at,
            "the build warns; a later buildpack will refuse it", "move to sbt 1",
        )  # fmt: skip
    elif not scala.takes_sbt(text):
        yield Outcome(
            "version-invalid", True, f"the build does not take sbt {text}", at,
            "the build stops: unsupported sbt version", f"write a release of sbt 1, such as `{KEY}={scala.sbt_example}`",
        )  # fmt: skip
