"""Reads `.python-version` and `runtime.txt` as the Python buildpack does, and `.ruby-version` as Bundler does."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

VERSION = lazy(r"(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?\Z")

MISSPELT_PYTHON_VERSION = frozenset(
    (
        " .python-version|. python-version|.python_version.txt|.python_version|.python-version |,python-version|.python-version."
        "|.python-version.py|.python-version.rtf|.python-version.txt|.python-version.TXT|.Python-version|.python.version|.pythonversion"
        "|'.python-version'|python_version|python-version|python-version.txt"
    ).split("|")
)
"""Names by which the buildpack (release v351) tells that `.python-version` was meant; it stops the build over them."""


class VersionFile(msgspec.Struct, frozen=True):
    """The version a file asks for (`3.13` or `3.13.5`; None when it asks for none that can be read), where, and what is wrong.

    `issue` is empty, or one of `encoding`, `empty`, `invalid`, `multiple`; `text` is the offending line.
    """

    version: str | None
    span: Span
    issue: str = ""
    text: str = ""


def parse_python_version(source: SourceFile) -> VersionFile:
    """`.python-version`: exactly one line `N.N` or `N.N.N` beside comments and empty lines."""
    if source.is_binary or source.encoding.startswith("utf-16") or source.encoding.startswith("utf-32") or source.bom_length:
        return VersionFile(None, Span(0, len(source.data)), "encoding")
    if source.encoding_problem:
        return VersionFile(None, Span(0, len(source.data)), "encoding")
    lines = _lines(source)
    if not lines:
        return VersionFile(None, Span(0, len(source.data)), "empty")
    for text, span in lines:
        if not VERSION.match(text):
            return VersionFile(None, span, "invalid", text)
    if len(lines) > 1:
        return VersionFile(None, lines[1][1], "multiple", lines[1][0])
    return VersionFile(lines[0][0], lines[0][1])


def parse_runtime_txt(source: SourceFile) -> VersionFile:
    """`runtime.txt`: exactly one line `python-N.N` or `python-N.N.N`."""
    if source.is_binary or source.bom_length:
        return VersionFile(None, Span(0, len(source.data)), "encoding")
    lines = _lines(source)
    if not lines:
        return VersionFile(None, Span(0, len(source.data)), "empty")
    if len(lines) > 1:
        return VersionFile(None, lines[1][1], "multiple", lines[1][0])
    text, span = lines[0]
    version = text.removeprefix("python-")
    if not text.startswith("python-") or not VERSION.match(version):
        return VersionFile(None, span, "invalid", text)
    return VersionFile(version, span)


_RUBY_VERSION = lazy(r"(?:ruby-)?([0-9]+(?:\.[0-9]+){0,2}(?:[.-](?:pre|preview|rc|dev|beta)[0-9]*)?)(?:-?p[0-9]+)?\Z")


def parse_ruby_version(source: SourceFile) -> VersionFile:
    """`.ruby-version`: the first line that counts, `3.3.6` or `ruby-3.3.6`, without a gemset behind `@`. Other engines are `invalid`."""
    if source.is_binary:
        return VersionFile(None, Span(0, len(source.data)), "encoding")
    lines = _lines(source)
    if not lines:
        return VersionFile(None, Span(0, len(source.data)), "empty")
    text, span = lines[0]
    match = _RUBY_VERSION.match(text.partition("@")[0].partition("#")[0].strip())
    return VersionFile(match[1], span) if match else VersionFile(None, span, "invalid", text)


def _lines(source: SourceFile) -> list[tuple[str, Span]]:
    """Lines that count: without surrounding white space, not empty, not starting with `#`."""
    found, at = [], 0
    for piece in re.split(r"(\n)", source.text):
        text = piece.strip()
        if text and not text.startswith("#"):
            start = at + len(piece) - len(piece.lstrip())
            found.append((text, source.span_of_text(start, start + len(text))))
        at += len(piece)
    return found
