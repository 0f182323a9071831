"""What a fix does to files, as plain records. Rules make them, `fixes` alone carries them out.

All changes of one fix speak of the files as they were read: spans are byte offsets into those. Those from `ReplaceExpression` on are for Python code;
they are carried out on its syntax tree, so that formatting, comments and everything else stay as they are.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from herolint.source import Span


class Edit(msgspec.Struct, frozen=True, tag="replace"):
    """Replace the bytes of `span` in `path` by `text`; `\\n` in it becomes the line break of the file."""

    path: str
    span: Span
    text: str


class NewFile(msgspec.Struct, frozen=True, tag="create"):
    """Make the file `path`, which is not there."""

    path: str
    text: str


class Rename(msgspec.Struct, frozen=True, tag="rename"):
    """Give a file another path. Its content may be changed by an `Edit` of its old path in the same fix."""

    path: str
    to: str


class Delete(msgspec.Struct, frozen=True, tag="delete"):
    """Take a file away."""

    path: str


class Resave(msgspec.Struct, frozen=True, tag="resave"):
    """Write a file anew as UTF-8 without byte order mark; `line_feeds`: with lines that end in LF."""

    path: str
    line_feeds: bool = False


class AddLines(msgspec.Struct, frozen=True, tag="append"):
    """Put those of `lines` that `path` does not have at its end; the file is made where there is none."""

    path: str
    lines: tuple[str, ...]


class ReplaceExpression(msgspec.Struct, frozen=True, tag="replace-expression"):
    """Put `code` in the place of the expression at `span`."""

    path: str
    span: Span
    code: str
    imports: tuple[str, ...] = ()
    """Statements such as `import os`, added where the module does not have them; `code` spells names as they then are."""


class SetArgument(msgspec.Struct, frozen=True, tag="set-argument"):
    """Give the call at `span` the argument `keyword`, or replace it; `position` is where it may stand without its name (-1: nowhere)."""

    path: str
    span: Span
    keyword: str
    code: str
    position: int = -1
    imports: tuple[str, ...] = ()


class AddStatement(msgspec.Struct, frozen=True, tag="add-statement"):
    """Put the statements `code` before or after the statement that holds `span`, in its block."""

    path: str
    span: Span
    code: str
    where: Literal["before", "after"] = "after"
    imports: tuple[str, ...] = ()


class AddElement(msgspec.Struct, frozen=True, tag="add-element"):
    """Add the element `code` to the list, tuple or set at `span`, which must not hold it: before or after the element `beside`.

    `beside` is that element's code, or the text that it is a literal of; empty: the first or last one.
    """

    path: str
    span: Span
    code: str
    where: Literal["before", "after"] = "after"
    beside: str = ""
    imports: tuple[str, ...] = ()


class AddAssignment(msgspec.Struct, frozen=True, tag="add-assignment"):
    """Add `name = code` to the module, which must not assign that name: after the assignment of `after`, else at its end."""

    path: str
    name: str
    code: str
    after: str = ""
    imports: tuple[str, ...] = ()


class DropImports(msgspec.Struct, frozen=True, tag="drop-imports"):
    """Take `names` out of the module's imports: those that nothing uses any more once the rest of the fix is made."""

    path: str
    names: tuple[str, ...]


PythonChange = ReplaceExpression | SetArgument | AddStatement | AddElement | AddAssignment | DropImports
Change = Edit | NewFile | Rename | Delete | Resave | AddLines | PythonChange


def moved(change: Change, folder: str) -> Change:
    """The change with its paths, which are relative to `folder`, made relative to what that lies in."""
    if isinstance(change, Rename):
        return Rename(f"{folder}/{change.path}", f"{folder}/{change.to}")
    return msgspec.structs.replace(change, path=f"{folder}/{change.path}")
