"""Reads pip's requirements files with their includes: requirements, options, and the lines that pip refuses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

import msgspec

from herolint.formats.requirement_line import Requirement, normalise, read_requirement
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

__all__ = ["Include", "InvalidLine", "Option", "Requirement", "Requirements", "applies_on_linux", "marker_holds", "normalise", "parse"]

MAX_INCLUDES = 50
_COMMENT = lazy(r"(^|[ \t]+)#.*$")
_OPTION = lazy(r"(?P<name>--[a-z][a-z-]*|-[a-zA-Z])(?:[ \t]*=[ \t]*|[ \t]+|(?=[^ \t=])|$)(?P<value>.*)$", re.DOTALL)
_KNOWN = frozenset(
    {
        "-i", "--index-url", "--pypi-url", "--extra-index-url", "--no-index", "-f", "--find-links", "--no-binary", "--only-binary", "--prefer-binary",
        "--require-hashes", "--pre", "--trusted-host", "--use-feature", "-c", "--constraint", "-r", "--requirement", "-e", "--editable",
    }
)  # fmt: skip


class Include(msgspec.Struct, frozen=True):
    """A `-r` or `-c` line: the file it names, relative to the root, and whether it is there."""

    path: str
    file: str
    span: Span
    found: bool
    constraint: bool


class InvalidLine(msgspec.Struct, frozen=True):
    """A line that pip refuses, and why."""

    file: str
    span: Span
    text: str
    message: str


class Option(msgspec.Struct, frozen=True):
    """A global option such as `--extra-index-url`, with its value."""

    name: str
    value: str
    file: str
    span: Span


class Requirements(msgspec.Struct, frozen=True, eq=False):
    """A requirements file with all it includes; `constraints` come from `-c` files and install nothing by themselves."""

    items: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    options: tuple[Option, ...] = ()
    invalid: tuple[InvalidLine, ...] = ()
    includes: tuple[Include, ...] = ()
    files: tuple[str, ...] = ()
    encoding: str = "utf-8"
    encoding_problem: str | None = None


class _Line(msgspec.Struct, frozen=True):
    text: str
    start: int
    """Offset of the first character in the file's text."""
    end: int


def parse(source: SourceFile, read: Callable[[str], SourceFile | None]) -> Requirements:
    """The file and its includes; `read` gives another file of the repository by its path from the root, or None."""
    reader = _Reader(read)
    reader.file(source, constraint=False)
    return Requirements(
        items=tuple(reader.items),
        constraints=tuple(reader.constraints),
        options=tuple(reader.options),
        invalid=tuple(reader.invalid),
        includes=tuple(reader.includes),
        files=tuple(reader.seen),
        encoding=source.encoding,
        encoding_problem=source.encoding_problem,
    )


class _Reader:
    def __init__(self, read: Callable[[str], SourceFile | None]) -> None:
        self.read = read
        self.items: list[Requirement] = []
        self.constraints: list[Requirement] = []
        self.options: list[Option] = []
        self.invalid: list[InvalidLine] = []
        self.includes: list[Include] = []
        self.seen: list[str] = []

    def file(self, source: SourceFile, *, constraint: bool) -> None:
        self.seen.append(source.path)
        if source.is_binary:
            self.invalid.append(InvalidLine(source.path, Span(0, 0), "", "the file is not text"))
            return
        for line in _logical_lines(source.text):
            text = _COMMENT.sub("", line.text)
            lead = len(text) - len(text.lstrip())
            text = text.strip()
            if text:
                start = line.start + lead
                self.line(source, text, source.span_of_text(start, min(line.end, start + len(text))), constraint=constraint)

    def line(self, source: SourceFile, text: str, span: Span, *, constraint: bool) -> None:
        if text.startswith("-"):
            self.option(source, text, span, constraint=constraint)
            return
        found = read_requirement(text, source.path, span, editable=False)
        if isinstance(found, str):
            self.invalid.append(InvalidLine(source.path, span, text[:200], found))
        else:
            (self.constraints if constraint else self.items).append(found)

    def option(self, source: SourceFile, text: str, span: Span, *, constraint: bool) -> None:
        match = _OPTION.match(text)
        name = match["name"] if match else text.split()[0]
        value = match["value"].strip().strip("\"'") if match else ""
        if name in ("-r", "--requirement", "-c", "--constraint"):
            self.include(source, value, span, constraint=constraint or name in ("-c", "--constraint"))
        elif name in ("-e", "--editable"):
            found = read_requirement(value, source.path, span, editable=True)
            if isinstance(found, str):
                self.invalid.append(InvalidLine(source.path, span, text[:200], found))
            else:
                self.items.append(found)
        elif name in _KNOWN:
            self.options.append(Option(name, value, source.path, span))
        else:
            self.invalid.append(InvalidLine(source.path, span, text[:200], f"pip knows no option {name} here"))

    def include(self, source: SourceFile, name: str, span: Span, *, constraint: bool) -> None:
        if "://" in name:
            self.includes.append(Include(name, source.path, span, True, constraint))
            return
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), name.replace("\\", "/")))
        if path in self.seen or len(self.seen) > MAX_INCLUDES:
            return
        inner = self.read(path) if name and not path.startswith(("..", "/")) else None
        self.includes.append(Include(path, source.path, span, inner is not None, constraint))
        if inner is not None:
            self.file(inner, constraint=constraint)


def _logical_lines(text: str) -> Iterator[_Line]:
    """Lines put together where a backslash ends one; a comment line ends a continuation, as in pip."""
    parts: list[str] = []
    start = at = 0
    for piece in text.splitlines(keepends=True):
        body = piece.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        if not parts:
            start = at
        at += len(piece)
        if body.endswith("\\") and not body.lstrip().startswith("#"):
            parts.append(body[:-1])
            continue
        parts.append(body)
        yield _Line(" ".join(parts) if len(parts) > 1 else parts[0], start, at - (len(piece) - len(body)))
        parts = []
    if parts:
        yield _Line(" ".join(parts), start, at)


def applies_on_linux(requirement: Requirement, python_version: str = "3.13") -> bool:
    """Whether the marker holds on a dyno with CPython of that version."""
    return marker_holds(requirement.marker, python_version)


def marker_holds(marker: str, python_version: str = "3.13") -> bool:
    """Whether a marker holds on Linux on x86-64 with CPython of that version. One that cannot be read counts as holding."""
    if not marker:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    environment = {
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": ".".join(python_version.split(".")[:2]),
        "python_full_version": python_version if python_version.count(".") > 1 else f"{python_version}.0",
        "extra": "",
    }
    try:
        return Marker(marker).evaluate(environment)
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return True
