"""Asks the child process to rewrite Python. Whatever happens there, the run goes on: a fix that fails is told as such."""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from subprocess import DEVNULL, PIPE, Popen
from threading import Thread
from types import TracebackType
from typing import IO, Self

import msgspec

from herolint.changes import PythonChange
from herolint.fixes.rewriting.worker import Answer, Request
from herolint.programs import own_python

TIMEOUT_S = 60.0
"""How long one rewrite may take; a file of a thousand lines takes about half a second."""
_ENDED = "the process that rewrites Python ended"
_START = "from herolint.fixes.rewriting.worker import main; main()"


class Rewriter:
    """Starts the child when it is first needed, and a new one after it had to be given up."""

    def __init__(self) -> None:
        self._child: Popen[bytes] | None = None
        self._answers: SimpleQueue[bytes] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def rewrite(self, text: str, changes: Sequence[PythonChange]) -> Answer:
        """The module's text with the changes made, or why it was not."""
        request = msgspec.json.encode(Request(text, tuple(changes))) + b"\n"
        try:
            child = self._child or self._start()
            assert child.stdin is not None
            child.stdin.write(request)
            child.stdin.flush()
            line = self._answers.get(timeout=TIMEOUT_S)
        except Empty:
            self._end()
            return Answer(refused=f"rewriting took more than {TIMEOUT_S:.0f} s")
        except BrokenPipeError:
            self._end()
            return Answer(refused=_ENDED)
        except OSError as error:
            self._end()
            return Answer(refused=f"Python could not be started to rewrite it ({error.strerror})")
        if not line:
            self._end()
            return Answer(refused=_ENDED)
        return msgspec.json.decode(line, type=Answer)

    def _start(self) -> Popen[bytes]:
        child = Popen(own_python(_START), stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        assert child.stdout is not None
        self._child, self._answers = child, SimpleQueue()
        Thread(target=_hand_on, args=(child.stdout, self._answers), daemon=True).start()
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        continue


def _hand_on(pipe: IO[bytes], answers: SimpleQueue[bytes]) -> None:
    """Pass each line on; at the end an empty one."""
    try:
        for line in pipe:
            answers.put(line)
    except (OSError, ValueError):
        pass
    answers.put(b"")
