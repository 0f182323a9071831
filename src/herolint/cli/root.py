"""The group of commands; each is imported only when it is called or listed."""

from __future__ import annotations

from importlib import import_module

import click

from herolint import __version__
from herolint.cli import COMMANDS


class _Commands(click.Group):
    """Commands by the name of their module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"herolint.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "-V", "--version", message="herolint %(version)s")
def root() -> None:
    """Lint a repository for what will break after it is pushed to Heroku.

    Without a command, `herolint [PATH]` is `herolint check [PATH]`.
    """
