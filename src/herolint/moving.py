"""Findings and problems of a folder as they are told from a folder above it."""

from __future__ import annotations

import msgspec

from herolint.changes import moved as moved_change
from herolint.finding import Finding, Place, Problem


def moved(finding: Finding, folder: str) -> Finding:
    """A finding of an app in `folder`, with paths relative to the folder above."""
    if not folder:
        return finding
    fix = finding.fix
    if fix is not None and fix.edits:
        fix = msgspec.structs.replace(fix, edits=tuple(moved_change(edit, folder) for edit in fix.edits))
    return msgspec.structs.replace(
        finding,
        at=moved_place(finding.at, folder),
        related=tuple(moved_place(at, folder) for at in finding.related),
        flow=tuple(moved_place(at, folder) for at in finding.flow),
        fix=fix,
    )


def moved_place(at: Place, folder: str) -> Place:
    """A place with its path relative to the folder above `folder`."""
    return msgspec.structs.replace(at, path=joined(folder, at.path))


def moved_problem(problem: Problem, folder: str) -> Problem:
    """A problem with its path relative to the folder above `folder`."""
    return msgspec.structs.replace(problem, path=joined(folder, problem.path)) if folder else problem


def joined(folder: str, path: str) -> str:
    """The path of something in `folder`, or of the folder itself where `path` is empty."""
    return f"{folder}/{path}" if path else folder
