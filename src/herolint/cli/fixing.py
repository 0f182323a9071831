"""`--fix` and `--diff`: fixes are made in memory, then written or shown; what came of it is told on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from herolint.fixes.guard import Guard
from herolint.fixes.passes import Mender, Outcome
from herolint.fixes.told import summary
from herolint.reports.escape import plain

if TYPE_CHECKING:
    from herolint.result import Result


def mended(folder: Path, lint: Callable[..., Result], result: Result, *, unsafe: bool) -> Outcome:
    """What fixing the findings of `result` makes of the files; nothing is written. `lint` judges the folder, with files `changed`."""
    return Mender(lambda changed: lint(changed=changed), Guard(folder), unsafe=unsafe).mend(result)


def write(folder: Path, outcome: Outcome, result: Result, *, unsafe: bool, quiet: bool) -> bool:
    """Write the fixed files, and say so. Whether all of them could be written; `result` gives them as they were."""
    from herolint.fixes.write import write as write_files

    failed = write_files(folder, outcome.state, result.source)
    _tell(summary(outcome, failed, unsafe=unsafe, written=True), quiet=quiet)
    return not failed


def show(outcome: Outcome, result: Result, *, unsafe: bool, quiet: bool) -> int:
    """Print the changes as a unified diff. Returns the exit code: 1 when there are any."""
    from herolint.fixes.patch import unified

    diff = unified(outcome.state, result.source)
    sys.stdout.flush()
    sys.stdout.buffer.write(diff)
    sys.stdout.buffer.flush()
    _tell(summary(outcome, [], unsafe=unsafe, written=False), quiet=quiet)
    return 1 if diff else 0


def _tell(lines: list[str], *, quiet: bool) -> None:
    """Say what was done; only what could not be done when it is to be quiet."""
    shown = [line for line in lines if line.startswith("not ")] if quiet else lines
    encoding = sys.stderr.encoding or "utf-8"
    for line in shown:
        sys.stderr.write(plain(line).encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stderr.flush()
