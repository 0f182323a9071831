"""The language that an image brings in its base (`FROM node:12-alpine`), where its makers no longer look after that version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place
from herolint.knowledge.images import name_and_tag
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.dockerfile import Dockerfile
    from herolint.source import Span

_VERSION = lazy(r"(\d+)(?:\.(\d+))?")


class OldBase(msgspec.Struct, frozen=True):
    """A base image of an unsupported version: the language and its version, the image's line, the oldest version that is supported."""

    language: str
    version: str
    at: Place
    oldest: str


def old_bases(app: App) -> Iterator[OldBase]:
    """The images that processes run in, each Dockerfile once."""
    told = set()
    for image in app.images.values():
        if image.path in told:
            continue
        told.add(image.path)
        found = brought(image.dockerfile)
        oldest = _oldest(app, found[0]) if found is not None else ()
        if found is not None and oldest and found[1] < oldest[: len(found[1])]:
            language, number, span = found
            yield OldBase(language, ".".join(map(str, number)), Place(image.path, span), ".".join(map(str, oldest)))


def brought(dockerfile: Dockerfile) -> tuple[str, tuple[int, ...], Span] | None:
    """The language that the base of an image brings, the one or two numbers of its version, and the line that says so."""
    if not dockerfile.lineage:
        return None
    stage = dockerfile.stages[dockerfile.lineage[0]]
    name, tag = name_and_tag(stage.base.lower())
    version = _VERSION.match(tag)
    language = _LANGUAGES.get(name.rpartition("/")[2] if name.startswith(("library/", "docker.io/")) else name)
    if version is None or language is None:
        return None
    return language, (int(version[1]), int(version[2])) if version[2] else (int(version[1]),), stage.span


_LANGUAGES = {"node": "Node.js", "python": "Python", "ruby": "Ruby", "golang": "Go"}


def _oldest(app: App, language: str) -> tuple[int, ...]:
    """The oldest version that still gets security fixes on the day of the run."""
    platform = app.platform
    if language == "Node.js":
        return (min(int(major) for major in platform.node.supported),)
    if language == "Go":
        minors = sorted((_numbers(minor) for minor in platform.go.latest), reverse=True)
        return min(minors[: platform.go.supported_minors])
    rows = platform.python.versions if language == "Python" else platform.ruby.versions
    return min((_numbers(row.minor) for row in rows if row.end_of_life > app.today), default=())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
