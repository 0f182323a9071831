"""How the server, or the framework where that asks for itself, is made to believe what the router says of a visitor."""

from __future__ import annotations

import posixpath

from herolint.app.frameworks.django import Django, Setting
from herolint.app.mends import mending
from herolint.app.model import App
from herolint.app.services.proxy import HEADER_SETTING, HEADER_VALUE, believing_option
from herolint.changes import AddAssignment, AddStatement, Change, Edit
from herolint.code import facts
from herolint.edits.text import indentation, quoted_as, written
from herolint.source import Span


def believing(app: App) -> tuple[Change, ...]:
    """An option of the Procfile's command, or a statement beside the one that makes the app; empty where neither is in plain sight."""
    found = believing_option(app)
    if found is None:
        return _told(app)
    launch, option = found
    program = launch.words[0]
    if launch.path != app.procfile_path or program.text.rpartition("/")[2] != launch.tool or launch.subcommand:
        return ()
    # Some servers read no options behind the app's name.
    return (Edit(launch.path, Span(program.span.end, program.span.end), f" {option}"),)


def told_to_django(app: App, django: Django, beside: Setting) -> tuple[Change, ...]:
    """Django's setting below another one of one line, else at the end; empty where some settings beside these have it."""
    folders = {posixpath.dirname(mod.path) for mod in django.layers}
    near = (app.source(path) for path in sorted(app.code.code.files) if posixpath.dirname(path) in folders)
    if not mending.is_sound(beside.mod) or any(HEADER_SETTING in one.text for one in near if one is not None):
        return ()
    value, source = quoted_as(beside.mod.source, HEADER_VALUE), beside.mod.source
    if source.line_of(beside.assign.start) != source.line_of(beside.assign.end):
        return (AddAssignment(beside.mod.path, HEADER_SETTING, value),)
    return (AddStatement(beside.mod.path, Span(beside.assign.start, beside.assign.end), f"{HEADER_SETTING} = {value}"),)


def _told(app: App) -> tuple[Change, ...]:
    """`app.set("trust proxy", 1)` below `const app = express()`, where one app is made."""
    made = []
    for mod in app.code.modules:
        name = app.code.knows(mod).proxy.told
        for assign in mod.facts.assigns if name and "web" in app.code.reached_by(mod.path) else ():
            call = assign.value
            if isinstance(call, facts.Call) and app.code.linker.qualified(mod, assign.function, call.func) == name:
                made.append((mod, assign))
    if len(made) != 1 or not isinstance(made[0][1].target, facts.Name):
        return ()
    mod, assign = made[0]
    line = mod.source.line_span(mod.source.line_of(assign.end))
    if written(mod.source, Span(assign.end, line.end)).strip() not in ("", ";"):
        return ()
    stop = ";" if written(mod.source, line).rstrip().endswith(";") else ""
    assert isinstance(assign.target, facts.Name)
    code = mending.spelled(app, mod, "trust-proxy", name=assign.target.id)
    return mending.inserted(mod, (line.end, f"\n{indentation(mod.source, assign.start)}{code}{stop}"))
