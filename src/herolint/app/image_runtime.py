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
        lineage = image.dockerfile.lineage
        if not lineage or image.path in told:
            continue
        told.add(image.path)
        stage = image.dockerfile.stages[lineage[0]]
        name, tag = name_and_tag(stage.base.lower())
        version = _VERSION.match(tag)
        language = _LANGUAGES.get(name.rpartition("/")[2] if name.startswith(("library/", "docker.io/")) else name)
        if version is None or language is None:
            continue
        number = (int(version[1]), int(version[2])) if version[2] else (int(version[1]),)
        oldest = _oldest(app, language)
        if oldest and number < oldest[: len(number)]:
            yield OldBase(language, ".".join(map(str, number)), Place(image.path, stage.span), ".".join(map(str, oldest)))


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
