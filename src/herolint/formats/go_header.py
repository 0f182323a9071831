"""Reads the beginning of a Go file as far as a list of packages needs it: build constraints, the package's name, imports."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_SKIPPED = lazy(r"(?:\s|;|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_PACKAGE = lazy(r"package\s+(?P<name>[^\W\d]\w*)")
_IMPORT = lazy(r"import\b")
_SPEC = lazy(r"(?:(?:[^\W\d]\w*|\.)\s+)?(?:\"(?P<path>[^\"\n]*)\"|`(?P<raw>[^`]*)`)")
_CONSTRAINT = lazy(r"^//(?P<name>go:build|[ \t]*\+build)[ \t](?P<text>[^\n\r]*)", re.MULTILINE)


class GoHeader(msgspec.Struct, frozen=True):
    """`package` is empty where the file is none; `constraints` are (`go:build` or `+build`, text); imports are (path, its span)."""

    package: str
    package_span: Span
    constraints: tuple[tuple[str, str], ...] = ()
    imports: tuple[tuple[str, Span], ...] = ()


def read_header(source: SourceFile) -> GoHeader:
    """The header; what cannot be read ends it."""
    text = source.text
    at = _skip(text, 0)
    found = _PACKAGE.match(text, at)
    if found is None:
        return GoHeader("", Span(0, 0))
    constraints = tuple((m["name"].strip(), m["text"].strip()) for m in _CONSTRAINT.finditer(text, 0, found.start()))
    imports: list[tuple[str, Span]] = []
    at = _skip(text, found.end())
    while _IMPORT.match(text, at):
        at = _skip(text, at + len("import"))
        several = text[at : at + 1] == "("
        at = _skip(text, at + 1) if several else at
        while (spec := _SPEC.match(text, at)) is not None:
            name = "path" if spec["path"] is not None else "raw"
            imports.append((spec[name], source.span_of_text(*spec.span(name))))
            at = _skip(text, spec.end())
            if not several:
                break
        if several:
            if text[at : at + 1] != ")":
                break
            at = _skip(text, at + 1)
    return GoHeader(found["name"], source.span_of_text(*found.span("name")), constraints, tuple(imports))


def _skip(text: str, at: int) -> int:
    """Behind white space, semicolons and comments."""
    found = _SKIPPED.match(text, at)
    return found.end() if found is not None else at
