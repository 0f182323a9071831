"""Findings in the protocol's words: ranges in the client's units, diagnostics, quick fixes and hovers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from lsprotocol import types

from herolint import pages
from herolint.finding import Finding, Place, Problem, Severity
from herolint.lsp.folder import Trouble
from herolint.reports.places import main_file
from herolint.result import Result
from herolint.source import SourceFile, Span

SOURCE = "herolint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_SHOWN = ("Why it hurts", "How to fix", "When to ignore", "References")
"""Sections of a page that a hover has room for."""

Units = Callable[[str], int]
"""How many of the client's units a text takes: UTF-16, unless it has asked for others."""


def range_of(file: SourceFile | None, span: Span | None, units: Units) -> types.Range:
    """A span as the client counts; the first line where there is none."""
    if file is None or file.is_binary:
        return types.Range(types.Position(0, 0), types.Position(0, 0))
    if span is None:
        span = file.line_span(1)
    return types.Range(_position(file, span.start, units), _position(file, max(span.start, span.end), units))


def _position(file: SourceFile, offset: int, units: Units) -> types.Position:
    offset = max(file.bom_length, min(offset, len(file.data)))
    line = file.line_of(offset)
    start = max(file.line_span(line).start, file.bom_length)
    before = file.data[start:offset].decode(file.encoding, "replace").rstrip("\r\n")
    return types.Position(line - 1, len(before) if before.isascii() else units(before))


class Told:
    """One result as a client gets it. Paths are relative to the folder; `uri` gives the client's address of one."""

    def __init__(self, result: Result, uri: Callable[[str], str], units: Units) -> None:
        self.result = result
        self.uri = uri
        self.units = units

    @cached_property
    def findings(self) -> dict[str, list[tuple[Finding, types.Diagnostic]]]:
        """The findings by the file that they are shown in."""
        found: dict[str, list[tuple[Finding, types.Diagnostic]]] = {}
        for finding in self.result.findings:
            path = self._shown_in(finding)
            found.setdefault(path, []).append((finding, self._diagnostic(finding, path)))
        return found

    @cached_property
    def diagnostics(self) -> dict[str, list[types.Diagnostic]]:
        """What is shown, by file: findings, and what could not be read or done there."""
        found = {path: [diagnostic for _, diagnostic in told] for path, told in self.findings.items()}
        for problem in self.result.problems:
            if problem.path and self.result.source(problem.path) is not None:
                found.setdefault(problem.path, []).append(self._problem(problem))
        return found

    def at(self, path: str, wanted: types.Range) -> Iterator[tuple[Finding, types.Diagnostic]]:
        """The findings that are shown in a file and touch a range."""
        for finding, diagnostic in self.findings.get(path, ()):
            if diagnostic.range.start <= wanted.end and wanted.start <= diagnostic.range.end:
                yield finding, diagnostic

    def _shown_in(self, finding: Finding) -> str:
        """The file of a finding; one about the whole app, or about what is not there, is shown in the app's main file."""
        path = finding.at.path
        if path and (self.result.source(path) is not None or os.path.lexists(Path(self.result.root, path))):
            return path
        return main_file(finding.app, self.result.source) or path or "Procfile"

    def _diagnostic(self, finding: Finding, path: str) -> types.Diagnostic:
        told = [finding.message, finding.why, f"help: {finding.fix.description}" if finding.fix else ""]
        span = finding.at.span if path == finding.at.path else None
        places = [*finding.related, *(finding.flow if len(finding.flow) > 1 else ())]
        return types.Diagnostic(
            range=range_of(self.result.source(path), span, self.units),
            message="\n".join(part for part in told if part),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source=SOURCE,
            related_information=[self._related(place) for place in places if place.path] or None,
        )

    def _related(self, place: Place) -> types.DiagnosticRelatedInformation:
        where = types.Location(self.uri(place.path), range_of(self.result.source(place.path), place.span, self.units))
        return types.DiagnosticRelatedInformation(where, place.label or place.path)

    def _problem(self, problem: Problem) -> types.Diagnostic:
        where = range_of(self.result.source(problem.path), problem.span, self.units)
        return types.Diagnostic(where, problem.message, severity=types.DiagnosticSeverity.Information, source=SOURCE)


def hover_text(findings: Iterable[Finding]) -> str:
    """What findings say, each followed by its rule's page without the examples."""
    parts = []
    for finding in findings:
        told = [f"**{finding.code} {finding.name}** ({finding.severity.word}): {finding.message}"]
        told += [finding.why] if finding.why else []
        told += [f"**Help:** {finding.fix.description}"] if finding.fix else []
        parts.append("\n\n".join([*told, "---", *_page(finding.code)]))
    return "\n\n---\n\n".join(parts)


def _page(code: str) -> Iterator[str]:
    page = pages.load_page(code)
    if page is not None:
        yield page.summary
        yield from (f"#### {name}\n\n{page.sections[name].strip()}" for name in _SHOWN if page.sections.get(name, "").strip())
    yield f"`herolint explain {code}` shows examples."


def trouble_diagnostic(trouble: Trouble) -> types.Diagnostic:
    """A configuration that cannot be used, at its line."""
    start = types.Position(trouble.line - 1, 0)
    where = types.Range(start, types.Position(trouble.line, 0))
    return types.Diagnostic(where, trouble.message, severity=types.DiagnosticSeverity.Error, source=SOURCE)


def uri_under(folder: str, path: str) -> str:
    """The address of a path in the folder at the address `folder`."""
    return f"{folder}/{quote(path.encode('utf-8', 'surrogateescape'))}"
