"""What will happen after the push, in order, as far as the app's files decide it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from herolint.app.building.detection import builders
from herolint.app.buildpacks import outcomes
from herolint.app.forecast.steps import Line, Stage, Step
from herolint.app.slug.slug_size import slug_report
from herolint.finding import Place
from herolint.knowledge.packages import MB
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.model import App

_MODELLED = ("python", "node", "ruby", "go", "php", "java", "scala", "clojure", "dotnet")
"""Languages whose build is known step by step."""


def stages(app: App) -> tuple[Stage, ...]:
    """The choice of buildpacks, the steps of each, and what comes after them."""
    return (Stage("", "", (_choice(app),)), *_built(app), Stage("", "", tuple(_after(app))))


def _choice(app: App) -> Step:
    if app.is_container:
        origin = app.container_origin
        images = app.images
        lines = [Line(f"no buildpack: {count(len(images), 'image')} built by Docker", f"`{origin}`", Place(origin))]
        paths = dict.fromkeys(image.path for image in images.values())
        return Step("buildpacks", (*lines, *(Line(f"docker build of `{path}`", "", Place(path)) for path in paths)))
    if app.listed_buildpacks:
        words = {"app.json": "app.json lists it", "context": "the app has it set", "deploy": "a script of the repository sets it"}
        return Step("buildpacks", tuple(Line(one.url, words[one.origin], one.at if one.at.path else None) for one in app.listed_buildpacks))
    if not app.detected:
        return Step("buildpacks", (Line("none", "no official buildpack recognises a file at the root"),))
    first, *others = app.detected
    lines = [Line(first.buildpack.name, f"`{first.file}` is at the root", Place(first.file if first.file in app.slug else ""))]
    for other in others:
        lines.append(
            Line(f"not {other.buildpack.name}", f"{first.buildpack.name} comes first, and one is taken (`{other.file}` would be its sign)")
        )
    return Step("buildpacks", tuple(lines))


def _built(app: App) -> Iterator[Stage]:
    if app.is_container:
        return
    said = tuple(outcomes(app, "advice"))
    for row in builders(app):
        if row.language in _MODELLED:
            model = import_module(f"herolint.app.forecast.{row.language}")
            found = tuple(one for one in said if one.language == row.language)
            yield Stage(row.name, row.language, model.steps(app), found)
        else:
            files = next((one.file for one in app.detected if one.buildpack is row), "")
            step = Step("build", (Line(row.builds or "its own build, which is not foretold here", f"`{files}`" if files else ""),))
            yield Stage(row.name, row.language, (step,))


def _after(app: App) -> Iterator[Step]:
    yield Step("slug", _slug(app))
    nothing = "the image names no command" if app.is_container else "there is no Procfile, and the buildpack declares none"
    yield Step("process types", tuple(_processes(app)) or (Line("none", nothing),))
    release = app.processes.get("release")
    if release is not None:
        yield Step("release", (Line(release.text, f"`{release.at.path}` has a release process", release.at),))


def _slug(app: App) -> tuple[Line, ...]:
    if app.is_container:
        return (Line("no slug", "images have no such limit"),)
    report = slug_report(app)
    limit = f"the limit is {app.platform.slug_limit_bytes // MB} MB"
    if report is None:
        return (Line(f"not weighed here ({limit})"),)
    estimate = report.estimate
    low, high, likely = (max(1, round(size / MB)) for size in (estimate.low, estimate.high, estimate.likely))
    return (Line(f"about {likely} MB compressed, between {low} and {high} ({limit})", "the packages' sizes; `herolint slug` shows them"),)


def _processes(app: App) -> Iterator[Line]:
    for name, process in app.processes.items():
        if name != "release":
            origin = "the buildpack declares it" if process.origin == "default" else f"`{process.at.path}` declares it"
            yield Line(f"{name}: {process.text}", origin, process.at if process.at.path else None)
