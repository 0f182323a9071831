"""Reference pages made of the code: the command line from its commands, the configuration from its table of keys."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

import click
import msgspec

from herolint.cli import COMMANDS
from herolint.cli.root import root
from herolint.config import Config
from herolint.config_keys import APP, IGNORE, RULE, TOP, ConfigKey, Kind
from herolint.finding import Severity

_TAKES: dict[Kind, str] = {
    "word": "a string",
    "words": "list of strings",
    "names": "list of strings",
    "flag": "`true`, `false`",
    "day": "a date",
    "severity": "`note`, `warning`, `error`",
    "fail-on": "`note`, `warning`, `error`, `never`",
    "grade": "`note`, `warning`, `error`, `off`",
    "platform": "`heroku`",
    "rule": "a rule",
    "selectors": "list of rules",
    "rules": "a table for each rule",
    "ignores": "list of tables",
    "app": "a table",
    "dynos": "a size, or a table by process type",
    "scale": "a table by process type",
    "knowledge": "a table",
}
"""What the kinds of values are called."""


def command_line() -> str:
    """The page of the command line without its title and introduction: a section for each command."""
    parent = click.Context(root, info_name="herolint")
    parts = []
    for name in COMMANDS:
        command = root.get_command(parent, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=parent, max_content_width=100)
        usage = " ".join(["herolint", name, *command.collect_usage_pieces(context)])
        parts += [f"## herolint {name}", inspect.cleandoc(command.help or ""), f"```console\n$ {usage}\n```"]
        rows = [_option(option) for option in command.params if isinstance(option, click.Option)]
        if rows:
            parts.append("\n".join(["| option | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def _option(option: click.Option) -> str:
    value = ""
    if not option.is_flag and not option.count:
        choices = option.type.choices if isinstance(option.type, click.Choice) else None
        value = " " + ("|".join(map(str, choices)) if choices else option.metavar or option.type.name.upper())
    names = ", ".join(f"`{name}`" for name in option.opts)
    return f"| {names}{f' `{value.strip()}`' if value else ''} | {option.help or ''} |"


def configuration() -> str:
    """The sections of the configuration's page: a table of keys for each table of the file."""
    sections = {
        "Top level": _table(TOP, Config),
        "`[app]`": _table(APP),
        "`[rules.CODE]`": _table(RULE),
        "`[[ignores]]`": _table(IGNORE),
    }
    return "\n\n".join(f"## {title}\n\n{table}" for title, table in sections.items())


def _table(keys: Mapping[str, ConfigKey], record: type[msgspec.Struct] | None = None) -> str:
    """Keys with what they take and mean, and their defaults where a record has some that a person could write."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(record)} if record else {}
    rows = [
        (f"`{name}`", _TAKES[key.kind], _default(defaults.get(key.field)), key.about + (" Required." if key.required else ""))
        for name, key in keys.items()
    ]
    head: tuple[str, ...] = ("key", "takes", "default", "")
    shown = [row if record else (*row[:2], row[3]) for row in rows]
    head = head if record else (*head[:2], head[3])
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *shown))


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Severity):
        return f"`{value.word}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`" if value else ""
    return f'`"{value}"`' if isinstance(value, str) else ""
