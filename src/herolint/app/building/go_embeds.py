"""Files that Go's compiler puts into a program: `//go:embed` and its patterns."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.go_build import constraints_hold, listed_files
from herolint.app.linking.codebase import MAX_SOURCE_BYTES
from herolint.code import facts_of
from herolint.finding import Place
from herolint.globs import matches
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App


class Embed(msgspec.Struct, frozen=True):
    """One pattern: as it is written, from the app's root, and the comment that holds it."""

    text: str
    path: str
    at: Place

    def among(self, paths: Collection[str]) -> list[str]:
        """The paths that it matches: files, and everything below folders."""
        return [path for path in paths if matches("/" + self.path, path)]


def embeds(app: App) -> Iterator[Embed]:
    """The patterns of the files that the build lists."""
    for path in listed_files(app):
        source = app.document(path)
        if path.endswith("_test.go") or source is None or b"//go:embed" not in source.data or len(source.data) > MAX_SOURCE_BYTES:
            continue
        module = facts_of(source, app.cache)
        if module is None or not constraints_hold(app, module):
            continue
        for name, text, start, end in module.directives:
            for pattern in text.split() if name == "go:embed" else ():
                written = pattern.strip('"`')
                wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), written.removeprefix("all:")))
                yield Embed(written, wanted, Place(path, Span(start, end)))
