"""How a command is made to start what is there."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.built_programs import NotBuilt
from herolint.app.running.processes import Process
from herolint.changes import AddLines, Edit, Resave
from herolint.edits.words import inserted_before, replaced_part
from herolint.finding import Fix
from herolint.formats.shell import Command


def any_python(app: App, path: str) -> tuple[Edit, ...]:
    """The first line of a script as it finds the Python that the buildpack installs."""
    source = app.source(path)
    return (Edit(path, source.line_span(1), "#!/usr/bin/env python3"),) if source is not None and not source.bom_length else ()


def by_shell(app: App, process: Process, command: Command, name: str) -> Fix:
    source = app.source(process.at.path)
    edits = inserted_before(source, command.words[0].span, "bash") if source is not None and name.endswith((".sh", ".bash")) else ()
    return Fix(f"write `./{name}` (executable in git), or `bash {name}`", edits, safe=True)


def near_program(app: App, found: NotBuilt) -> Fix:
    source, span = app.source(found.at.path), found.at.span
    if source is None or span is None or not found.near or found.launch.tool == "go":
        return Fix(f"use `{found.near}`")
    return Fix(f"use `{found.near}`", replaced_part(source, span, found.written, found.near))


def instead(app: App, launch: Launch, old: str, near: Sequence[str], *, safe: bool = False) -> Fix:
    """The command with another file or module in the place of one; nothing where several may be meant, or the word says it in another way."""
    source = app.source(launch.path)
    if source is None or launch.target is None or not (safe or len(near) == 1):
        return Fix(f"use `{near[0]}`", safe=safe)
    return Fix(f"use `{near[0]}`", replaced_part(source, launch.target.span, old, near[0]), safe)


def as_named(app: App, launch: Launch, script: str, same: str) -> Fix:
    return Fix(f"write `{same}`: names are case-sensitive on a dyno", instead(app, launch, script, (same,)).edits, safe=True)


def other_object(app: App, launch: Launch, name: str) -> Fix:
    """The command with another object of the same module."""
    target = launch.target.text if launch.target is not None else ""
    new = f"{launch.module}:{name}"
    return Fix(f"use `{new}`", instead(app, launch, target, (new,)).edits if "(" not in target else ())


def with_line_feeds(path: str) -> Fix:
    """The script with line ends that the system knows, now and in every checkout."""
    words = f"save it with LF, and write `{path} text eol=lf` into .gitattributes"
    return Fix(words, (Resave(path, line_feeds=True), AddLines(".gitattributes", (f"{path} text eol=lf",))), safe=True)
