"""Arguments that several commands take, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from herolint.config import Config, check_platform, load_config
from herolint.finding import Severity

__all__ = ["SEVERITY_WORDS", "check_platform", "config_options", "day", "existing_folder", "find_config", "words"]

SEVERITY_WORDS = tuple(severity.word for severity in reversed(Severity))


def config_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config FILE` and `--no-config`, as `config_file` and `no_config` for `find_config`."""
    none = click.option("--no-config", is_flag=True, help="Use no configuration file.")
    named = click.option("--config", "config_file", metavar="FILE", help="Configuration to use instead of the one found upwards from PATH.")
    return named(none(command))


def online_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--online`, as `online`."""
    words = "Ask the package index, and uv where it is installed, for what the sizes of packages cannot be told without."
    return click.option("--online", is_flag=True, help=words)(command)


def words(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """The words of an option that may be given several times, each time with commas between words."""
    return tuple(word.strip() for group in given for word in group.split(",") if word.strip())


def day(_ctx: click.Context, _param: click.Parameter, given: str | None) -> date | None:
    """A date such as 2027-01-31."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise click.BadParameter(f"{given!r} is no date such as 2027-01-31") from error


def existing_folder(path: str) -> Path:
    """The folder to lint. Raises click.ClickException when it is not there or no folder."""
    folder = Path(path)
    if not folder.exists():
        raise click.ClickException(f"{path}: no such folder{_perhaps_a_command(path)}")
    if not folder.is_dir():
        raise click.ClickException(f"{path}: not a folder; herolint reads a whole repository, so give its folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise click.ClickException(f"{path}: cannot be read (permission denied)")
    return folder


def _perhaps_a_command(path: str) -> str:
    from difflib import get_close_matches

    from herolint.cli import COMMANDS

    near = get_close_matches(path, COMMANDS, 1, 0.7)
    return f"; did you mean the command `{near[0]}`?" if near else ""


def find_config(folder: Path, file: str | None, *, no_config: bool) -> Config:
    """The configuration for `folder`. Raises ConfigError."""
    if no_config:
        return Config()
    return load_config(folder, Path(file) if file is not None else None)
