"""Turns the changes of one fix into bytes: what of each file is replaced by what, which files come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import msgspec

from herolint.changes import AddLines, Delete, DropImports, Edit, NewFile, PythonChange, Rename, Resave
from herolint.finding import Fix
from herolint.fixes.difference import replacements
from herolint.fixes.python import Rewriter
from herolint.source import SourceFile, Span

Sources = Callable[[str], SourceFile | None]


class CannotFix(Exception):
    """A fix that cannot be made; the text says why."""


class Patch(msgspec.Struct, frozen=True):
    """Replace the bytes of `span` by `data`."""

    span: Span
    data: bytes


class Plan(msgspec.Struct, frozen=True):
    """What one fix does: patches by path, new files, renamed files (old path → new one) and files that go."""

    patches: Mapping[str, tuple[Patch, ...]]
    new: Mapping[str, bytes]
    renamed: Mapping[str, str]
    deleted: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    """Paths that no other fix may touch at the same time: it might come to need an import that this one drops."""

    @property
    def paths(self) -> frozenset[str]:
        """Every path that it touches."""
        return frozenset((*self.patches, *self.new, *self.renamed, *self.renamed.values(), *self.deleted))


def resolve(fix: Fix, source: Sources, rewriter: Rewriter) -> Plan:
    """The plan of a fix. Raises CannotFix."""
    patches: dict[str, list[Patch]] = {}
    new: dict[str, bytes] = {}
    renamed: dict[str, str] = {}
    deleted: set[str] = set()
    python: dict[str, list[PythonChange]] = {}
    for change in fix.edits:
        file = source(change.path)
        if isinstance(change, NewFile) or (isinstance(change, AddLines) and file is None):
            if file is not None or change.path in new:
                raise CannotFix(f"{change.path} is there already")
            new[change.path] = _new_text(change).encode()
            continue
        if file is None or file.is_binary:
            raise CannotFix(f"{change.path} cannot be read")
        if isinstance(change, Edit):
            patches.setdefault(change.path, []).append(Patch(change.span, encoded(change.text, file)))
        elif isinstance(change, Resave):
            patches.setdefault(change.path, []).append(_resaved(change, file))
        elif isinstance(change, AddLines):
            patches.setdefault(change.path, []).extend(_appended(change, file))
        elif isinstance(change, Rename):
            if source(change.to) is not None and change.to.casefold() != change.path.casefold():
                raise CannotFix(f"{change.to} is there already")
            renamed[change.path] = change.to
        elif isinstance(change, Delete):
            deleted.add(change.path)
        else:
            python.setdefault(change.path, []).append(change)
    for path, changes in python.items():
        file = source(path)
        assert file is not None
        patches.setdefault(path, []).extend(_rewritten(file, changes, rewriter))
    alone = frozenset(change.path for change in fix.edits if isinstance(change, DropImports))
    return Plan({path: _in_order(some) for path, some in patches.items()}, new, renamed, frozenset(deleted), alone)


def _resaved(change: Resave, file: SourceFile) -> Patch:
    if file.encoding_problem is not None:
        raise CannotFix(f"{file.path} has no encoding that can be told")
    text = file.text.replace("\r\n", "\n").replace("\r", "\n") if change.line_feeds else file.text
    return Patch(Span(0, len(file.data)), text.encode())


def _new_text(change: NewFile | AddLines) -> str:
    return change.text if isinstance(change, NewFile) else "".join(f"{line}\n" for line in change.lines)


def _in_order(patches: list[Patch]) -> tuple[Patch, ...]:
    """The patches of one file by place. Raises CannotFix when two of them overlap."""
    ordered = sorted(dict.fromkeys(patches), key=lambda patch: patch.span)
    for before, after in pairwise(ordered):
        if overlap(before.span, after.span):
            raise CannotFix("two of its edits overlap")
    return tuple(ordered)


def overlap(one: Span, other: Span) -> bool:
    """Whether two patches would touch the same bytes, or put something in the same place."""
    return max(one.start, other.start) < min(one.end, other.end) or one.start == other.start


def encoded(text: str, file: SourceFile) -> bytes:
    """Text as the file has it: in its encoding and with its line breaks. Raises CannotFix."""
    text = text.replace("\r\n", "\n").replace("\n", file.line_break)
    if file.encoding_problem is not None and not text.isascii():
        raise CannotFix(f"{file.path} has no encoding that can be told")
    try:
        return text.encode(file.encoding)
    except UnicodeEncodeError:
        raise CannotFix(f"{file.path} is {file.encoding}, which has no sign for what the fix writes") from None


def _appended(change: AddLines, file: SourceFile) -> list[Patch]:
    have = {line.strip() for line in file.text.splitlines()}
    lines = [line for line in change.lines if line.strip() not in have]
    if not lines:
        return []
    ended = not file.text or file.text.endswith(("\n", "\r"))
    text = "".join(f"{line}\n" for line in lines)
    text = text if ended else "\n" + text.removesuffix("\n")
    return [Patch(Span(len(file.data), len(file.data)), encoded(text, file))]


def _rewritten(file: SourceFile, changes: Sequence[PythonChange], rewriter: Rewriter) -> list[Patch]:
    """The patches that the child process comes to. Raises CannotFix."""
    answer = rewriter.rewrite(file.text, [_in_text(change, file) for change in changes])
    if answer.text is None:
        raise CannotFix(answer.refused)
    return [Patch(file.span_of_text(start, end), encoded(text, file)) for start, end, text in replacements(file.text, answer.text)]


def _in_text(change: PythonChange, file: SourceFile) -> PythonChange:
    """The change with its span counted in the bytes of the text as UTF-8."""
    span: Span | None = getattr(change, "span", None)
    if span is None:
        return change
    found = Span(_utf8(file, span.start), _utf8(file, span.end))
    return msgspec.structs.replace(change, span=found)


def _utf8(file: SourceFile, offset: int) -> int:
    before = file.data[file.bom_length : offset]
    return len(before) if file.encoding == "utf-8" else len(before.decode(file.encoding, "replace").encode())


def applied(data: bytes, patches: Sequence[Patch]) -> bytes:
    """The bytes once the patches, which are in order, are made."""
    pieces, at = [], 0
    for patch in patches:
        pieces += [data[at : patch.span.start], patch.data]
        at = patch.span.end
    return b"".join([*pieces, data[at:]])
