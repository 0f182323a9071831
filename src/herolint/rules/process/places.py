"""What the rules about commands share: their launches and the place that starts them."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.finding import Confidence, Fix, Place

Missing = tuple[str, Place, Fix | str, Confidence]
"""What a command starts and is not there: the message, the place, the way out, and how sure that is."""


def started_at(app: App, process: Process, launch: Launch) -> tuple[Place, ...]:
    """The Procfile's line that starts a script of the repository, for a launch inside that script."""
    return () if launch.path == process.at.path else (app.procfile_place(process.name, "this process starts it"),)


def all_launches(app: App) -> Iterator[tuple[Process, Launch]]:
    """Every program that every process starts."""
    for process in app.processes.values():
        for launch in process.launches:
            yield process, launch


def holds_other_files(app: App, process: Process) -> bool:
    """Whether paths are those of an image that may hold other files than the repository."""
    if process.origin not in ("Dockerfile", "heroku.yml"):
        return False
    image = app.image_of(process.name)
    return image is None or not image.plain
