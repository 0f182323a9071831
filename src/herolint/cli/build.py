"""`herolint build`: what will happen after the push, in order, and where it fails first."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from herolint.cli import console, shared
from herolint.cli.progress import Progress
from herolint.context import Context, load_context


@click.command("build", short_help="Foretell the build, step by step.")
@click.argument("path", default=".")
@click.option("--format", "format_name", type=click.Choice(("text", "json")), default="text", help="What to print.")
@shared.config_options
@click.option("--context", "contexts", multiple=True, metavar="FILE", help="What `heroku config|addons|ps --json` printed. Repeatable.")
@click.option("--today", callback=shared.day, metavar="DATE", help="Judge as of this date.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="When to colour the text.")
def command(
    path: str, format_name: str, config_file: str | None, no_config: bool, contexts: tuple[str, ...], today: date | None, color: str
) -> int:
    """Say what will happen after a push of the folder PATH (default: this one): buildpacks, runtime, package manager, install, build,
    slug, process types and release, each with what makes it so, and where it fails first.

    The exit code is 1 when the build would stop.
    """
    from herolint import engine, plugins, reports
    from herolint.forecast import foretell

    folder = shared.existing_folder(path)
    config = shared.find_config(folder, config_file, no_config=no_config)
    shared.check_platform(config.platform, config.origins.get("platform", "--platform"))
    plugins.load(folder)
    context = Context()
    for file in contexts:
        context = load_context(Path(file)).over(context)
    with Progress(quiet=format_name == "json") as progress:
        options = engine.RunOptions(today=today or date.today(), context=context, say=progress.say)
        result, apps = foretell(folder, config, options)
    if format_name == "json":
        from herolint.reports import build_json

        console.print_document(build_json.render(result, apps))
    else:
        from herolint.reports import build_text

        colored = console.use_color(color, sys.stdout)
        shown = reports.Options(color=colored, width=console.width(), links=colored and console.is_terminal(sys.stdout))
        console.print_text(build_text.render(result, apps, shown))
    return 1 if any(step.stops for app in apps for step in app.steps) else 0
