"""Files of the repository that a command starts as programs of their own (`./start.sh`): whether the system can start them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.app.building.python_build import builds_python, python_minor
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.running.processes import Process
    from herolint.formats.shell import Command

_TO_ROOT = ("/app/", "$HOME/", "${HOME}/", "~/")
_ANY_PYTHON = ("python", "python3")


class Unstartable(msgspec.Struct, frozen=True):
    """A file that cannot be started.

    `reason`: git holds it without the right to run (`mode`), its `#!` line ends in a CR (`line-end`), or it names a Python that is not
    there (`interpreter`, which is `asked`).
    """

    process: Process
    at: Place
    path: str
    reason: Literal["mode", "line-end", "interpreter"]
    asked: str = ""


def unstartable(app: App) -> Iterator[Unstartable]:
    """Such files, by process type; those of images are left to their Dockerfile."""
    if app.is_container or any("chmod" in source.text for hook in app.platform.python.hooks if (source := app.document(hook)) is not None):
        return
    for process in app.processes.values():
        if process.origin != "Procfile" or "chmod" in process.text:
            continue
        for command in process.script.commands:
            path = _own_file(app, command)
            if path is None:
                continue
            at = Place(process.at.path, command.words[0].span)
            if not app.workspace.files[path].executable:
                yield Unstartable(process, at, path, "mode")
            elif (asked := _interpreter(app, path)) is not None:
                yield Unstartable(process, at, path, *asked)


def _own_file(app: App, command: Command) -> str | None:
    """The file of the repository that the command's first word is."""
    if not command.words or command.conditional or not command.cwd_known or not command.words[0].literal:
        return None
    text = command.words[0].text
    start = next((prefix for prefix in _TO_ROOT if text.startswith(prefix)), None)
    path = posixpath.normpath(text.removeprefix(start) if start else posixpath.join(command.cwd or "", text))
    entry = app.workspace.files.get(path) if "/" in text and path in app.slug else None
    return path if entry is not None and entry.kind == "file" and not entry.lfs else None


def _interpreter(app: App, path: str) -> tuple[Literal["line-end", "interpreter"], str] | None:
    """What is wrong with the program that the file's first line names."""
    source = app.document(path)
    first = source.data.split(b"\n", 1)[0] if source is not None else b""
    if not first.startswith(b"#!"):
        return None
    words = first[2:].decode("utf-8", "replace").split()
    named = [posixpath.basename(word) for word in words if not word.startswith("-") and posixpath.basename(word) != "env"]
    if not named:
        return None
    if first.endswith(b"\r"):
        return "line-end", named[0]
    is_python = named[0].startswith("python") and named[0].removeprefix("python").replace(".", "").isdigit()
    if builds_python(app) and is_python and named[0] not in (*_ANY_PYTHON, f"python{python_minor(app)}"):
        return "interpreter", named[0]
    return None
