"""Reads a Procfile as the classic slug compiler does, and tells which lines it drops or misreads."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_BLANKS = " \t\v\f"
_MAX_BROKEN = 1000  # a file with more broken lines is no Procfile at all
# The slug compiler's own expression: blanks, a name, an optional colon, at least one blank, the command.
_ENTRY = lazy(r"[ \t\v\f]*(?P<name>[A-Za-z0-9_-]+)(?P<colon>:?)[ \t\v\f]+(?P<command>.*)", re.DOTALL)
_UNSPACED = lazy(r"[ \t\v\f]*(?P<name>[A-Za-z0-9_-]+):[ \t\v\f]*(?P<command>\S.*)", re.DOTALL)
_NAME_ONLY = lazy(r"(?P<name>[A-Za-z0-9_-]+)(?P<sign>[:=]?)(?P<rest>.*)", re.DOTALL)
_INTENDED = lazy(r"[^A-Za-z0-9]*(?P<name>[A-Za-z0-9][A-Za-z0-9_.,-]*+)[^\sA-Za-z0-9:=]*\s*[:=]")
_LIST_ITEM = lazy(r"(?P<name>[A-Za-z0-9_-]+):")

MESSAGES = {
    "bom": "a byte order mark stands before the name, so Heroku drops the line",
    "no-space": "no space after the colon: Heroku's slug compiler drops the line",
    "empty-command": "no command behind the name",
    "no-colon": "no colon after the name",
    "blank-before-colon": "the blank before the colon makes the colon a command, which for the shell does nothing with the words behind it",
    "bad-name": "a process name holds only letters, digits, `-` and `_`: Heroku drops the line",
    "list-item": "a YAML list item: Heroku reads a process named `-`",
    "continued": "a Procfile has no continued lines: the backslash stays in the command and the next line is read for itself",
    "bad-line": "not a line of the form `name: command`: Heroku drops it",
}


class ProcessLine(msgspec.Struct, frozen=True):
    """A line that declares a process type. `command` has no blanks at its ends and may be empty; `line_span` is the whole line."""

    name: str
    name_span: Span
    command: str
    command_span: Span
    line_span: Span


class BrokenLine(msgspec.Struct, frozen=True):
    """A line that Heroku drops (`dropped`), or reads as something else than it seems to say and then also has a `ProcessLine`.

    `kind` is a key of `MESSAGES`; `name` the process type that the line seems to mean, empty if none can be told; `text` the line
    without the blanks around it and `span` its bytes.
    """

    kind: str
    span: Span
    text: str
    message: str
    name: str = ""
    dropped: bool = True
    meant: ProcessLine | None = None
    """What a dropped line would declare if it were written right, where that can be told."""


class Procfile(msgspec.Struct, frozen=True):
    """The lines of a Procfile in order.

    `encoding_problem` is `utf-16` or `utf-32` (nothing is read), `bom` (the first line is lost), `not-utf-8`, `cr` (line breaks of a
    lone carriage return, which Cedar takes and Cloud Native Buildpacks do not) or None.
    """

    entries: tuple[ProcessLine, ...] = ()
    broken: tuple[BrokenLine, ...] = ()
    encoding_problem: str | None = None

    def last(self) -> dict[str, ProcessLine]:
        """The line that wins for each process type: the last one of its name."""
        return {entry.name: entry for entry in self.entries}

    def meant(self) -> dict[str, ProcessLine]:
        """The process types as they are once dropped lines are written right: what is wrong with those shows at the next deploy."""
        return {line.meant.name: line.meant for line in self.broken if line.meant is not None} | self.last()


def parse(source: SourceFile) -> Procfile:
    """The process types that the file declares; comments and blank lines are left out."""
    problem = _encoding_problem(source)
    if problem in ("utf-16", "utf-32"):
        return Procfile(encoding_problem=problem)
    entries: list[ProcessLine] = []
    broken: list[BrokenLine] = []
    for number in range(1, source.line_count + 1):
        line = source.line_span(number)
        text = source.data[line.start : line.end].decode(source.encoding)
        marked = number == 1 and problem == "bom"
        if marked:
            text, line = text[1:], Span(line.start + source.bom_length, line.end)
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        entry = None if marked else _entry(text, line, source.encoding)
        if entry is not None:
            entries.append(entry)
        if len(broken) < _MAX_BROKEN and (flaw := _flaw(text, line, source.encoding, entry, marked)) is not None:
            broken.append(flaw)
    return Procfile(tuple(entries), tuple(broken), problem)


def _encoding_problem(source: SourceFile) -> str | None:
    if source.encoding.startswith(("utf-16", "utf-32")):
        return source.encoding[:6]
    if source.encoding == "latin-1":
        return "not-utf-8"
    if source.bom_length:
        return "bom"
    return "cr" if re.search(rb"\r(?!\n)", source.data) else None


def _entry(text: str, line: Span, encoding: str) -> ProcessLine | None:
    match = _ENTRY.match(text)
    if match is None:
        return None
    name = line.start + match.start("name")  # only ASCII stands before the name and in it
    start = line.start + match.start("command")
    command = match["command"].rstrip(_BLANKS)
    return ProcessLine(
        name=match["name"],
        name_span=Span(name, name + len(match["name"])),
        command=command,
        command_span=Span(start, start + len(command.encode(encoding))),
        line_span=line,
    )


def _flaw(text: str, line: Span, encoding: str, entry: ProcessLine | None, marked: bool) -> BrokenLine | None:
    """What is wrong with a line, if anything; `marked` says that a byte order mark stands before it."""
    bare = text.strip(_BLANKS)
    kind, name = ("bom", _intended(bare)) if marked else _kind(bare, entry)
    if not kind:
        return None
    start = line.start + len(text[: len(text) - len(text.lstrip(_BLANKS))].encode(encoding))
    span = Span(start, start + len(bare.encode(encoding)))
    meant = _meant(text, line, encoding) if kind in ("no-space", "bom") else None
    return BrokenLine(kind, span, bare, MESSAGES[kind], name, entry is None, meant)


def _meant(text: str, line: Span, encoding: str) -> ProcessLine | None:
    """A line with the blank that is missing behind the colon."""
    match = _UNSPACED.match(text)
    if match is None:
        return None
    name, command = line.start + match.start("name"), match["command"].rstrip(_BLANKS)
    start = line.start + match.start("command")
    return ProcessLine(
        match["name"], Span(name, name + len(match["name"])), command, Span(start, start + len(command.encode(encoding))), line
    )


def _kind(bare: str, entry: ProcessLine | None) -> tuple[str, str]:
    """The kind of flaw, empty for a good line, and the name that is meant."""
    if entry is not None:
        return _misread(bare, entry)
    match = _NAME_ONLY.match(bare)
    if match is None or match["sign"] == "" and match["rest"]:
        name = _intended(bare)
        return ("bad-name", name) if name or bare.startswith(":") else ("bad-line", "")
    if match["sign"] == ":":
        return ("no-space" if match["rest"] else "empty-command"), match["name"]
    return ("no-colon" if match["sign"] else "bad-line"), match["name"] if match["sign"] else ""


def _misread(bare: str, entry: ProcessLine) -> tuple[str, str]:
    """The flaw of a line that the slug compiler takes."""
    if not entry.command:
        return "empty-command", entry.name
    if entry.name == "-" and (item := _LIST_ITEM.match(entry.command)):
        return "list-item", item["name"]
    if not bare.startswith(f"{entry.name}:"):
        return ("blank-before-colon" if entry.command.startswith(":") else "no-colon"), entry.name
    return ("continued" if entry.command.endswith("\\") and not entry.command.endswith("\\\\") else ""), entry.name


def _intended(bare: str) -> str:
    match = _INTENDED.match(bare)
    return match["name"] if match else ""
