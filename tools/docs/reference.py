"""Reference pages made of the code: the command line from its commands, the configuration from its records."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise

import click
import msgspec

from herolint.cli import COMMANDS
from herolint.cli.root import root
from herolint.config import Config, Ignore, RuleConfig
from herolint.context import Context
from herolint.finding import Severity

_KEYS = {"dynos": "dyno", "scale": "processes"}
"""Keys of the file that have another name in the code."""
_NOT_KEYS = frozenset({"file", "folder", "origins", "origin"})
_VALUES = {
    "fail_on": ("`note`, `warning`, `error`, `never`", "error"),
    "severity": ("`note`, `warning`, `error`", "note"),
    "rules": ("tables", ""),
    "ignores": ("list of tables", ""),
    "app": ("table", ""),
    "knowledge": ("table", ""),
    "dynos": ("a size, or a table of sizes by process type", ""),
    "scale": ("table of numbers by process type", ""),
}
"""What a key takes and its default, where the type of the field does not tell."""

_TOLD = {
    "fail_on": "Findings at or over it fail the run; `never`: none does.",
    "dynos": "Size of the dynos, such as `basic` or `standard-2x`.",
}
"""What a key means, where the code tells it in its own terms."""


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
    """The sections of the configuration's page: top level, `[app]`, `[rules.…]` and `[[ignores]]`."""
    sections = {
        "Top level": _table(Config),
        "`[app]`": _table(Context),
        "`[rules.CODE]`": _table(RuleConfig, leave=frozenset({"rule", "options"})),
        "`[[ignores]]`": _table(Ignore),
    }
    return "\n\n".join(f"## {title}\n\n{table}" for title, table in sections.items())


def keys_of(record: type[msgspec.Struct]) -> list[str]:
    """The keys of a table of the file, from the fields of its record."""
    return [_KEYS.get(field.name, field.name.replace("_", "-")) for field in msgspec.structs.fields(record) if field.name not in _NOT_KEYS]


def _table(record: type[msgspec.Struct], leave: frozenset[str] = frozenset()) -> str:
    told = field_docs(record)
    rows: list[tuple[str, ...]] = []
    for field in msgspec.structs.fields(record):
        if field.name in _NOT_KEYS or field.name in leave:
            continue
        key = _KEYS.get(field.name, field.name.replace("_", "-"))
        takes, default = _VALUES.get(field.name) or (_takes(field.type), _default(field.default))
        if record is RuleConfig and field.name == "severity":
            takes, default = "`note`, `warning`, `error`, `off`", ""
        rows.append((f"`{key}`", takes, f"`{default}`" if default else "", _TOLD.get(field.name) or told[field.name]))
    head: tuple[str, ...] = ("key", "takes", "default", "")
    if not any(row[2] for row in rows):
        head, rows = (*head[:2], head[3]), [(*row[:2], row[3]) for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def field_docs(record: type[msgspec.Struct]) -> dict[str, str]:
    """The text below each field of a record."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(record)))
    (found,) = tree.body
    assert isinstance(found, ast.ClassDef)
    return dict(_docs(found.body))


def _docs(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            if isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
                yield field.target.id, " ".join(below.value.value.split())


def _takes(kind: object) -> str:
    text = str(kind)
    if kind is bool:
        return "`true`, `false`"
    if "datetime.date" in text:
        return "a date"
    return "list of strings" if "tuple" in text or "frozenset" in text else "a string"


def _default(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Severity):
        return value.word
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else ""
