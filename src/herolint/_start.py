"""The console entry: makes `sys.path` safe before anything else is imported, then starts the command line.

The folder that is linted is often the working directory, and nothing lying there may be imported: not a
`click.py`, not a `rich/`. So this module imports what the interpreter has loaded already and nothing more.
"""

import os
import sys


def main() -> int:
    """Run herolint with the arguments of the process; returns the exit code."""
    _leave_working_directory()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from herolint import __version__

        print(f"herolint {__version__}")
        return 0
    from herolint.cli import main as run

    return run(sys.argv[1:])


def _leave_working_directory() -> None:
    """Take the working directory out of `sys.path`, in every spelling.

    The folder that herolint itself was imported from stays: whoever can write there has won already, and
    herolint's dependencies may be installed beside it.
    """
    home = os.path.realpath(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        here = ""
    sys.path[:] = [entry for entry in sys.path if _is_safe(entry, here, home)]


def _is_safe(entry: str, here: str, home: str) -> bool:
    if not os.path.isabs(entry):
        return False
    real = os.path.realpath(entry)
    return real in (home,) or real != here
