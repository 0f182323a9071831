"""`herolint baseline`: accept what stands today, so that later runs report only what is new."""

from __future__ import annotations

from datetime import date

import click

from herolint.cli import console, shared


@click.command("baseline", short_help="Accept what stands today.")
@click.argument("path", default=".")
@click.option("--prune", is_flag=True, help="Only take out what is mended; accept nothing new.")
@shared.config_options
@click.option("--today", callback=shared.day, metavar="DATE", help="Judge as of this date.")
def command(path: str, prune: bool, config_file: str | None, no_config: bool, today: date | None) -> int:
    """Write the findings of the folder PATH into herolint-baseline.json there; `herolint check PATH` then reports only others."""
    from herolint import baseline, engine
    from herolint.wording import count

    folder = shared.existing_folder(path)
    config = shared.find_config(folder, config_file, no_config=no_config)
    shared.check_platform(config.platform, config.origins.get("platform", "--platform"))
    result = engine.run(folder, config, engine.RunOptions(today=today or date.today(), baseline=False))
    before = baseline.load(folder) if prune else baseline.load_readable(folder)
    standing = result.findings
    if prune:
        if before is None:
            raise click.ClickException(f"{path}: there is no {baseline.FILE_NAME} to prune")
        standing = tuple(finding for finding in standing if finding.id in before.ids)
    after = baseline.made_of(standing)
    try:
        file = baseline.write(folder, after)
    except OSError as error:
        raise click.ClickException(f"{folder / baseline.FILE_NAME}: cannot be written ({error.strerror})") from error
    known = before.ids if before is not None else frozenset()
    changes = [f"{len(after.ids - known)} new"] if known and after.ids - known else []
    changes += [f"{len(known - after.ids)} gone"] if known - after.ids else []
    console.print_text(f"{file}: {count(len(after.findings), 'finding')}" + (f" ({', '.join(changes)})" if changes else ""))
    return 0
