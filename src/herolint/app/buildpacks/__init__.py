"""What the buildpacks will say of an app, as far as its files decide it: failures and warnings of the next build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.changes import Change
from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App

Topic = Literal[
    "managers", "lock-stale", "version-invalid", "version-old", "not-built", "not-installable", "not-together", "committed", "advice"
]
"""`advice` is what the build log says and no rule repeats."""


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
    edits: tuple[Change, ...] = ()
    """What mends it, where that can be done for sure."""
    safe: bool = True
    """Whether the edits change nothing else."""
    language: str = ""
    """Whose build it is; filled in by `all_outcomes`."""


def outcomes(app: App, *topics: Topic) -> Iterator[Outcome]:
    """What the builds of the app come to, for some topics."""
    return (one for one in app.build_outcomes if one.topic in topics)


def all_outcomes(app: App) -> Iterator[Outcome]:
    """Everything that the builds of the app come to, buildpack by buildpack. `App.build_outcomes` keeps it."""
    if app.is_container or not app.root.built:
        return
    for name, has in _MODELS.items():
        if has(app):
            model = import_module(f"herolint.app.buildpacks.{name}")
            yield from (msgspec.structs.replace(one, language=name) for one in model.outcomes(app))


def _has_go(app: App) -> bool:
    return any(path.endswith(".go") for path in app.slug) or any(path in app.slug for path in app.platform.go.removed_tools)


_JAVA = ("pom.xml", "gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
_DOTNET = (".sln", ".slnx", ".csproj", ".vbproj", ".fsproj", ".cs")

_MODELS: dict[str, Callable[[App], bool]] = {
    "node": lambda app: "package.json" in app.slug,
    "go": _has_go,
    "ruby": lambda app: "Gemfile" in app.slug,
    "python": lambda app: app.language == "python",
    "php": lambda app: "composer.json" in app.slug or "index.php" in app.slug,
    "java": lambda app: any(path in app.slug for path in _JAVA),
    "scala": lambda app: any(path.endswith(".sbt") or path.startswith("project/") for path in app.slug),
    "clojure": lambda app: "project.clj" in app.slug,
    "dotnet": lambda app: any("/" not in path and path.endswith(_DOTNET) for path in app.slug),
}
"""The models of buildpacks, each loaded only for an app that has what its buildpack builds."""
