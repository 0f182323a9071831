"""What files say of other hosts: that one of them builds the root, or is given a folder of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from herolint.knowledge.other_hosts import load as load_other_hosts

if TYPE_CHECKING:
    from herolint.app.model import App


def goes_elsewhere(app: App, folders: Iterable[str]) -> bool:
    """Whether the root goes to a host of pages, or another host gets one of the folders alone: it is not what the platform is given."""
    if any(path in app.workspace.files for path in load_other_hosts().pages):
        return True
    given = set(_given(app))
    return any(folder in given for folder in folders)


def _given(app: App) -> Iterator[str]:
    """The folders that a blueprint names as the roots of its services."""
    from herolint.formats import yaml_tree

    for path in load_other_hosts().blueprints:
        source = app.source(path)
        if source is None or source.is_binary or b"rootDir" not in source.data:
            continue
        services = yaml_tree.load(source).get("services")
        for service in services.items if services is not None else ():
            if folder := service.text("rootDir"):
                yield posixpath.normpath(folder)
