"""`herolint why`: which process reaches a line of the code, and how."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from herolint.cli import console, shared
from herolint.wording import count


@click.command("why", short_help="Say which process reaches a line.")
@click.argument("place", metavar="PATH:LINE")
@shared.config_options
def command(place: str, config_file: str | None, no_config: bool) -> int:
    """Say which process reaches the line PATH:LINE, through which imports and calls, under which guards."""
    from herolint import engine
    from herolint.app.services.secrets import masked
    from herolint.reports.escape import plain

    file, line = _parse(place)
    root = _root(file)
    config = shared.find_config(root, config_file, no_config=no_config)
    _workspace, apps = engine.open_apps(root, config, engine.RunOptions(today=date.today()))
    path = file.resolve().relative_to(root).as_posix()
    owners = [app for app in apps if not app.root.path or path.startswith(app.root.path + "/")]
    if not owners:
        raise click.ClickException(f"{file}: belongs to no app that would be deployed")
    app = max(owners, key=lambda owner: len(owner.root.path))
    said = app.why(path.removeprefix(app.root.path + "/") if app.root.path else path, line)
    console.print_text("\n".join(plain(masked(words)) for words in said))
    return 0


def _parse(place: str) -> tuple[Path, int]:
    name, colon, number = place.rpartition(":")
    if not colon or not number.isascii() or not number.isdigit() or int(number) < 1:
        raise click.ClickException(f"{place}: write PATH:LINE, such as app.py:12")
    file = Path(name)
    if not file.is_file():
        raise click.ClickException(f"{name}: no such file")
    if int(number) > (lines := max(1, len(file.read_bytes().splitlines()))):
        raise click.ClickException(f"{place}: the file has {count(lines, 'line')}")
    return file, int(number)


def _root(file: Path) -> Path:
    """The folder that would be pushed: this one when the file is in it, else the repository around the file."""
    here, place = Path.cwd(), file.resolve()
    if place.is_relative_to(here):
        return here
    return next((folder for folder in place.parents if (folder / ".git").exists()), place.parent)
