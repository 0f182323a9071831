"""Packages of the Aptfile that the stack's archive does not have."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.detection import reads_aptfile
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.formats.aptfile import AptPackage
from herolint.rules.registry import ERROR, NOTE, report, rule


@rule("HL415", "system-package-removed", ERROR, NOTE, needs=("aptfile",))
def system_package_removed(app: App) -> Iterator[Finding]:
    """The Aptfile names a package that the stack's Ubuntu has no more."""
    aptfile = app.aptfile
    if aptfile is None or app.is_container or aptfile.repositories:
        return
    if app.listed_buildpacks and not reads_aptfile(app):
        return
    image = app.platform.image
    for package in aptfile.packages:
        row = image.gone.get(package.name)
        if row is None or app.stack not in (row.stacks or image.stacks):
            continue
        everywhere = not row.stacks
        yield report(
            "HL415",
            f"{app.stack} has no package {package.name}"
            + (" (no file names the stack: assumed for a new app)" if app.stack_assumed and not everywhere else ""),
            Place("Aptfile", package.span, "not in the archive"),
            why=row.why,
            fix=_fix(app, package, row.instead),
            confidence=Confidence.HIGH if everywhere or not app.stack_assumed else Confidence.MEDIUM,
        )


def _fix(app: App, package: AptPackage, instead: str) -> Fix:
    """The package that took its place."""
    from herolint.edits.text import replaced_in

    if not instead or " " in instead:
        return Fix(f"use {instead}" if instead else "leave it out")
    source = app.source("Aptfile")
    edits = replaced_in(source, package.span, package.name, instead) if source is not None and package.text == package.name else ()
    return Fix(f"use `{instead}`", edits)
