"""The changes as a unified diff, which `git apply` and `patch` take."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from herolint.fixes.resolve import Sources
from herolint.fixes.state import State

_NO_END = "\\ No newline at end of file\n"


def unified(state: State, source: Sources) -> bytes:
    """The diff of all changed files, by path, each in its own encoding; `source` gives them as they were read."""
    gone = set(state.moved.values())
    pieces: list[bytes] = []
    for path in sorted(state.changed):
        data = state.changed[path]
        if data is None and path in gone:
            continue
        old_path = state.moved.get(path, path)
        before = source(old_path)
        pieces += _file(path, old_path, before.data if before is not None else None, data)
    return b"".join(pieces)


def _file(path: str, old_path: str, before: bytes | None, after: bytes | None) -> Iterator[bytes]:
    if before == after and path == old_path:
        return
    yield f"diff --git a/{old_path} b/{path}\n".encode("utf-8", "surrogateescape")
    if before is None:
        yield b"new file mode 100644\n"
    if after is None:
        yield b"deleted file mode 100644\n"
    if path != old_path:
        yield f"rename from {old_path}\nrename to {path}\n".encode("utf-8", "surrogateescape")
    old_name = f"a/{old_path}" if before is not None else "/dev/null"
    new_name = f"b/{path}" if after is not None else "/dev/null"
    if b"\0" in (before or b"") + (after or b""):
        yield f"Binary files {old_name} and {new_name} differ\n".encode("utf-8", "surrogateescape")
        return
    # Latin-1 keeps every byte as it is; only line feeds part lines, as git has it.
    lines = unified_diff(_lines(before or b""), _lines(after or b""), _name(old_name), _name(new_name))
    for line in lines:
        yield line.encode("latin-1") if line.endswith("\n") else (line + "\n" + _NO_END).encode("latin-1")


def _name(name: str) -> str:
    """A path as text that Latin-1 turns into the path's own bytes."""
    return name.encode("utf-8", "surrogateescape").decode("latin-1")


def _lines(data: bytes) -> list[str]:
    pieces = data.decode("latin-1").split("\n")
    return [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
