"""Files that tell pm2 what to run: `ecosystem.config.js`, `process.json`, with `apps` that name a script each."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec.structs import replace

from herolint.code import facts, facts_of
from herolint.formats.shell import Command, parse
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.source import SourceFile

MANAGERS = frozenset({"pm2", "pm2-runtime"})
_RUNNER = "node "
_FILE = lazy(r".*(?:\.json|\.ya?ml|\.config\.[cm]?js)\Z")
_FORMATS = {".json": "json_tree", ".yml": "yaml_tree", ".yaml": "yaml_tree"}

Told = tuple[str, int, str]
"""A script, the byte at which its name stands, and the folder that it runs in."""


def is_list(launch: Launch) -> bool:
    """Whether a program is pm2, and is given such a file to start."""
    return launch.tool == "node" and launch.subcommand in MANAGERS and launch.script is not None and _FILE.match(launch.script) is not None


def commands(app: App, launch: Launch) -> Iterator[Command]:
    """What the apps of the file are started with, in their order."""
    source = app.document(launch.script or "")
    if source is None or source.is_binary:
        return
    for script, start, cwd in _from_code(source) if source.path.endswith("js") else _from_data(source):
        for command in parse(f"{_RUNNER}{script}", start - len(_RUNNER)).commands:
            yield replace(command, cwd=posixpath.normpath(cwd)) if cwd else command


def _from_code(source: SourceFile) -> Iterator[Told]:
    module = facts_of(source)
    given = next((one.value for one in module.exports if one.name in ("=", "default")), None) if module is not None else None
    apps = _entry(given, "apps")
    for one in apps.items if isinstance(apps, facts.Sequence) else (apps or given,):
        script, cwd = _entry(one, "script"), _entry(one, "cwd")
        if isinstance(script, facts.Const) and isinstance(script.value, str):
            yield script.value, script.start + 1, cwd.value if isinstance(cwd, facts.Const) and isinstance(cwd.value, str) else ""


def _entry(value: facts.AnyExpr | None, name: str) -> facts.AnyExpr | None:
    items = value.items if isinstance(value, facts.Mapping) else ()
    return next((given for key, given in items if isinstance(key, facts.Const) and key.value == name), None)


def _from_data(source: SourceFile) -> Iterator[Told]:
    tree = import_module(f"herolint.formats.{_FORMATS[posixpath.splitext(source.path)[1]]}").load(source)
    apps = tree.get("apps") or tree.root
    for one in (apps.items if apps.kind == "list" else (apps,)) if apps is not None else ():
        script = one.get("script") if one.kind == "map" else None
        if script is not None and isinstance(script.value, str):
            quoted = source.data[script.span.start : script.span.start + 1] in (b'"', b"'")
            yield script.value, script.span.start + quoted, one.text("cwd") or ""
