"""How the Procfile and what keeps it out of the slug are mended."""

from __future__ import annotations

from herolint.app.model import App
from herolint.changes import Change, Resave
from herolint.edits.procfile import mended_line, renamed_process
from herolint.edits.text import without_lines
from herolint.finding import Fix
from herolint.formats.procfile import BrokenLine, ProcessLine
from herolint.source import SourceFile


def not_ignored(app: App) -> Fix:
    """The line that removes the Procfile taken out, where it removes nothing else."""
    source = app.source(".slugignore")
    pattern = app.slugignore.removed_by("Procfile") if app.slugignore is not None else None
    if source is None or pattern is None or [path for path in app.workspace.files if pattern.removes(path)] != ["Procfile"]:
        return Fix("take the line out of .slugignore", safe=True)
    return Fix("take the line out of .slugignore", (without_lines(source, pattern.span),), safe=True)


def as_utf8(app: App) -> tuple[Resave, ...]:
    source = _procfile(app)
    return (Resave(source.path),) if source is not None and not source.is_binary and source.encoding_problem is None else ()


def as_meant(app: App, line: BrokenLine) -> Fix:
    source = _procfile(app)
    edits = mended_line(source, line) if source is not None else ()
    return Fix(f"write `{line.name or 'web'}: command`, with a colon and a space", edits, safe=True)


def without_overridden(app: App, line: ProcessLine, *, differs: bool) -> Fix:
    """Without the line that has no effect; where the two say different things, which one is meant is the owner's to say."""
    if differs:
        return Fix("keep one of them, or give the other a name of its own")
    source = _procfile(app)
    return Fix("keep one of them", (without_lines(source, line.line_span),) if source is not None else (), safe=True)


def called_web(app: App, line: ProcessLine) -> tuple[Change, ...]:
    source = _procfile(app)
    return renamed_process(source, line, "web") if source is not None else ()


def _procfile(app: App) -> SourceFile | None:
    return app.source(app.procfile_path) if app.procfile_path is not None else None
