"""Facts kept in memory while the server runs, in front of those on the disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from herolint.code.cache import FactCache
from herolint.code.facts import Module

_Key = tuple[str, bytes]


class LiveFacts(FactCache):
    """Knows the facts of all files as they were in the last run. Text that was never saved leaves nothing on the disk.

    `check` is called whenever a file's facts are asked for, and may raise to end the run.
    """

    def __init__(self, kept: Path) -> None:
        super().__init__()
        self.kept = kept
        self.disk = FactCache()
        self.check: Callable[[], None] = lambda: None
        self.unsaved: frozenset[bytes] = frozenset()
        self._before: dict[_Key, Module] = {}
        self._now: dict[_Key, Module] = {}

    @cached_property
    def folder(self) -> Path | None:
        """Where judgements are kept: a folder that goes with the server."""
        return self.kept

    @property
    def base(self) -> Path | None:
        """Where facts are kept on the disk: among those of the command line."""
        return self.disk.base

    def holds(self, language: str, data: bytes) -> bool:
        """Whether the facts of a file with this content are known, or are not to be left on the disk."""
        key = language, data
        return key in self._now or key in self._before or data in self.unsaved or self.disk.holds(language, data)

    def start(self, unsaved: frozenset[bytes]) -> None:
        """A new run begins; `unsaved` are the contents that are in the editor only."""
        self._before |= self._now
        self._now = {}
        self.unsaved = unsaved

    def done(self) -> None:
        """The run has asked for all that it needs: forget the rest, and the judgements but for the newest ones."""
        if self._now:  # nothing at all is asked for when the judgement was kept
            self._before = {}
        judgements = sorted(self.kept.glob("run-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in judgements[_JUDGEMENTS:]:
            path.unlink(missing_ok=True)

    def get(self, language: str, data: bytes) -> Module | None:
        """The facts of a file with this content, if they are known."""
        self.check()
        key = language, data
        found = self._now.get(key) or self._before.get(key)
        if found is None and data not in self.unsaved:
            found = self.disk.get(language, data)
        if found is not None:
            self._now[key] = found
        return found

    def put(self, language: str, data: bytes, module: Module) -> None:
        """Remember the facts of a file with this content."""
        self._now[language, data] = module
        if data not in self.unsaved:
            self.disk.put(language, data, module)


_JUDGEMENTS = 8
"""Judgements that are kept: undo and redo go back and forth between some."""
