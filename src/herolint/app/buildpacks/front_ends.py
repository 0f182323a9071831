"""Pages that a bundler makes in a subfolder, and that the app's code serves from there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import chosen_by_hand
from herolint.app.building.python_build import builds_python
from herolint.app.keeping.storage import absolute, path_text
from herolint.app.linking.operators import HOME
from herolint.code import facts
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.program import Effect

MANIFEST = "package.json"
"""What stands in the folder of a front end."""


class Unbuilt(msgspec.Struct, frozen=True):
    """Code that serves `folder`, which is not pushed and which only a build of the front end in `maker` would write.

    `scripts`: the build runs scripts of the root's package.json, which could do it and do not.
    """

    effect: Effect
    expr: facts.AnyExpr
    folder: str
    maker: Place
    scripts: bool


def _builds_scripts(app: App) -> bool:
    from herolint.app.buildpacks.node import builds_node

    return builds_node(app)


def unbuilt_pages(app: App) -> Iterator[Unbuilt]:
    """Served folders that nothing makes; none where a build step may make them that cannot be followed from here."""
    scripts = MANIFEST in app.slug
    if not (_builds_scripts(app) if scripts else builds_python(app)) or len(app.listed_buildpacks) > 1 or chosen_by_hand(app):
        return
    if any(hook in app.slug for hook in app.platform.python.hooks):
        return
    seen = set()
    for effect in app.code.effects_of("serves-folder"):
        expr, value = app.code.argument(effect, effect.row.path)
        text = path_text(value)
        if expr is None or text is None or "{}" in text or not effect.runs:
            continue
        places = [absolute(text), posixpath.normpath(posixpath.join(HOME, posixpath.dirname(effect.mod.path), text))]
        folders = [place.removeprefix(HOME + "/") for place in places if place.startswith(HOME + "/")]
        maker = next((found for folder in folders if (found := _maker(app, folder)) is not None), None)
        if maker is None or maker[0] in seen or any(app.workspace.exists(folder) for folder in folders):
            continue
        if scripts and (app.builds_in(posixpath.dirname(maker[1].path)) or not app.build_output(f"{maker[0]}/index.html")):
            continue
        seen.add(maker[0])
        yield Unbuilt(effect, expr, *maker, scripts)


def _maker(app: App, folder: str) -> tuple[str, Place] | None:
    """The folder, and the manifest of the front end that it lies in."""
    above = posixpath.dirname(folder)
    while above:
        manifest = f"{above}/{MANIFEST}"
        if manifest in app.slug:
            return folder, Place(manifest, None, "the front end that would make it")
        above = posixpath.dirname(above)
    return None
