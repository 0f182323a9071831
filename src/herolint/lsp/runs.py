"""When to lint: once nothing has changed for a moment, one run at a time, and never an outcome that is out of date."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Generic, TypeVar

from herolint.lsp.folder import Stale

QUIET_S = 0.3
"""A run starts when nothing has changed for so long."""
_STACK_BYTES = 64 * 1024 * 1024
"""Deeply nested code is read by functions that call themselves; only what is used of it takes memory."""

T = TypeVar("T")


class Runs(Generic[T]):
    """The runs of one folder: `work` lints in a thread, `show` gets the outcome unless something has changed since.

    `work` is told how to ask whether it is still wanted. `turn` is shared by folders of which one may run at a time.
    """

    def __init__(self, work: Callable[[Callable[[], bool]], T], show: Callable[[T], None], turn: asyncio.Lock) -> None:
        self._work = work
        self._show = show
        self._turn = turn
        self._state = 0
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def changed(self) -> None:
        """Something has changed: what is under way is out of date."""
        self._state += 1
        if not self._closed and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._loop())

    def close(self) -> None:
        """Show nothing any more."""
        self._closed = True
        self._state += 1

    async def _loop(self) -> None:
        done = -1
        while done != self._state and not self._closed:
            state = self._state
            await asyncio.sleep(QUIET_S)
            if state != self._state:
                continue
            async with self._turn:
                outcome = await in_thread(partial(self._attempt, state))
            if state == self._state and not self._closed:
                if outcome is not None:
                    self._show(outcome)
                done = state
            # The command line hardly ever looks for cycles; a server has to, once what was found is shown.
            await in_thread(gc.collect)

    def _attempt(self, state: int) -> T | None:
        with suppress(Stale):
            return self._work(lambda: state != self._state)
        return None


def in_thread(work: Callable[[], T]) -> Awaitable[T]:
    """Run `work` beside the loop, in a thread that a server which ends does not wait for."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(outcome: Callable[[], None]) -> None:
        if not future.cancelled():
            outcome()

    def run() -> None:
        try:
            outcome = partial(future.set_result, work())
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            outcome = partial(future.set_exception, error)
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(settle, outcome)

    before = threading.stack_size(_STACK_BYTES)
    try:
        threading.Thread(target=run, name="herolint", daemon=True).start()
    finally:
        threading.stack_size(before)
    return future
