"""`herolint config`: the configuration that is in effect for a folder, and where each part of it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from herolint.cli import console, shared
from herolint.config import Config


@click.command("config", short_help="Show the effective configuration.")
@click.argument("path", default=".")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the configuration instead.")
@shared.config_options
def command(path: str, schema: bool, config_file: str | None, no_config: bool) -> int:
    """Show the effective configuration for the folder PATH as TOML, each line with its origin."""
    from herolint import engine
    from herolint.selection import select_rules

    folder = shared.existing_folder(path)
    if schema:
        _print_schema(folder)
        return 0
    config = shared.find_config(folder, config_file, no_config=no_config)
    rules, _problems = engine.load_rules(folder)
    select_rules(config, rules)
    console.print_text("\n".join(_lines(config)))
    return 0


def _print_schema(folder: Path) -> None:
    from herolint import engine, pages
    from herolint.config_schema import schema
    from herolint.reports.escape import json_text

    rules, _problems = engine.load_rules(folder)
    summaries = {rule.code: page.summary for rule in rules if (page := pages.load_page(rule.code)) is not None}
    console.print_document(json_text(schema(rules, summaries)))


def _lines(config: Config) -> Iterator[str]:
    yield f"# from {config.file}" if config.file else "# no configuration file"
    severity, fail_on = config.severity.word, config.fail_on.word if config.fail_on else "never"
    values: dict[str, object] = {
        "select": config.select,
        "extend-select": config.extend_select,
        "ignore": config.ignore,
        "severity": severity,
        "fail-on": fail_on,
        "pedantic": config.pedantic,
        "platform": config.platform,
        "exclude": config.exclude,
    }
    for key, value in values.items():
        yield f"{key} = {_toml(value)}  # {config.origins.get(key.replace('-', '_'), 'default')}"
    yield from _tables(config)


def _tables(config: Config) -> Iterator[str]:
    app = {
        "stack": config.app.stack,
        "dyno": config.app.dynos or None,
        "buildpacks": config.app.buildpacks,
        "addons": None if config.app.addons is None else sorted(config.app.addons),
        "config-vars": None if config.app.config_vars is None else sorted(config.app.config_vars),
        "processes": config.app.scale or None,
    }
    if "app" in config.origins:
        yield from _table("[app]", app, config.origins["app"])
    for rule in config.rules:
        yield from _table(f"[rules.{_key(rule.rule)}]", {"severity": rule.severity, **rule.options}, rule.origin)
    for ignore in config.ignores:
        yield from _table("[[ignores]]", msgspec.structs.asdict(ignore) | {"origin": None}, ignore.origin)
    if "knowledge" in config.origins:
        yield from _table("[knowledge]", config.knowledge, config.origins["knowledge"])


def _table(header: str, values: object, origin: str) -> Iterator[str]:
    yield f"\n{header}  # {origin}"
    if isinstance(values, dict):
        yield from (f"{_key(key)} = {_toml(value)}" for key, value in values.items() if value is not None)


def _key(key: str) -> str:
    return key if key and all(char.isascii() and (char.isalnum() or char in "-_") for char in key) else _toml(key)


def _toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(str(key))} = {_toml(inner)}" for key, inner in value.items()) + " }" if value else "{}"
    return str(value)
