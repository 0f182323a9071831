"""The command line: picks the command, runs it, and turns every failure into one line and an exit code.

Exit codes: 0 clean, 1 findings at or over `--fail-on`, 2 could not do the job, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys

COMMANDS = ("check", "build", "slug", "explain", "rules", "config", "why", "init", "baseline", "lsp")

_OWN_OPTIONS = ("--help", "-h", "--version", "-V")


def main(argv: list[str]) -> int:
    """Run the command in `argv` (without the program's name); returns the exit code."""
    # Facts and trees hold no cycles: looking for some at every few hundred objects costs a small run a sixth of its time, and a large one
    # a tenth even at every few hundred thousand.
    gc.set_threshold(5_000_000, 20, 100)
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python flushes stdout again on its way out: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return code


def _run(argv: list[str]) -> int:
    import click

    from herolint.cli.console import complain
    from herolint.config import ConfigError
    from herolint.context import ContextError

    words = argv if argv and argv[0] in (*COMMANDS, *_OWN_OPTIONS) else ["check", *argv]
    try:
        from herolint.cli.root import root

        code = root.main(words, prog_name="herolint", standalone_mode=False, windows_expand_args=False)
        return code if isinstance(code, int) else 0
    except click.Abort:
        return 130
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "herolint"
        complain(f"{error.format_message().rstrip('.')} (see {where} --help)")
    except (click.ClickException, ConfigError, ContextError) as error:
        complain(error.format_message() if isinstance(error, click.ClickException) else str(error))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - a traceback is no answer to the person at the terminal
        if "-vv" in argv:
            import traceback

            sys.stderr.write(traceback.format_exc())
        complain(f"internal error: {type(error).__name__}: {error} (-vv shows the traceback)")
    return 2
