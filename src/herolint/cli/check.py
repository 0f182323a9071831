"""`herolint check`: lint a folder, print and write the reports, and say through the exit code how it went."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from herolint.cli import console, shared
from herolint.cli.progress import Progress
from herolint.config import Config
from herolint.context import Context, load_context
from herolint.finding import Severity
from herolint.reports import FORMATS

if TYPE_CHECKING:
    from herolint.baseline import Baseline
    from herolint.committed import Committed
    from herolint.result import Result


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says."""

    path: str
    format_name: str
    outputs: tuple[str, ...]
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    severity: str | None
    fail_on: str | None
    platform: str | None
    pedantic: bool
    strict: bool
    config_file: str | None
    no_config: bool
    config_from: str | None
    changed_since: str | None
    contexts: tuple[str, ...]
    today: date | None
    no_cache: bool
    no_baseline: bool
    show_suppressed: bool
    online: bool
    fix: bool
    unsafe_fixes: bool
    diff: bool
    quiet: bool
    verbose: int
    color: str


_FOR_PEOPLE = ("text", "concise")
"""Formats that are printed in the terminal's encoding and colours."""


@click.command("check", short_help="Lint a folder (the default command).")
@click.argument("path", default=".")
@click.option("--format", "format_name", default="text", metavar="FORMAT", help=f"What to print: {', '.join(FORMATS)}.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT=FILE", help="Also write a report to a file. Repeatable.")
@click.option(
    "--select", multiple=True, callback=shared.words, metavar="RULES", help="Run only these rules: codes, code beginnings, names, ALL."
)
@click.option("--extend-select", multiple=True, callback=shared.words, metavar="RULES", help="Run these rules too.")
@click.option(
    "--ignore",
    multiple=True,
    callback=shared.words,
    metavar="RULES",
    help="Do not run these rules, beside those the configuration ignores.",
)
@click.option("--severity", type=click.Choice(shared.SEVERITY_WORDS), help="Show only findings at or over this severity.")
@click.option(
    "--fail-on", type=click.Choice((*shared.SEVERITY_WORDS, "never")), help="Exit with 1 for findings at or over it (default: error)."
)
@click.option("--platform", metavar="NAME", help="Platform to judge for (default: heroku).")
@click.option("--pedantic", is_flag=True, help="Show findings of low confidence too.")
@click.option("--strict", is_flag=True, help="Exit with 1 when something could not be read or done.")
@shared.config_options
@click.option(
    "--config-from",
    metavar="COMMIT",
    help="Take configuration and baseline as this commit has them, such as the branch that a pull request goes to.",
)
@click.option(
    "--changed-since",
    metavar="COMMIT",
    help="Report only what rests on files that the current branch has changed since this commit; the whole app is judged all the same.",
)
@click.option("--context", "contexts", multiple=True, metavar="FILE", help="What `heroku config|addons|ps --json` printed. Repeatable.")
@click.option("--today", callback=shared.day, metavar="DATE", help="Judge as of this date.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of parsed files.")
@click.option("--no-baseline", is_flag=True, help="Report what stands in the baseline too.")
@click.option("--show-suppressed", is_flag=True, help="Show ignored findings too.")
@shared.online_option
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, then report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that may change what the app does.")
@click.option(
    "--diff",
    is_flag=True,
    help="Print what --fix would change as a patch, in place of a report, and write nothing; exit with 1 when that is anything, else 0.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress line, and nothing at all when nothing was found.")
