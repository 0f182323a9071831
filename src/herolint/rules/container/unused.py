"""Container files that the platform does not read: docker-compose, and a Dockerfile beside a buildpack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import builders
from herolint.app.folding.config_vars import orders
from herolint.app.model import App
from herolint.finding import Finding, Place
from herolint.knowledge.images import ServiceKind, service_of
from herolint.platforms.addons import load_addons
from herolint.rules.registry import NOTE, report, rule

if TYPE_CHECKING:
    from herolint.formats.compose import Service


@rule("HL807", "compose-ignored", NOTE)
def compose_ignored(app: App) -> Iterator[Finding]:
    """Databases and their like that only docker-compose starts, and for which the app orders no add-on."""
    if app.compose is None or not app.root.deployed:
        return
    path, compose = app.compose
    kinds: dict[str, tuple[ServiceKind, Service]] = {}
    table = load_addons().stands_for
    for service in compose.services:
        kind = service_of(service.image.text) if service.image is not None else None
        if kind is not None and not (kind.kind in table and orders(app, table[kind.kind])):
            kinds.setdefault(kind.kind, (kind, service))
    if not kinds:
        return
    found = [kind for kind, _ in kinds.values()]
    first = next(iter(kinds.values()))[1]
    addons = [table[kind.kind] for kind in found if kind.kind in table]
    others = [kind.name for kind in found if kind.kind not in table]
    advice = [f"`heroku addons:create {addon}`" for addon in addons] + [f"an account with a host of {name}" for name in others]
    yield report(
        "HL807",
        f"{_list([kind.name for kind in found])} {'runs' if len(found) == 1 else 'run'} in {path} only: Heroku does not read it",
        Place(path, first.span, "only here"),
        why="on a dyno there is nothing under the names of its services; addresses come from add-ons, as config vars",
        fix=f"in its place: {_list(advice)}",
    )


@rule("HL808", "dockerfile-unused", NOTE)
def dockerfile_unused(app: App) -> Iterator[Finding]:
    """A Dockerfile at the root of an app that a buildpack builds."""
    if app.is_container or not app.root.deployed or "Dockerfile" not in app.workspace.files or app.heroku_yml is not None:
        return
    image = app.dockerfile()
    if not builders(app) or image is None or not image.stages:
        return
    yield report(
        "HL808",
        "the Dockerfile has no part in a deploy: a buildpack builds the app",
        Place("Dockerfile", image.stages[0].span, "not used"),
        why="a push is built from a Dockerfile on the stack `container` only",
        fix="nothing to do where it serves other purposes; to deploy it, write heroku.yml and run `heroku stack:set container`",
    )


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
