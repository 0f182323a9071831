"""What stops the build of an image: files to copy that the repository does not have, and package lists that are not served any more."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place
from herolint.knowledge.images import left_release
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.running.image import Image

_UPDATES = lazy(r"(?:^|[\s;&|])apt(?:-get)?(?:\s+-\S+)*\s+update\b")
_OTHER_LISTS = lazy(r"archive\.debian\.org|sources\.list|snapshot\.debian\.org")
_NOT_A_PATH = lazy(r"[$*?\[\\]|://|^git@|^<<")


class Stop(msgspec.Struct, frozen=True):
    """A step at which the build of an image ends: its place, what is wrong, what the log says, and what to do."""

    at: Place
    said: str
    log: str
    fix: str


def stops(app: App) -> Iterator[Stop]:
    """Steps of images that cannot succeed; of an image that is built elsewhere, only those that need nothing of the repository."""
    told: set[Place] = set()
    for image in app.images.values():
        for part in (image, *image.sources):
            pushed = app.heroku_yml is not None and not app.deploys.container
            for stop in (*(_missing(app, part) if pushed else ()), *_without_lists(part)):
                if stop.at not in told:
                    told.add(stop.at)
                    yield stop


def _missing(app: App, image: Image) -> Iterator[Stop]:
    """Files that a COPY asks for; locks of dependencies are left to the rule about those."""
    locks = {name for row in app.platform.locks.all if row.manifest in app.slug for name in row.locks}
    for copy in image.copies:
        for source in copy.sources if not copy.stage and not copy.at.heredocs else ():
            path = posixpath.normpath(posixpath.join(image.context, source.lstrip("/")))
            if _NOT_A_PATH.search(source) or path.startswith("..") or source in locks or app.workspace.exists(path):
                continue
            reason = app.workspace.unpushed_reason(path)
            yield Stop(
                Place(image.path, copy.at.span, "not there"),
                f"{copy.at.keyword} asks for {path}, which is not {f'pushed ({reason})' if reason else 'in the repository'}",
                f"`{source}`: not found",
                f"commit {path}, or make it in the image",
            )


def _without_lists(image: Image) -> Iterator[Stop]:
    release = left_release(image.base_name)
    for one in image.dockerfile.final_instructions if release else ():
        if _OTHER_LISTS.search(one.args):
            return
        if one.keyword == "RUN" and "||" not in one.args and _UPDATES.search(one.args):
            yield Stop(
                Place(image.path, one.span, "no lists"),
                f"apt has no package lists any more for {release}, on which `{image.base_name}` is built",
                f"the repository '… {release.rpartition(' ')[2].strip('()')} Release' does not have a Release file",
                "build on an image of a release that is kept, as `…-bookworm` or `…-trixie`",
            )
            return
