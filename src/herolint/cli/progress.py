"""A progress line on stderr, shown only to a terminal that has waited for more than a second."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from herolint.cli.console import is_terminal
from herolint.reports.escape import plain

if TYPE_CHECKING:
    from threading import Timer

_DELAY_S = 1.0
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """`say` what is being done; the line appears after the first second and disappears at the end."""

    def __init__(self, *, quiet: bool) -> None:
        self._visible = not quiet and is_terminal(sys.stderr)
        self._doing = ""
        self._shown = False
        self._timer: Timer | None = None

    def __enter__(self) -> Self:
        if self._visible:
            from threading import Timer

            self._timer = Timer(_DELAY_S, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def say(self, doing: str) -> None:
        """Tell what is being done now."""
        self._doing = doing
        if self._shown:
            self._show()

    def _show(self) -> None:
        sys.stderr.write(f"{_CLEAR_LINE}herolint: {plain(self._doing)[:70]} …")
        sys.stderr.flush()
        self._shown = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer.join()
        if self._shown:
            sys.stderr.write(_CLEAR_LINE)
            sys.stderr.flush()
