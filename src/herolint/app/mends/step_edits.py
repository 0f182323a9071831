"""Commands of a Procfile with one step less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.changes import Edit
from herolint.edits.text import without_lines
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process


def without_step(app: App, process: Process, launch: Launch) -> tuple[Edit, ...]:
    """The process without a step of its chain of `&&`, and without its line where that was the only one; nothing for other shapes."""
    source, commands, line = app.source(launch.path), process.script.commands, None
    if app.procfile is not None:
        line = app.procfile.last().get(process.name)
    at = next((number for number, one in enumerate(commands) if one is launch.command), None)
    if source is None or line is None or at is None or launch.path != app.procfile_path:
        return ()
    if any(one.operator not in ("&&", "") or one.background or one.conditional for one in commands):
        return ()
    if len(commands) == 1:
        return () if process.serves else (without_lines(source, line.line_span),)
    step = commands[at]
    if at + 1 < len(commands):
        return (Edit(launch.path, Span(step.span.start, commands[at + 1].span.start), ""),)
    if commands[0].span.start != line.command_span.start:
        return ()  # the chain stands in the quotes of another command, which end behind the step
    return (Edit(launch.path, Span(commands[at - 1].span.end, line.command_span.end), ""),)
