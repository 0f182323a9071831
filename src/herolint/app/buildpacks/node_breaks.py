"""Packages that do not go with the Node.js of the build, by what their makers say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_range import Version, parse_range, parse_version
from herolint.finding import Place
from herolint.knowledge.call_tables import load
from herolint.knowledge.calls import Unfit

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson
    from herolint.source import Span


class Misfit(msgspec.Struct, frozen=True):
    """A package that package.json asks for, at the span, and the row that tells why it does not go."""

    row: Unfit
    asked: str
    span: Span


def misfits(app: App, package: PackageJson, lock: str | None, major: int) -> Iterator[Misfit]:
    """What does not go with a major version of Node.js, whichever release the install takes."""
    asked = {**package.dev_dependencies, **package.dependencies}
    for row in load("javascript").unfit:
        if row.name in asked and major >= row.node and _is_below(app, row, asked[row.name][0], lock):
            if not row.program or _is_run(app, row.program):
                yield Misfit(row, *asked[row.name])


def outcomes(app: App, package: PackageJson, lock: str | None, node: Version | None) -> Iterator[Outcome]:
    """What package.json asks for and the build's Node.js is too new for."""
    if node is None:
        return
    for one in misfits(app, package, lock, node[0]):
        yield Outcome(
            "not-together", not one.row.program, f"{one.row.name} `{one.asked}` does not go with Node.js {node[0]}: {one.row.reason}",
            Place("package.json", one.span, "too old"), one.row.why, one.row.fix,
        )  # fmt: skip


def _is_below(app: App, row: Unfit, asked: str, lock: str | None) -> bool:
    """Whether the release that is installed, or each one that the range lets in, is older than those that go."""
    from herolint.app.buildpacks.node_locks import locked_version

    first, source = parse_version(row.below), app.document(lock) if lock is not None else None
    assert first is not None
    locked = locked_version(lock or "", source, row.name) if source is not None and not source.is_binary else None
    if locked is not None:
        return locked < first
    ranges = parse_range(asked)
    return bool(ranges) and all(any(op in ("<", "<=") and bound <= first for op, bound in one) for one in ranges or ())


def _is_run(app: App, program: str) -> bool:
    """Whether a process or a script of the build starts the program."""
    from herolint.app.buildpacks.node_output import build_scripts

    words = [word.text for process in app.processes.values() for launch in process.launches for word in launch.words]
    words += [word for text in build_scripts(app).values() for word in text.split()]
    return any(word.rpartition("/")[2] == program for word in words)
