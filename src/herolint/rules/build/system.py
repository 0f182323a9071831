"""What code needs of the operating system must be on the dyno."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.needs.system import Wanted
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL414", "system-package-missing", ERROR, WARNING, needs=("processes",))
def system_package_missing(app: App) -> Iterator[Finding]:
    """Reached code needs a program or library that the dyno does not have."""
    for wanted in app.system.missing:
        need = wanted.need
        if need.optional and (wanted.tried or not wanted.sure):
            continue
        expected = app.system.expected_by_code(need)
        doubtful = bool(expected) or need.optional or not wanted.sure
        certain = app.is_container or app.system.knows_buildpacks
        yield report(
            "HL414",
            _message(app, wanted, expected),
            Place(wanted.at.path, wanted.at.span, "not in the image" if app.is_container else "not on a dyno"),
            severity=WARNING if doubtful else ERROR,
            confidence=Confidence.HIGH if certain and not doubtful else Confidence.MEDIUM,
            why=need.fails,
            related=(app.procfile_place(wanted.processes[0], "this process runs it"),) if wanted.processes else (),
            fix=_fix(app, wanted),
            process=wanted.processes[0] if wanted.processes else "",
        )


def _message(app: App, wanted: Wanted, expected: str) -> str:
    need = wanted.need
    subject = f"{wanted.what} needs {need.name}" if wanted.what.strip("`") != need.name else f"{wanted.what} is run"
    if app.is_container:
        return f"{subject}, which the image does not have"
    if app.system.in_idle_aptfile(need):
        return f"{subject}: the Aptfile lists it, but no listed buildpack reads that"
    if app.system.knows_buildpacks:
        return f"{subject}, which neither {app.stack} nor one of the listed buildpacks has"
    hope = f"; {expected} hints at a buildpack that no file lists" if expected else " (assumed: no buildpack beside the language's own)"
    return f"{subject}, which {app.stack} does not have{hope}"


def _fix(app: App, wanted: Wanted) -> str:
    need = wanted.need
    package = next((name for name in need.apt if "*" not in name), "")
    if app.is_container:
        return need.fix if not package else f"install `{package}` in the Dockerfile"
    if app.system.in_idle_aptfile(need):
        return "put the buildpack heroku-community/apt first"
    return need.fix or f"put the buildpack heroku-community/apt first, and `{package}` into an Aptfile"
