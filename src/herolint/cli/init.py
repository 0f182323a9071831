"""`herolint init`: what the app lacks to be ready, as files; shown first, and written only with `--write`."""

from __future__ import annotations

import sys
from datetime import date

import click

from herolint.cli import console, shared
from herolint.cli.progress import Progress


@click.command("init", short_help="Propose the files that are missing.")
@click.argument("path", default=".")
@click.option("--write", "writes", is_flag=True, help="Write the files; without it they are only shown.")
@shared.config_options
@click.option("--today", callback=shared.day, metavar="DATE", help="Judge as of this date.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="When to colour the text.")
def command(path: str, writes: bool, config_file: str | None, no_config: bool, today: date | None, color: str) -> int:
    """Propose what the app in the folder PATH (default: this one) lacks to be ready: Procfile, the language's version, .slugignore,
    app.json.

    Only what follows from the app's own files is proposed, the rest is said. A file that is there is only added to.
    """
    from herolint import engine, plugins, reports
    from herolint.init_plan import PlanError, make_plan, write
    from herolint.reports import init_text

    folder = shared.existing_folder(path)
    config = shared.find_config(folder, config_file, no_config=no_config)
    shared.check_platform(config.platform, config.origins.get("platform", "--platform"))
    plugins.load(folder)
    with Progress(quiet=False) as progress:
        plan = make_plan(folder, config, engine.RunOptions(today=today or date.today(), baseline=False, say=progress.say))
    if writes:
        try:
            write(folder, plan)
        except PlanError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    colored = console.use_color(color, sys.stdout)
    console.print_text(init_text.render(plan, reports.Options(color=colored, width=console.width()), written=writes))
    return 0
