"""A result as services that hold the whole repository take it: with paths from the repository's root."""

from __future__ import annotations

import msgspec

from herolint.finding import Finding, Suppression
from herolint.moving import joined, moved, moved_place, moved_problem
from herolint.result import Result
from herolint.source import SourceFile


def from_top(result: Result) -> Result:
    """The result with paths relative to the git repository around the analysed folder; apps are named from there too."""
    folder = result.folder
    if not folder:
        return result

    def finding(one: Finding) -> Finding:
        return msgspec.structs.replace(moved(one, folder), app=joined(folder, one.app))

    def suppression(why: Suppression) -> Suppression:
        return msgspec.structs.replace(why, at=moved_place(why.at, folder)) if why.at is not None else why

    def source(path: str) -> SourceFile | None:
        return result.source(path.removeprefix(folder + "/")) if path.startswith(folder + "/") else None

    return msgspec.structs.replace(
        result,
        findings=tuple(map(finding, result.findings)),
        suppressed=tuple((finding(one), suppression(why)) for one, why in result.suppressed),
        problems=tuple(moved_problem(problem, folder) for problem in result.problems),
        root=result.root.removesuffix(folder).rstrip("/") if result.root.endswith("/" + folder) else "",
        folder="",
        source=source,
    )
