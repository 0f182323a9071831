"""What an app lacks to be ready, as files to write: only what follows from its own files. What does not is said, and left to its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Finding

if TYPE_CHECKING:
    from herolint.formats.tree import Node
    from herolint.source import SourceFile


class Proposal(msgspec.Struct, frozen=True):
    """A file to write: what is there now (None: nothing), what would be, and why in one line."""

    path: str
    before: bytes | None
    after: bytes
    reason: str


class Left(msgspec.Struct, frozen=True):
    """Something that is not proposed: what it is about, and why not."""

    about: str
    why: str


class Found(msgspec.Struct, frozen=True):
    """What one look at an app comes to."""

    files: tuple[Proposal, ...] = ()
    left: tuple[Left, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What to write, what is left out and why, and the findings: how many go, and those about code that would run then."""

    files: tuple[Proposal, ...]
    left: tuple[Left, ...]
    gone: int = 0
    shown: tuple[Finding, ...] = ()


def new_file(path: str, lines: list[str], reason: str) -> Proposal:
    """A file that is not there yet."""
    return Proposal(path, None, "".join(f"{line}\n" for line in lines).encode(), reason)


def with_lines(source: SourceFile, lines: list[str], reason: str) -> Proposal | None:
    """A file with lines added at its end, in its own line endings; None where that would not be what it says."""
    if source.encoding != "utf-8" or source.bom_length or source.is_binary:
        return None
    end = source.line_break
    glue = end if source.data and not source.data.endswith(b"\n") else ""
    added = (glue + "".join(f"{line}{end}" for line in lines)).encode()
    return Proposal(source.path, source.data, source.data + added, reason)


def with_entries(source: SourceFile, entries: list[tuple[Node, list[str]]], reason: str) -> Proposal | None:
    """A JSON file with an entry more at the start of each of the objects or lists; None where that would change a line that is there.

    Each entry comes as lines without indentation.
    """
    if source.encoding != "utf-8" or source.bom_length:
        return None
    data, end = source.data, source.line_break
    added: dict[int, str] = {}
    for node, lines in entries:
        first = node.entries[0].span.start if node.entries else node.items[0].span.start if node.items else None
        at = data.rfind(b"\n", 0, first) + 1 if first is not None else 0
        if first is None or at <= node.span.start or data[at:first].strip():
            return None
        indent = data[at:first].decode()
        added[at] = added.get(at, "") + end.join(f"{indent}{line}" for line in lines) + f",{end}"
    for at in sorted(added, reverse=True):
        data = data[:at] + added[at].encode() + data[at:]
    return Proposal(source.path, source.data, data, reason)