@click.option("-v", "--verbose", count=True, help="Print more; -vv with the details of failures.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="When to colour the text.")
def command(**given: Any) -> int:
    """Lint the folder PATH (default: this one) as the platform would receive it."""
    from herolint import engine, plugins
    from herolint.api import check

    arguments = Arguments(**given)
    if arguments.unsafe_fixes and not (arguments.fix or arguments.diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    folder = shared.existing_folder(arguments.path)
    committed = _committed(arguments, folder)
    config = _configured(arguments, committed.config() if committed else _found_config(arguments, folder))
    plugins.load(folder)
    _check_format(arguments.format_name, "--format")
    files = [_output_file(output) for output in arguments.outputs]
    context = Context()
    for file in arguments.contexts:
        context = load_context(Path(file)).over(context)
    with Progress(quiet=arguments.quiet) as progress:
        lint = partial(
            check,
            folder,
            config=config,
            context=context,
            today=arguments.today,
            cache=not arguments.no_cache,
            baseline=_known_before(arguments, committed),
            say=progress.say,
            online=arguments.online,
            changed_since=arguments.changed_since,
        )
        result = lint()
        if arguments.fix or arguments.diff:
            from herolint.cli import fixing

            outcome = fixing.mended(folder, lint, result, unsafe=arguments.unsafe_fixes)
    if arguments.diff:
        return fixing.show(outcome, result, unsafe=arguments.unsafe_fixes, quiet=arguments.quiet)
    if arguments.fix:
        written = fixing.write(folder, outcome, result, unsafe=arguments.unsafe_fixes, quiet=arguments.quiet)
        result = outcome.result if written and not outcome.state.changes_what_is_pushed else lint()
    _report(result, arguments, files)
    return 1 if engine.failing(result, config.fail_on, strict=arguments.strict) else 0


def _committed(arguments: Arguments, folder: Path) -> Committed | None:
    """The commit that `--config-from` names. Raises ConfigError, click.ClickException."""
    if arguments.config_from is None:
        return None
    if arguments.config_file is not None or arguments.no_config:
        raise click.ClickException("--config-from: give no --config and no --no-config beside it")
    from herolint.committed import Committed

    return Committed(folder, arguments.config_from)


def _found_config(arguments: Arguments, folder: Path) -> Config:
    return shared.find_config(folder, arguments.config_file, no_config=arguments.no_config)


def _known_before(arguments: Arguments, committed: Committed | None) -> bool | Baseline:
    """Which baseline counts: the folder's, that of a commit, or none."""
    if arguments.no_baseline or committed is None:
        return not arguments.no_baseline
    return committed.baseline() or False


def _configured(arguments: Arguments, config: Config) -> Config:
    """The configuration with what the command line says. Raises click.ClickException."""
    config = config.with_options(
        select=arguments.select,
        extend_select=(*config.extend_select, *arguments.extend_select) if arguments.extend_select else None,
        ignore=(*config.ignore, *arguments.ignore) if arguments.ignore else None,
        severity=Severity[arguments.severity.upper()] if arguments.severity else None,
        platform=arguments.platform,
        pedantic=arguments.pedantic or None,
    )
    if arguments.fail_on:
        threshold = None if arguments.fail_on == "never" else Severity[arguments.fail_on.upper()]
        config = msgspec.structs.replace(config, fail_on=threshold)
    shared.check_platform(config.platform, "--platform" if arguments.platform else config.origins.get("platform", "--platform"))
    return config


def _check_format(name: str, option: str) -> None:
    from herolint import plugins, reports

    known = [*reports.FORMATS, *plugins.provided().reports]
    if name not in known:
        raise click.ClickException(f"{option}: unknown format `{name}` (known: {', '.join(known)})")


def _output_file(output: str) -> tuple[str, Path]:
    """The format and file of an `--output`. Raises click.ClickException."""
    name, equals, file = output.partition("=")
    if not equals or not file:
        raise click.ClickException(f"--output {output}: write FORMAT=FILE, such as sarif=herolint.sarif")
    _check_format(name, "--output")
    path = Path(file)
    if not path.parent.is_dir():
        raise click.ClickException(f"--output {output}: no such folder: {path.parent}")
    if path.is_dir():
        raise click.ClickException(f"--output {output}: {file} is a folder")
    return name, path


def _report(result: Result, arguments: Arguments, files: list[tuple[str, Path]]) -> None:
    """Write the files, then print."""
    for name, file in files:
        try:
            console.write_file(file, _render(name, result, arguments, color=False))
        except OSError as error:
            raise click.ClickException(f"--output {name}={file}: cannot be written ({error.strerror})") from error
    if arguments.quiet and not result.findings and not result.problems and arguments.format_name in _FOR_PEOPLE:
        return
    if arguments.format_name in _FOR_PEOPLE:
        console.print_text(_render(arguments.format_name, result, arguments, color=console.use_color(arguments.color, sys.stdout)))
    else:
        console.print_document(_render(arguments.format_name, result, arguments, color=False))


def _render(name: str, result: Result, arguments: Arguments, *, color: bool) -> str:
    from herolint.api import render

    return render(
        result,
        name,
        color=color,
        width=console.width(),
        links=color and console.is_terminal(sys.stdout),
        verbose=arguments.verbose,
        show_suppressed=arguments.show_suppressed,
    )
