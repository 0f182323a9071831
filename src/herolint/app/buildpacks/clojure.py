"""What the Clojure buildpack will say: what project.clj asks for, and which Java it installs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import builds_with
from herolint.app.buildpacks import Outcome, jvm
from herolint.finding import Confidence, Place
from herolint.formats.project_clj import parse

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.project_clj import ProjectClj

FILE = "project.clj"
_LEAST = ":min-lein-version"
_OWN_LEIN = "bin/lein"


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings."""
    if not builds_with(app, "heroku/clojure"):
        return
    yield from jvm.outcomes(app)
    source = app.document(FILE)
    project = parse(source) if source is not None and not source.is_binary else None
    if project is None:
        return
    if project.malformed:
        yield Outcome(
            "managers", True, f"a bracket or a quote is missing in {FILE}, or stands there in vain", Place(FILE),
            "the build stops: Unable to parse project.clj", "mend it: `lein version` tells whether it can be read",
        )  # fmt: skip
        return
    yield from _plugins(app, project)
    yield from _leiningen(app, project)


def _plugins(app: App, project: ProjectClj) -> Iterator[Outcome]:
    """A plug-in that calls npm, which another buildpack must have installed."""
    listed, span = project.entries.get(":plugins", ("", None))
    if "lein-npm" not in listed or any(one.buildpack is None or one.buildpack.language == "node" for one in app.listed_buildpacks):
        return
    yield Outcome(
        "managers", True, "the plug-in lein-npm calls npm, and no buildpack installs Node.js", Place(FILE, span),
        "the build stops: Your project.clj references lein-npm but npm is not available",
        "list heroku/nodejs before heroku/clojure, in app.json and with `heroku buildpacks:add --index 1 heroku/nodejs`",
        confidence=Confidence.HIGH if app.listed_buildpacks else Confidence.MEDIUM,
    )  # fmt: skip


def _leiningen(app: App, project: ProjectClj) -> Iterator[Outcome]:
    """Without a version the buildpack takes it for a project of Leiningen 1."""
    wanted = project.text(_LEAST)
    if (wanted and not wanted.startswith("1")) or _OWN_LEIN in app.slug:
        return
    yield Outcome(
        "version-invalid", True, f"{FILE} asks for Leiningen {wanted}" if wanted else f"{FILE} has no {_LEAST}, which means Leiningen 1",
        Place(FILE, project.entries[_LEAST][1] if wanted else None),
        "the build stops: Leiningen 1.x is no longer supported", f'write `{_LEAST} "2.0.0"` into {FILE}',
    )  # fmt: skip
