"""What pm2 runs: the apps of `ecosystem.config.js` or `process.json`, which name a script each, or a package manager (`pm2 start npm -- start`)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from herolint.app.launching.launch_node import PM2, runs_manager
from herolint.code import facts, facts_of
from herolint.formats.shell import Command, parse
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.formats.tree import Node
    from herolint.source import SourceFile

_RUNNERS = {".py": "python ", ".sh": "bash ", ".rb": "ruby ", ".php": "php "}
"""What pm2 runs a script with by its ending; any other file with Node.js."""
_FILE = lazy(r".*(?:\.json|\.ya?ml|\.config\.[cm]?js)\Z")
_FORMATS = {".json": "json_tree", ".yml": "yaml_tree", ".yaml": "yaml_tree"}

Text = tuple[str, int]
"""A text of the file, and the byte at which it begins."""


class Told(msgspec.Struct, frozen=True):
    """One app of the file: its script, what that is given, the folder that it runs in, and what runs it; empty where nothing is said."""

    script: Text
    given: tuple[Text, ...]
    folder: str
    interpreter: str


def is_list(launch: Launch) -> bool:
    """Whether a program is pm2, and is given such a file to start."""
    return launch.tool == "node" and launch.subcommand in PM2 and launch.script is not None and _FILE.match(launch.script) is not None


def hands_on(launch: Launch) -> bool:
    """Whether a program is pm2, and starts another one than the file that it is given."""
    return is_list(launch) or runs_manager(launch.subcommand, launch.target)


def commands(app: App, launch: Launch) -> Iterator[Command]:
    """What the apps of the file are started with, in their order; or the package manager's command."""
    word = launch.target
    if word is not None and runs_manager(launch.subcommand, word):
        texts = [one.text for one in launch.arguments]
        rest = launch.arguments[texts.index("--") + 1 :] if "--" in texts else ()
        for command in parse(word.text, word.span.start).commands:
            yield replace(command, words=(*command.words, *rest), cwd=launch.command.cwd)
        return
    source = app.document(launch.script or "")
    if source is None or source.is_binary:
        return
    for told in _from_code(source) if source.path.endswith("js") else _from_data(source):
        runner = _runner(app, told)
        script, start = told.script
        given = [word for text, at in told.given for command in parse(text, at).commands for word in command.words]
        if any(word.span.start < start for word in given):
            continue  # a command is read from its first word to its last
        for command in parse(f"{runner}{script}", start - len(runner)).commands:
            folder = posixpath.normpath(told.folder) if told.folder else command.cwd
            yield replace(command, words=(*command.words, *given), cwd=folder)


def _runner(app: App, told: Told) -> str:
    """What stands before the script; nothing where that is a program (`npm`), or a whole command."""
    script = told.script[0]
    if told.interpreter:
        return "" if told.interpreter == "none" else f"{told.interpreter} "
    _, ending = posixpath.splitext(script)
    is_program = not (ending or "/" in script or app.workspace.exists(posixpath.normpath(posixpath.join(told.folder, script))))
    return "" if is_program or " " in script else _RUNNERS.get(ending, "node ")


def _from_code(source: SourceFile) -> Iterator[Told]:
    module = facts_of(source)
    given = next((one.value for one in module.exports if one.name in ("=", "default")), None) if module is not None else None
    apps = _entry(given, "apps")
    for one in apps.items if isinstance(apps, facts.Sequence) else (apps or given,):
        script, args, interpreter = _texts(_entry(one, "script")), _texts(_entry(one, "args")), _texts(_entry(one, "interpreter"))
        folder = _texts(_entry(one, "cwd"))
        if script and args is not None and interpreter is not None:
            yield Told(script[0], args, folder[0][0] if folder else "", interpreter[0][0] if interpreter else "")


def _entry(value: facts.AnyExpr | None, name: str) -> facts.AnyExpr | None:
    items = value.items if isinstance(value, facts.Mapping) else ()
    return next((given for key, given in items if isinstance(key, facts.Const) and key.value == name), None)


def _texts(value: facts.AnyExpr | None) -> tuple[Text, ...] | None:
    """The text, or the texts of a list; None where one of them is none that is written out."""
    found: list[Text] = []
    for one in value.items if isinstance(value, facts.Sequence) else (value,) if value is not None else ():
        if not isinstance(one, facts.Const) or not isinstance(one.value, str):
            return None
        found.append((one.value, one.start + 1))
    return tuple(found)


def _from_data(source: SourceFile) -> Iterator[Told]:
    tree = import_module(f"herolint.formats.{_FORMATS[posixpath.splitext(source.path)[1]]}").load(source)
    apps = tree.get("apps") or tree.root
    for one in (apps.items if apps.kind == "list" else (apps,)) if apps is not None else ():
        script = _texts_of(source, one.get("script")) if one.kind == "map" else ()
        if script:
            yield Told(script[0], _texts_of(source, one.get("args")), one.text("cwd") or "", one.text("interpreter") or "")


def _texts_of(source: SourceFile, node: Node | None) -> tuple[Text, ...]:
    """The text, or the texts of a list."""
    nodes = (node.items if node.kind == "list" else (node,)) if node is not None else ()
    return tuple(
        (one.value, one.span.start + (source.data[one.span.start : one.span.start + 1] in (b'"', b"'")))
        for one in nodes
        if isinstance(one.value, str)
    )
