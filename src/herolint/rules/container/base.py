"""What an image is built on: a base that stays the same, for the processors that dynos have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.formats.dockerfile import Stage
from herolint.formats.shell import Command, Word
from herolint.knowledge.images import name_and_tag
from herolint.patterns import lazy
from herolint.rules.registry import ERROR, NOTE, report, rule

if TYPE_CHECKING:
    from herolint.app.running.image import Image

_MOVING = frozenset(
    """
    latest main master trunk head edge nightly dev develop devel stable unstable testing lts current mainline rolling next canary release
    alpine slim full minimal fpm apache cli jdk jre debian ubuntu default prod production
    """.split()
)
"""Words of tags that say nothing of a version."""
_FOREIGN = lazy(r"(?<![a-z0-9])(?:arm64(?:v8)?|aarch64|arm32v[567]|armv[67]l?|armhf)(?![a-z0-9])")
_DOWNLOADS = frozenset({"curl", "wget", "aria2c"})


@rule("HL805", "docker-unpinned-base", NOTE, needs=("dockerfile",))
def docker_unpinned_base(app: App) -> Iterator[Finding]:
    """A base image whose tag is a moving one: one note for each Dockerfile."""
    told = set()
    for image in app.images.values():
        stage = next((stage for stage in _bases(image) if _moves(stage.base)), None)
        if stage is None or image.path in told:
            continue
        told.add(image.path)
        name, tag = name_and_tag(stage.base)
        yield report(
            "HL805",
            f"`{stage.base}` names no version: each build takes the one of its day"
            if tag
            else f"`{name}` has no tag: each build takes the newest",
            Place(image.path, stage.span, "moves"),
            why="a build of the same commit may bring another major version; the platform keeps no image up to date for you either",
            fix=f"write the version that you test with behind it: `{name}:…`" if tag in ("", "latest") else "add the version to the tag",
        )


def _bases(image: Image) -> Iterator[Stage]:
    """The stages on public images that make up the image: its own, then those that it copies from."""
    stages = image.dockerfile.stages
    if image.dockerfile.lineage:
        yield stages[image.dockerfile.lineage[0]]
    for built in image.sources:
        if built.dockerfile.lineage:
            yield stages[built.dockerfile.lineage[0]]


def _moves(reference: str) -> bool:
    if "@" in reference or "$" in reference or reference in ("", "scratch"):
        return False
    _, tag = name_and_tag(reference.lower())
    return not tag or all(word in _MOVING for word in re.split(r"[-_.]", tag))


@rule("HL806", "docker-wrong-architecture", ERROR, needs=("dockerfile",))
def docker_wrong_architecture(app: App) -> Iterator[Finding]:
    """An image, or a program in it, that is made for ARM."""
    told = set()
    for image in app.images.values():
        found = next(_foreign(image), None)
        if found is None or image.path in told:
            continue
        told.add(image.path)
        what, place, confidence = found
        yield report(
            "HL806",
            f"{what} is for ARM, and dynos of the container stack are {app.platform.container.architecture}",
            place,
            why="the program cannot be executed: `Exec format error`, and the dyno ends with status 126 (H10)",
            fix=f"build for `linux/{app.platform.container.architecture}`, or leave the platform out",
            confidence=confidence,
        )


def _foreign(image: Image) -> Iterator[tuple[str, Place, Confidence]]:
    stages = image.dockerfile.stages
    for index in image.dockerfile.lineage:
        stage = stages[index]
        if stage.platform and _FOREIGN.search(stage.platform.lower()):
            yield f"`--platform={stage.platform}`", Place(image.path, stage.span, stage.platform), Confidence.HIGH
        elif _FOREIGN.search(stage.base.lower()) and "$" not in stage.base:
            yield f"`{stage.base}`", Place(image.path, stage.span, "for ARM"), Confidence.HIGH
    for built in (image, *image.sources):
        for one in built.dockerfile.final_instructions:
            if one.keyword == "ENV" and re.search(r"\bGOARCH[= ]arm(?:64)?\b", one.args):
                yield "the Go program", Place(image.path, one.args_span, "GOARCH"), Confidence.HIGH
        for _, commands in built.runs:
            yield from _in_commands(image.path, commands)


def _in_commands(path: str, commands: tuple[Command, ...]) -> Iterator[tuple[str, Place, Confidence]]:
    """Compilers that are told to build for ARM, and programs for ARM that are fetched."""
    for command in commands:
        for one in command.assignments:
            if one.name == "GOARCH" and one.value.text in ("arm", "arm64"):
                yield "the Go program", Place(path, one.span, "GOARCH"), Confidence.HIGH
        if command.conditional or not command.words:
            continue
        program = posixpath.basename(command.words[0].text)
        for word in command.words[1:]:
            if program == "cargo" and word.text.startswith(("aarch64-", "--target=aarch64-")):
                yield "the Rust program", Place(path, word.span, "target"), Confidence.HIGH
            elif program in _DOWNLOADS and _fetched(word):
                yield "what is fetched here", Place(path, word.span, "for ARM"), Confidence.MEDIUM


def _fetched(word: Word) -> bool:
    return word.literal and word.text.startswith(("http://", "https://")) and _FOREIGN.search(word.text.lower()) is not None
