"""What the buildpacks will say of an app, as far as its files decide it: failures and warnings of the next build."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App

Topic = Literal["managers", "lock-stale", "version-invalid", "version-old", "not-built"]


class Outcome(NamedTuple):
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
    from herolint.app.buildpacks import go, node, ruby

    if app.is_container or not app.root.deployed:
        return
    for buildpack in (node, go, ruby):
        yield from (one for one in buildpack.outcomes(app) if one.topic in topics)
