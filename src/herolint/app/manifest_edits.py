"""Edits of the files that list what an app needs, where no lock has to agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.changes import AddLines, Change, Edit
from herolint.edits.text import replaced_in
from herolint.finding import Place
from herolint.knowledge.measured import release

if TYPE_CHECKING:
    from herolint.app.model import App


def requirement_added(app: App, name: str) -> tuple[Change, ...]:
    """One more line in requirements.txt, pinned where the others are; nothing where another manager or hashes decide what is installed."""
    listed = app.requirements
    if listed is None or app.dependencies.manifest != "requirements.txt" or any(item.hashes for item in listed.items):
        return ()
    if any(option.name == "--require-hashes" for option in listed.options) or listed.encoding_problem:
        return ()
    return (AddLines("requirements.txt", (asked_for(app, name),)),)


def asked_for(app: App, name: str, *, in_place_of: str = "") -> str:
    """How a line asks for a distribution: pinned to the release that the table knows where the other lines are."""
    items = app.requirements.items if app.requirements is not None else ()
    pinned = [item.pinned for item in items if item.name and item.name != in_place_of]
    known = release(name, None)
    return f"{name}=={known.version}" if known is not None and pinned and all(pinned) else name


def replaced_at(app: App, at: Place, old: str, new: str) -> tuple[Edit, ...]:
    """`new` in the place of the only `old` at a place: a name in a list, a plan, an address."""
    source = app.source(at.path) if at.path else None
    return replaced_in(source, at.span, old, new) if source is not None and at.span is not None else ()
