"""Edits of the files that list what an app needs, where no lock has to agree with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.changes import AddLines, Change
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
    pinned = [item.pinned for item in listed.items if item.name]
    known = release(name, None)
    line = f"{name}=={known.version}" if known is not None and pinned and all(pinned) else name
    return (AddLines("requirements.txt", (line,)),)
