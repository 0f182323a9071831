"""The child process that rewrites Python: one request and one answer a line, as JSON."""

from __future__ import annotations

import sys
from functools import lru_cache

import msgspec

from herolint.changes import PythonChange


class Request(msgspec.Struct, frozen=True):
    """A module's text, and the changes of one fix in it; spans are byte offsets into the text as UTF-8."""

    text: str
    changes: tuple[PythonChange, ...]


class Answer(msgspec.Struct, frozen=True):
    """The text once it is changed, or why it is not."""

    text: str | None = None
    refused: str = ""


def main() -> None:
    """Answer until there are no more requests."""
    from herolint.fixes.rewriting.changes import rewrite
    from herolint.fixes.rewriting.tree import Refused, Tree

    tree = lru_cache(maxsize=2)(Tree)
    sys.setrecursionlimit(20_000)
    for line in sys.stdin.buffer:
        request = msgspec.json.decode(line, type=Request)
        try:
            answer = Answer(text=rewrite(tree(request.text), request.changes))
        except Refused as why:
            answer = Answer(refused=str(why))
        except Exception as error:  # noqa: BLE001 - whatever the code makes libcst do, the other fixes go on
            answer = Answer(refused=f"the code could not be rewritten ({type(error).__name__})")
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
