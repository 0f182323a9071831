"""What the buildpacks will say of an app, as far as its files decide it: failures and warnings of the next build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App

Topic = Literal["managers", "lock-stale", "version-invalid", "version-old", "not-built"]


class Outcome(msgspec.Struct, frozen=True):
    """One thing that the build will do or say. `fails`: the build stops there, or nothing starts after it; else it warns or goes on."""

    topic: Topic
    fails: bool
    message: str
    at: Place
    why: str
    fix: str
    related: tuple[Place, ...] = ()
    confidence: Confidence = Confidence.HIGH


def outcomes(app: App, *topics: Topic) -> Iterator[Outcome]:
    """What the builds of the app come to, for some topics."""
    if app.is_container or not app.root.built:
        return
    for name, has in _MODELS.items():
        if has(app):
            model = import_module(f"herolint.app.buildpacks.{name}")
            yield from (one for one in model.outcomes(app) if one.topic in topics)


_MODELS: dict[str, Callable[[App], bool]] = {
    "node": lambda app: "package.json" in app.slug,
    "go": lambda app: "go" in app.code.code.languages,
    "ruby": lambda app: "Gemfile" in app.slug,
}
"""The models of buildpacks, each loaded only for an app that has what its buildpack builds."""
