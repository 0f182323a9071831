"""The versions of languages: what the files ask for, and what the buildpacks make of it."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL407", "runtime-version-invalid", ERROR)
def runtime_version_invalid(app: App) -> Iterator[Finding]:
    """The version that a file asks for cannot be read, is not supported any more, or is not known."""
    yield from told(app, "HL407", "version-invalid")


@rule("HL408", "runtime-version-deprecated", WARNING)
def runtime_version_deprecated(app: App) -> Iterator[Finding]:
    """The version still builds, by a file or a number that will stop working; or no file names one."""
    yield from told(app, "HL408", "version-old")
    for old in app.old_bases:
        yield report(
            "HL408",
            f"the image runs {old.language} {old.version}, which gets no security fixes any more",
            Place(old.at.path, old.at.span, "this version"),
            why=f"{old.language} {old.oldest} is the oldest version that is looked after; nobody mends what is found in older ones",
            fix="move to a base image of a newer version",
            confidence=Confidence.HIGH if app.container_sure else Confidence.LOW,
        )
