"""The console entry: makes `sys.path` safe before anything else is imported, then starts the command line.

The folder that is linted is often the working directory, and nothing lying there may be imported: not a
`click.py`, not a `rich/`. So this module imports what the interpreter has loaded already and nothing more.
"""

import os
import sys


def console() -> None:
    """Run herolint and end the process with its exit code.

    At once: an interpreter that is left to itself takes every object apart first, which costs a small run a tenth of its time.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 2  # nobody is left who could be told why
    os._exit(code)


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
