"""`herolint slug`: how large the slug will be, part by part, and what would make it smaller."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from herolint.cli import console, shared

if TYPE_CHECKING:
    from herolint.online import Online


@click.command("slug", short_help="Weigh the slug, part by part.")
@click.argument("path", default=".")
@click.option("--env", "environment", metavar="DIR", help="Weigh what is installed in this virtual environment instead of the manifests.")
@shared.online_option
@click.option("--format", "format_name", type=click.Choice(("text", "json")), default="text", help="What to print.")
@shared.config_options
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="When to colour the text.")
def command(
    path: str, environment: str | None, online: bool, format_name: str, config_file: str | None, no_config: bool, color: str
) -> int:
    """Weigh the compressed slug of the folder PATH (default: this one): the runtime, each package, the app's own files, biggest first.

    Sizes come from a lock file that carries them (uv.lock, pylock.toml), from an installed environment (--env), else from a table of
    well-known packages. With --online, what neither tells is asked of the package index. The exit code is 1 when the slug is over the
    limit for certain.
    """
    from herolint import engine, reports
    from herolint.app.slug.slug_size import slug_report
    from herolint.finding import Problem
    from herolint.result import Result

    folder = shared.existing_folder(path)
    config = shared.find_config(folder, config_file, no_config=no_config)
    shared.check_platform(config.platform, config.origins.get("platform", "--platform"))
    weighed = _weighed(environment) if environment is not None else None
    asked = _online(folder) if online else None
    workspace, apps = engine.open_apps(folder, config, engine.RunOptions(today=date.today(), online=asked))
    found = {app.root.path: slug_report(app, weighed) for app in apps}
    problems = tuple(Problem(message=text) for text in (asked.problems if asked is not None else ()))
    result = Result(root=str(folder), source=workspace.read, problems=problems)
    limit = apps[0].platform.slug_limit_bytes if apps else 0
    if format_name == "json" and apps:
        from herolint.reports import slug_json

        console.print_document(slug_json.render(result, found, apps[0].platform))
    elif apps:
        from herolint.reports import slug_text

        colored = console.use_color(color, sys.stdout)
        shown = reports.Options(color=colored, width=console.width(), links=colored and console.is_terminal(sys.stdout))
        blocks = (sys.stdout.encoding or "").lower().startswith("utf")
        console.print_text(slug_text.render(result, found, apps[0].platform, shown, blocks=blocks))
    return 1 if any(report is not None and report.estimate.low > limit for report in found.values()) else 0


def _online(folder: Path) -> Online:
    from herolint.online import Online

    return Online.for_user(folder, cache=True)


def _weighed(environment: str) -> dict[str, int]:
    """Bytes by distribution. Raises click.ClickException where there is no environment."""
    from herolint.workspace.environment import site_packages, weigh

    packages = site_packages(Path(environment))
    if packages is None:
        raise click.ClickException(f"--env {environment}: no Python packages are installed there")
    return {one.name: one.bytes for one in weigh(packages)}
