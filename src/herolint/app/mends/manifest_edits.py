"""Edits of the files that list what an app needs, where no lock has to agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.changes import AddLines, Change, Edit
from herolint.edits.json import with_entry, with_sorted_entry, without_entry, without_item
from herolint.edits.text import replaced_in
from herolint.finding import Place
from herolint.knowledge.brings import needs
from herolint.knowledge.measured import release

if TYPE_CHECKING:
    from collections.abc import Container

    from herolint.app.model import App
    from herolint.formats.requirements import Requirement


def requirement_added(app: App, name: str) -> tuple[Change, ...]:
    """One more line in requirements.txt, pinned where the others are; nothing where another manager or hashes decide what is installed."""
    listed = app.requirements
    if listed is None or app.dependencies.manifest != "requirements.txt" or any(item.hashes for item in listed.items):
        return ()
    if any(option.name == "--require-hashes" for option in listed.options) or listed.encoding_problem:
        return ()
    return (AddLines("requirements.txt", (asked_for(app, name),)),)


def asked_for(app: App, name: str, *, in_place_of: str = "") -> str:
    """How a line asks for a distribution: pinned to the release that the table knows where the other lines are.

    Without a pin where one of those is of another time and what it needs: the installer then finds the release that goes with it.
    """
    items = app.requirements.items if app.requirements is not None else ()
    pinned = [item.pinned for item in items if item.name and item.name != in_place_of]
    known = release(name, None)
    if known is None or not pinned or not all(pinned) or any(_is_of_another_time(item, needs(name)) for item in items):
        return name
    return f"{name}=={known.version}"


def left_to_pin(app: App, edits: tuple[Change, ...]) -> str:
    """What is left to do by hand behind such a line that names no release, among others that do: nothing here knows which one fits."""
    items = [item for item in (app.requirements.items if app.requirements is not None else ()) if item.name]
    added = [line for edit in edits if isinstance(edit, AddLines) for line in edit.lines if "==" not in line]
    return f"pin the release of `{added[0]}` that you have tried" if added and items and all(item.pinned for item in items) else ""


def _is_of_another_time(item: Requirement, needed: Container[str]) -> bool:
    """Whether a line pins something that is needed to another major version than that of the day of the table."""
    now = release(item.name, None) if item.name in needed else None
    return now is not None and item.pinned is not None and item.pinned.partition(".")[0] != now.version.partition(".")[0]


def for_production(app: App, name: str) -> tuple[Edit, ...]:
    """A package of the root's package.json as a dependency, so that it stays after the build; nothing where a lock tells the two apart."""
    source, package = app.source("package.json"), app.package_json
    root = package.tree.root if package is not None else None
    if source is None or root is None or "pnpm-lock.yaml" in app.slug:
        return ()
    version, development = root.text("devDependencies", name), root.get("devDependencies")
    if version is None or development is None:
        return ()
    listed = root.get("dependencies")
    added = (
        with_sorted_entry(source, listed, name, version)
        if listed is not None
        else with_entry(source, root, "dependencies", {name: version})
    )
    return (*without_entry(source, development, name), *added) if added else ()


def replaced_at(app: App, at: Place, old: str, new: str) -> tuple[Edit, ...]:
    """`new` in the place of the only `old` at a place: a name in a list, a plan, an address."""
    source = app.source(at.path) if at.path else None
    return replaced_in(source, at.span, old, new) if source is not None and at.span is not None else ()


def buildpack_replaced(app: App, at: Place, url: str, new: str) -> tuple[Edit, ...]:
    """Another buildpack in the place of a listed one; where the list comes to have that one anyway, the entry goes."""
    declared = app.app_json
    source, root = app.source("app.json"), declared.tree.root if declared is not None else None
    listed = root.get("buildpacks") if root is not None else None
    if at.path != "app.json" or declared is None or source is None or listed is None or at.span is None:
        return replaced_at(app, at, url, new)
    for one in declared.buildpacks:
        row = app.platform.buildpack(one.url)
        if one.url == new or (row is not None and row.instead == new and one.span.start < at.span.start):
            here = next((number for number, item in enumerate(listed.items) if at.span.within(item.span)), None)
            return without_item(source, listed, here) if here is not None else ()
    return replaced_at(app, at, url, new)
