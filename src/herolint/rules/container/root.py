"""What a container does that only root may: a dyno runs every image as an ordinary user."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.finding import Confidence, Finding, Place
from herolint.formats.shell import Command
from herolint.globs import matches
from herolint.patterns import lazy
from herolint.rules.registry import ERROR, WARNING, report, rule

if TYPE_CHECKING:
    from herolint.app.running.image import Image

_NEEDS_ROOT = frozenset(
    """
    apt-get apt apk yum dnf microdnf pacman chown chgrp useradd adduser groupadd addgroup usermod groupmod deluser gosu su-exec su sudo chpst
    service systemctl rc-service openrc setcap iptables mount sysctl cron crond sshd update-ca-certificates ldconfig dpkg
    """.split()
)
_MODE = lazy(r"0?[0-7]{3}\Z")
_OWNER_ONLY = lazy(r"u[+=][rwx]*x[rwx]*\Z")


@rule("HL803", "docker-root-required", WARNING, ERROR, needs=("dockerfile",))
def docker_root_required(app: App) -> Iterator[Finding]:
    """A command at the start of a container that needs root, or a program that only root may execute."""
    told: set[Place] = set()
    for process in app.processes.values():
        for launch in process.launches:
            if _needs_root(launch) and launch.at not in told:
                told.add(launch.at)
                yield _finding(app, process, launch)
    for name, image in app.images.items():
        started = app.processes.get(name)
        found = _closed(image, started) if started is not None and started.origin == "Dockerfile" else None
        if found is not None and found[1] not in told:
            told.add(found[1])
            yield _closed_finding(app, name, *found)


def _needs_root(launch: Launch) -> bool:
    return (
        launch.tool in _NEEDS_ROOT
        and not launch.command.conditional
        and launch.command.operator not in ("||", "|")
        and not any(word.text in ("--help", "--version", "-v") for word in launch.words[1:])
    )


def _finding(app: App, process: Process, launch: Launch) -> Finding:
    at = launch.at
    return report(
        "HL803",
        f"`{launch.tool}` needs root, and a dyno runs the image as an ordinary user",
        Place(at.path, at.span, "not permitted"),
        why="USER has no say in that: the command fails, and the whole start with it where `&&` follows or `set -e` holds",
        related=() if at.path == process.at.path else (app.procfile_place(process.name, "this process starts it"),),
        fix=f"do it in a RUN of the Dockerfile, and take `{launch.tool}` out of the start",
        process=process.name,
        confidence=Confidence.HIGH if app.container_sure else Confidence.LOW,
    )


def _closed_finding(app: App, name: str, program: str, at: Place, mode: str) -> Finding:
    return report(
        "HL803",
        f"{program} has the mode {mode}: only its owner root may execute it, and a dyno runs the image as another user",
        at,
        severity=ERROR,
        why="`Permission denied` when the process starts, and every request gets H10",
        fix=f"let others execute it: `chmod 755 {program}`",
        process=name,
        confidence=Confidence.MEDIUM if app.container_sure else Confidence.LOW,
    )


def _closed(image: Image, process: Process) -> tuple[str, Place, str] | None:
    """The program that the process starts, where a RUN leaves it to its owner alone."""
    words = [word for command in process.script.commands for word in command.words[:1]]
    started = {posixpath.normpath(posixpath.join(image.workdir or "/", word.text)) for word in words if "/" in word.text}
    last = None
    for folder, commands in image.runs:
        for command in commands:
            below = any(word.text in ("-R", "--recursive") for word in command.words)
            for path, place, mode in _modes(image, folder, command):
                for one in started:
                    if matches(path, one.lstrip("/")) and (below or path.count("/") == one.count("/")):
                        last = (one, place, mode) if _is_closed(image, one, mode) else None
    return last


def _modes(image: Image, folder: str, command: Command) -> Iterator[tuple[str, Place, str]]:
    """The paths whose modes a `chmod` sets."""
    if not command.words or command.words[0].text != "chmod" or command.conditional:
        return
    folder = posixpath.join(folder, command.cwd)
    mode, *paths = [word for word in command.words[1:] if not (word.text.startswith("-") and len(word.text) < 4)] or command.words[:1]
    for word in paths:
        yield posixpath.normpath(posixpath.join(folder, word.text)), Place(image.path, word.span, f"mode {mode.text}"), mode.text


def _is_closed(image: Image, path: str, mode: str) -> bool:
    """Whether a mode leaves others than the owner without the right to execute; `u+x` does where git does not give it."""
    if _OWNER_ONLY.match(mode):
        entry = image.workspace.files.get(image.inside(path) or "")
        return entry is not None and not entry.executable
    return _MODE.match(mode) is not None and int(mode[-1]) % 2 == 0
