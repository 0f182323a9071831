"""What the terminal gets: messages on stderr, reports on stdout or into files, and whether colour and how wide."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from herolint.reports.escape import plain

DEFAULT_WIDTH = 100
"""Columns where there is no terminal to ask."""


def complain(message: str) -> None:
    """Write one line to stderr, control characters escaped: it may quote names from the repository."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(plain(f"herolint: {message}").encode(encoding, "backslashreplace").decode(encoding) + "\n")


def use_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: as chosen, else NO_COLOR, FORCE_COLOR, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees what is written to the stream."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def width() -> int:
    """Columns to fill: COLUMNS, else the terminal's, else a default."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 20 <= int(columns) <= 1000:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH
    except (OSError, ValueError):
        return DEFAULT_WIDTH


def print_text(text: str) -> None:
    """Write text for people to stdout, in its encoding; what that cannot say is escaped."""
    _write(text, sys.stdout.encoding or "utf-8")


def print_document(text: str) -> None:
    """Write a document for programs to stdout, always as UTF-8."""
    _write(text, "utf-8")


def _write(text: str, encoding: str) -> None:
    text = text if text.endswith("\n") or not text else text + "\n"
    data = text.encode(encoding, "backslashreplace")
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode(encoding))
    else:
        sys.stdout.flush()
        buffer.write(data)
        buffer.flush()


def write_file(file: Path, text: str) -> None:
    """Write a report to a file: whole or not at all, so that nobody reads half of one. Raises OSError."""
    data = text.encode("utf-8", "backslashreplace")
    if file.exists() and not file.is_file():
        file.write_bytes(data)  # a device or pipe cannot be replaced
        return
    from herolint.whole_files import write_whole

    write_whole(file.resolve(), data)
