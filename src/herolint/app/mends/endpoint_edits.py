"""Edits that make the web process listen where the router looks: on $PORT, and on every interface."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from herolint.app.mends import mending
from herolint.app.running.listening import Endpoint
from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.words import added_behind, replaced_end, replaced_part
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App

_ONLY_DEPLOYED = ("Procfile", "heroku.yml")
"""Files whose commands run on the platform only, where PORT is always set."""
_BINDS = {"gunicorn": "--bind", "hypercorn": "--bind"}
"""Servers with one option for host and port."""


def is_deployed_only(app: App, path: str) -> bool:
    """Whether what a file says counts on the platform only, and not on the machines of those who develop the app."""
    return path == app.procfile_path or posixpath.basename(path) in _ONLY_DEPLOYED


def port_edits(app: App, end: Endpoint) -> tuple[Change, ...]:
    """Edits that let the platform give the port; empty where there are none that would surely be right."""
    if end.port != "fixed" or end.port_at.span is None:
        return ()
    if end.effect is not None:
        return _port_in_code(app, end, end.port_at.span)
    source = app.source(end.port_at.path)
    if source is None or not source.path.endswith((*_ONLY_DEPLOYED, ".sh", "Dockerfile")) and source.path != app.procfile_path:
        return ()
    read = "$PORT" if is_deployed_only(app, source.path) else f"${{PORT:-{end.port_text}}}"
    if not end.default_port:
        return replaced_end(source, end.port_at.span, end.port_text, read)
    if end.server in _BINDS:
        return added_behind(source, end.port_at.span, f"{_BINDS[end.server]} 0.0.0.0:{read}")
    known = app.code.servers.get(end.server)
    if known is not None and known.port_option:
        return added_behind(source, end.port_at.span, f"{known.port_option} {read}")
    return added_behind(source, end.port_at.span, f"0.0.0.0:{read}") if end.server == "manage.py runserver" else ()


def option_edits(app: App, end: Endpoint) -> tuple[Change, ...]:
    """The option that hands the port on, in the command that starts the program on the platform; in the place of the value it has there."""
    launch = app.web.main if app.web is not None else None
    source = app.source(launch.path) if launch is not None and is_deployed_only(app, launch.path) else None
    if launch is None or launch.at.span is None or source is None:
        return ()
    name = end.option.partition("=")[0]
    for at, word in enumerate(launch.words):
        if word.text.partition("=")[0].lstrip("-") == name.lstrip("-"):
            value = word if "=" in word.text else launch.words[at + 1] if at + 1 < len(launch.words) else word
            return replaced_end(source, value.span, end.port_text, "$PORT")
    return added_behind(source, launch.at.span, end.option)


def keeps_port(app: App, end: Endpoint, edits: tuple[Change, ...]) -> bool:
    """Whether the process still listens on the old port where nothing gives another one, on the machines of those who develop the app."""
    if end.effect is None and is_deployed_only(app, end.port_at.path):
        return True
    return any(end.port_text in (edit.text if isinstance(edit, Edit) else getattr(edit, "code", "")) for edit in edits)


def _port_in_code(app: App, end: Endpoint, span: Span) -> tuple[Change, ...]:
    effect = end.effect
    assert effect is not None
    note = effect.row.note
    if note == "address pair" and end.default_port:
        return ()
    default = end.port_text if end.port_text.isdigit() else 5000
    if note.startswith("address") and note != "address pair":
        return () if end.default_port else mending.replaced(app, effect.mod, span, "address", name="PORT", default=default)
    if end.default_port:
        return mending.given(app, effect.mod, effect.fact.call, effect.row.port, "read-number", name="PORT", default=default)
    at = (
        _named_number(effect.mod.facts, span, end.port_text, imports=bool(app.code.knows(effect.mod).spelling_imports.get("read-number")))
        or span
    )
    return mending.replaced(app, effect.mod, at, "read-number", name="PORT", default=default)


def _named_number(module: facts.Module, span: Span, number: str, *, imports: bool) -> Span | None:
    """Where the name at the span gets its number, if that is the only value it ever has: all that uses the name then knows the port."""
    name = next(
        (
            arg.id
            for fact in module.calls
            for arg in map(_value, fact.call.args)
            if (arg.start, arg.end) == tuple(span) and isinstance(arg, facts.Name)
        ),
        None,
    )
    values = [one for one in module.assigns if isinstance(one.target, facts.Name) and one.target.id == name]
    if len(values) != 1 or values[0].op != "=" or values[0].annotation is not None or values[0].function != -1:
        return None
    value = values[0].value
    if imports and any(one.start > values[0].start for one in module.imports if one.function == -1):
        return None  # what reads the variable may be imported only then
    return Span(value.start, value.end) if isinstance(value, facts.Const) and str(value.value) == number else None


def _value(arg: facts.AnyExpr) -> facts.AnyExpr:
    return arg.value if isinstance(arg, facts.Keyword) else arg


def host_edits(app: App, end: Endpoint) -> tuple[Change, ...]:
    """Edits that make it listen on every interface; empty where there are none that would surely be right."""
    if end.host_at is None or end.host_at.span is None or end.host is None:
        return ()
    if end.effect is not None:
        row = end.effect.row
        if row.note.startswith("address"):
            return ()
        if end.default_host:
            return mending.given(app, end.effect.mod, end.effect.fact.call, row.host, "any-host")
        return mending.replaced(app, end.effect.mod, end.host_at.span, "any-host")
    source = app.source(end.host_at.path)
    if source is None:
        return ()
    if not end.default_host:
        return replaced_part(source, end.host_at.span, end.host, "0.0.0.0")
    known = app.code.servers.get(end.server)
    if known is not None and known.host_option:
        return added_behind(source, end.host_at.span, f"{known.host_option} 0.0.0.0")
    return ()
