"""Programs that a compiling buildpack makes, against those that the processes start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import builders, reads_aptfile
from herolint.app.launching.launch import Launch
from herolint.app.linking.operators import HOME
from herolint.app.running.processes import Process
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_SHELL_WORDS = lazy(r"[A-Za-z0-9._-]+\Z")


class NotBuilt(msgspec.Struct, frozen=True):
    """A program that nothing makes: as it was written, what the build makes instead, and how sure that is."""

    process: Process
    launch: Launch
    at: Place
    written: str
    made: tuple[str, ...]
    near: str | None
    confidence: Confidence


TOOLCHAIN_VARIABLE = "GO_INSTALL_TOOLS_IN_IMAGE"
"""The config var that leaves the compiler in the slug."""


def keeps_toolchain(app: App) -> bool:
    """Whether the compiler is there at run time."""
    return app.config_var(TOOLCHAIN_VARIABLE) is not None


def not_built(app: App) -> Iterator[NotBuilt]:
    """Commands that start a binary which the build does not make."""
    if not app.root.deployed or app.go_mod is None:
        return
    from herolint.app.building.go_build import binaries, builds_go, listed_files

    if not builds_go(app) or not listed_files(app):
        return
    if any(hook in app.slug for hook in app.platform.go.hooks):
        return
    made = tuple(sorted(binaries(app)))
    for process in app.processes.values():
        for launch in process.launches:
            found = None if _comes_with_the_dyno(app, launch) else _missing(app, process, launch, made)
            if found is not None:
                yield found


def _comes_with_the_dyno(app: App, launch: Launch) -> bool:
    """Whether a bare name is that of a program of the system, or may be one that another buildpack installs."""
    word = launch.words[0] if launch.words else None
    if word is None or "/" in word.text or word.text == "go":
        return False
    return word.text in app.platform.image.programs or (app.aptfile is not None and reads_aptfile(app))


def _missing(app: App, process: Process, launch: Launch, made: tuple[str, ...]) -> NotBuilt | None:
    word = launch.words[0] if launch.words else None
    if word is None or not word.literal or launch.command.conditional or not launch.command.cwd_known or launch.command.background:
        return None
    if launch.tool == "go" and word.text == "go":
        if keeps_toolchain(app):
            return None
        near = made[0] if len(made) == 1 else None
        return NotBuilt(
            process,
            launch,
            launch.place(word),
            f"go {launch.words[1].text}" if len(launch.words) > 1 else "go",
            made,
            near,
            Confidence.HIGH,
        )
    text = word.text.removeprefix(HOME + "/")
    has_folder = "/" in text
    if text.startswith(("/", "~")) or (not has_folder and not _SHELL_WORDS.match(text)):
        return None
    path = posixpath.normpath(posixpath.join(launch.cwd, text)) if has_folder else f"bin/{text}"
    if path in made or path in app.workspace.files or path.startswith(("..", "vendor/")):
        return None
    near = _near(path, made)
    if has_folder:
        confidence = Confidence.HIGH if len(builders(app)) < 2 else Confidence.MEDIUM
    elif near is None or launch.tool != text:
        return None  # a program of the system, for all we know
    else:
        confidence = Confidence.MEDIUM
    return NotBuilt(process, launch, launch.place(word), word.text, made, near, confidence)


def _near(path: str, made: tuple[str, ...]) -> str | None:
    """The binary that was surely meant: one of the same letters, or the only one there is."""
    wanted = _letters(path)
    return next((one for one in made if _letters(one) == wanted), made[0] if len(made) == 1 and "/" in path else None)


def _letters(path: str) -> str:
    return re.sub(r"[^a-z0-9]", "", posixpath.basename(path).lower())
