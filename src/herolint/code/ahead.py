"""Source files that will be needed soon are read in other processes, where there are many of them, while this process reads the next ones.

This process takes files from the front of the line, as it comes to them; helpers are given those at its end, a batch at a time. What
they read comes back through the cache of facts, or through a folder of its own where no cache is kept.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint.code import kept_as
from herolint.code.cache import FactCache
from herolint.programs import own_python

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from herolint.code.facts import Module
    from herolint.source import SourceFile

MANY_BYTES = 300_000
"""Source that is waiting before a helper is worth its start, which takes as long as to read a third of that."""
_BATCH_BYTES = 60_000
_BATCHES_AT_ONCE = 2
"""How many batches a helper is given before it is done with the first: it never waits for the next one."""
_MOST_HELPERS = 3
_START = "from herolint.code.helper import main; main()"


class Ahead:
    """The files that are waiting to be read, and the helpers that read some of them. Whatever fails in a helper is read here."""

    def __init__(self, cache: FactCache | None) -> None:
        self._cache = cache
        self._waiting: dict[str, SourceFile] = {}
        self._bytes = 0
        """How much source is waiting."""
        self._given: dict[str, tuple[_Helper, str]] = {}
        """Files that a helper has, with the batch that they are in."""
        self._batches = 0
        self._folder: TemporaryDirectory[str] | None = None
        self._helpers: list[_Helper] | None = None

    def foresee(self, source: SourceFile) -> None:
        """Note that the facts of a file will be asked for."""
        if source.path in self._given or (self._cache is not None and self._cache.holds(kept_as(source.path), source.data)):
            return
        self._waiting[source.path] = source
        self._bytes += len(source.data)
        if self._helpers is None and self._bytes >= MANY_BYTES:
            self._start()
        self._share()

    def facts(self, source: SourceFile) -> Module | None:
        """The facts of a file that a helper has read, or is just reading; None when no helper has it."""
        if self._waiting.pop(source.path, None) is not None:
            self._bytes -= len(source.data)
            return None
        helper, batch = self._given.pop(source.path, (None, ""))
        if helper is None or self._cache is None or not helper.finishes(batch):
            return None
        self._share()
        return self._cache.get(kept_as(source.path), source.data)

    def close(self) -> None:
        """End the helpers: everything that was foreseen has been asked for, or will not be."""
        for helper in self._helpers or ():
            helper.end()
        self._helpers = []
        self._waiting.clear()
        self._given.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def _start(self) -> None:
        """Start a helper for each processor but this process's own."""
        from tempfile import TemporaryDirectory

        self._helpers = []
        with suppress(OSError):
            self._folder = TemporaryDirectory(prefix="herolint-", ignore_cleanup_errors=True)
            folder = Path(self._folder.name)
            if self._cache is None or self._cache.base is None:
                self._cache = FactCache(folder / "facts")
            for _ in range(min(_processors() - 1, _MOST_HELPERS)):
                self._helpers.append(_Helper(folder, self._cache))

    def _share(self) -> None:
        """Give helpers that have little left to do the files that this process comes to last."""
        for helper in self._helpers or ():
            while self._bytes > _BATCH_BYTES and helper.takes_more():
                batch, size = [], 0
                while size < _BATCH_BYTES and self._waiting:
                    batch.append(self._waiting.popitem()[1])
                    size += len(batch[-1].data)
                self._bytes -= size
                self._batches += 1
                if helper.give(str(self._batches), batch):
                    self._given.update((source.path, (helper, str(self._batches))) for source in batch)


class _Helper:
    """One helper process. The file with a batch is there until it is done; besides, the helper says so on its stdout."""

    def __init__(self, folder: Path, cache: FactCache) -> None:
        import subprocess

        self._folder = folder
        self._unfinished: list[str] = []
        command = own_python(_START, str(folder), str(cache.base))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def takes_more(self) -> bool:
        """Whether the helper can be given another batch."""
        self._unfinished = [batch for batch in self._unfinished if (self._folder / batch).exists()]
        return len(self._unfinished) < _BATCHES_AT_ONCE and self._process.poll() is None

    def give(self, batch: str, sources: list[SourceFile]) -> bool:
        """Hand a batch over; whether that worked."""
        assert self._process.stdin is not None
        try:
            (self._folder / batch).write_bytes(msgspec.msgpack.encode([(source.path, source.data) for source in sources]))
            self._process.stdin.write(f"{batch}\n".encode())
            self._process.stdin.flush()
        except OSError:
            return False
        self._unfinished.append(batch)
        return True

    def finishes(self, batch: str) -> bool:
        """Wait until a batch is done; False when the helper has ended before."""
        assert self._process.stdout is not None
        while (self._folder / batch).exists():
            if not self._process.stdout.readline():
                return False
        return True

    def end(self) -> None:
        """Let the process end."""
        with suppress(OSError):
            self._process.communicate()


def _processors() -> int:
    """How many processors this process may use; one where no further Python can be started."""
    if not sys.executable or getattr(sys, "frozen", False):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
