"""The report for scripts: one JSON document, version 1. Lines and columns count from 1, ends are exclusive."""

from __future__ import annotations

from typing import Any

import msgspec

from herolint.changes import Change
from herolint.finding import Finding, Place, Problem
from herolint.reports import Options
from herolint.reports.escape import json_text
from herolint.reports.places import Sources, locate_span
from herolint.result import Result
from herolint.source import Span

VERSION = 1


def render(result: Result, options: Options) -> str:
    """The document; ignored findings are in it, under `suppressed`, only when they are asked for."""
    source = result.source
    document: dict[str, Any] = {
        "version": VERSION,
        "findings": [finding_document(finding, source) for finding in result.findings],
        "apps": [{"path": app.path, "processes": list(app.processes), "language": app.language} for app in result.apps],
        "problems": [_problem(problem, source) for problem in result.problems],
    }
    if options.show_suppressed:
        document["suppressed"] = [
            {**finding_document(finding, source), "suppression": {"kind": why.kind, "reason": why.reason}}
            for finding, why in result.suppressed
        ]
    return json_text(document)


def finding_document(finding: Finding, source: Sources) -> dict[str, Any]:
    """One finding as the contract has it."""
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "message": finding.message,
        "path": finding.at.path,
        "range": range_document(finding.at.path, finding.at.span, source),
        "app": finding.app,
        "process": finding.process,
        "related": [_place(place, source) for place in finding.related],
        "flow": [_place(place, source) for place in finding.flow],
        "fix": {"safe": fix.safe, "description": fix.description, "edits": [_edit(edit, source) for edit in fix.edits]} if fix else None,
    }


def _place(place: Place, source: Sources) -> dict[str, Any]:
    return {"path": place.path, "range": range_document(place.path, place.span, source), "label": place.label}


def _edit(edit: Change, source: Sources) -> dict[str, Any]:
    """A change with its kind (`replace`, `create`, …) and what its record says; a span is given as `range`."""
    said: dict[str, Any] = msgspec.to_builtins(edit)
    document = {"kind": said.pop("type")}
    for name, value in said.items():
        document |= {"range": range_document(edit.path, Span(*value), source)} if name == "span" else {name: value}
    return document


def _problem(problem: Problem, source: Sources) -> dict[str, Any]:
    return {
        "message": problem.message,
        "path": problem.path,
        "range": range_document(problem.path, problem.span, source),
        "rule": problem.rule,
        "detail": problem.detail,
    }


def range_document(path: str, span: Span | None, source: Sources) -> dict[str, Any] | None:
    """Where a span starts and ends; None where it cannot be read."""
    at = locate_span(path, span, source)
    if at.start is None or at.end is None:
        return None
    return {
        "start": {"line": at.start.line, "column": at.start.column},
        "end": {"line": at.end.line, "column": at.end.column},
    }
