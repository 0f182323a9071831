"""The class of workers that a command names must be one that the server can load."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.finding import Finding, Place
from herolint.rules.process.places import all_launches
from herolint.rules.registry import report


def unknown_worker_classes(app: App) -> Iterator[Finding]:
    """Commands that name a class of workers which its module does not have."""
    for process, launch in all_launches(app):
        if launch.tool == "gunicorn" and (found := _unknown(app, process, launch)) is not None:
            yield found


def _unknown(app: App, process: Process, launch: Launch) -> Finding | None:
    word = launch.option("--worker-class")
    if word is None or not word.literal or any(mark in word.text for mark in ":$/"):
        return None
    module, _, name = word.text.rpartition(".")
    known = app.code.knowledge.worker_classes.get(module)
    if known is None or name in known:
        return None
    from difflib import get_close_matches

    near = next(iter(get_close_matches(name, known, 1)), known[0])
    at = launch.place(word)
    return report(
        "HL110",
        f"{process.name} names the worker class {word.text}, which {module or 'gunicorn'} does not have",
        Place(at.path, at.span, "not there"),
        why="gunicorn ends as soon as it starts" + (", and every request gets H10" if process.serves else ""),
        related=() if at.path == process.at.path else (Place(process.at.path, process.at.span, "this process starts it"),),
        fix=f"use `{module}.{near}`" if module else f"use `{near}`",
        process=process.name,
    )
