"""What files say of other hosts: that one of them builds the root, or is given a folder of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from herolint.app.model import App

_OF_PAGES = ("vercel.json", "now.json", "netlify.toml", "firebase.json", ".firebaserc", "wrangler.toml", "wrangler.jsonc", "amplify.yml")
"""Files that tell a host of pages how to build the folder that they lie in."""
_BLUEPRINTS = ("render.yaml", "render.yml")


def goes_elsewhere(app: App, folders: Iterable[str]) -> bool:
    """Whether the root goes to a host of pages, or another host gets one of the folders alone: it is not what the platform is given."""
    if any(path in app.workspace.files for path in _OF_PAGES):
        return True
    given = set(_given(app))
    return any(folder in given for folder in folders)


def _given(app: App) -> Iterator[str]:
    """The folders that a blueprint names as the roots of its services."""
    from herolint.formats import yaml_tree

    for path in _BLUEPRINTS:
        source = app.source(path)
        if source is None or source.is_binary or b"rootDir" not in source.data:
            continue
        services = yaml_tree.load(source).get("services")
        for service in services.items if services is not None else ():
            if folder := service.text("rootDir"):
                yield posixpath.normpath(folder)
