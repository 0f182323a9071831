"""Releases that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.python_build import builds_python, python_minor, wanted_python
from herolint.app.buildpacks.node_breaking import Broken, node_breaks
from herolint.app.model import App
from herolint.app.needs.breaking import Break, Gone, gone_names, pair_breaks, setuptools_breaks
from herolint.finding import Confidence, Finding, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL421", "dependency-api-mismatch", WARNING, ERROR)
def dependency_api_mismatch(app: App) -> Iterator[Finding]:
    """A pinned release fails with the release of another distribution that comes with it, or no longer has what the code imports."""
    yield from told(app, "HL421", "not-together")
    yield from (with_node("HL421", broken) for broken in node_breaks(app) if broken.row.stage != "install")
    if not builds_python(app) or not app.dependencies.manager:
        return
    python = python_minor(app)
    wanted = wanted_python(app)
    named: set[str] = set()
    if not wanted.issue and (wanted.minor is None or wanted.minor == python):
        for broken in setuptools_breaks(app, python):
            if not broken.by_python:  # else another Python would do, and HL420 tells
                named.add(broken.dependency.name)
                yield _setuptools(broken, python)
    for broken in pair_breaks(app, python):
        if broken.dependency.name not in named:
            named.add(broken.dependency.name)
            yield _pair(app, broken)
    seen: set[str] = set()
    for gone in gone_names(app, python):
        if gone.use.name not in seen:
            seen.add(gone.use.name)
            yield _gone(gone)


def with_node(code: str, broken: Broken) -> Finding:
    """A package of npm that is too old for the build's Node.js: `code` says whether the install fails on it, or what runs later."""
    row = broken.row
    return report(
        code,
        f"{row.name} {broken.release} does not go with Node.js {broken.node}: {row.reason}",
        broken.at,
        severity=ERROR,
        why=row.then,
        related=[Place(broken.use.path, broken.use.span, "loaded here")] if broken.use is not None else [],
        fix=row.instead,
        confidence=Confidence.HIGH if broken.sure else Confidence.MEDIUM,
    )


def _named(broken: Break) -> str:
    return " ".join(part for part in (broken.dependency.name, broken.version) if part)


def _pair(app: App, broken: Break) -> Finding:
    used, at = broken.use is not None, broken.dependency.at
    what = f"{broken.partner} {broken.found}" if broken.found else f"the newest {broken.partner}, which comes since nothing pins it"
    gone = ", and it is no longer there" if "imports" in broken.reason else ""
    return report(
        "HL421",
        f"{_named(broken)} does not go with {what}: {broken.reason}{gone}",
        Place(at.path, at.span, "pinned without its partner" if not broken.found else "these two do not fit"),
        severity=ERROR if used else WARNING,
        why="the process ends with an ImportError or the like when it starts (H10)" if used else "it fails as soon as it is imported",
        related=[broken.use] if broken.use is not None else [],
        fix=f"raise {broken.dependency.name}, or add `{broken.together}`",
        confidence=Confidence.LOW if not used and app.code.modules else Confidence.HIGH if broken.found else Confidence.MEDIUM,
    )


def _setuptools(broken: Break, python: str) -> Finding:
    used, at = broken.use is not None and broken.sure, broken.dependency.at
    rising = f"raise it to {broken.raise_to}" if broken.raise_to else f"use `{broken.instead}` instead"
    return report(
        "HL421",
        f"{_named(broken)} does not run with Python {python}: {broken.reason}",
        Place(at.path, at.span, "needs an old setuptools"),
        severity=ERROR if used else WARNING,
        why="the process ends with ModuleNotFoundError when it starts (H10)" if used else "it fails as soon as it is imported",
        related=[broken.use] if broken.use is not None else [],
        fix=f"{rising}, or add `{broken.together}`",
        confidence=Confidence.HIGH if broken.sure else Confidence.MEDIUM,
    )


def _gone(gone: Gone) -> Finding:
    pinned = gone.dependency.version
    which = f"{gone.dependency.name} {pinned}" if pinned else f"the newest {gone.dependency.name}, which comes since nothing pins it,"
    together = f", or pin `{gone.row.together or f'{gone.row.distribution}<{gone.row.since}'}`"
    return report(
        "HL421",
        f"{which} {'has no' if gone.coming else 'no longer has'} `{gone.use.name}` ({'only ' if gone.coming else ''}since {gone.row.since})",
        Place(gone.use.at.path, gone.use.at.span, "not there yet" if gone.coming else "gone"),
        severity=ERROR if gone.use.starts else WARNING,
        why="the process ends with an ImportError when it starts (H10)"
        if gone.use.starts
        else "the code fails with an ImportError when it gets there",
        related=[Place(gone.dependency.at.path, gone.dependency.at.span, "asked for here")],
        fix=gone.row.instead + ("" if gone.coming else together),
        confidence=Confidence.HIGH if pinned else Confidence.MEDIUM,
    )
