"""Lines of the Aptfile that cannot be used, and whether anything reads the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import reads_aptfile
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.build.apt import system_package_removed
from herolint.rules.registry import ERROR, WARNING, report, rule

if TYPE_CHECKING:
    from herolint.formats.aptfile import AptProblem


class _Fault(msgspec.Struct, frozen=True):
    message: str
    why: str
    fix: str


_LOCATE = "apt ends with `Unable to locate package`, and the build stops"
_FAULTS = {
    "encoding": _Fault(
        "the file is {text} with a byte order mark: its first name is not what it looks like", _LOCATE, "save it as UTF-8 without a mark"
    ),
    "carriage-return": _Fault(
        "the lines end in CRLF: to apt the CR is part of the name", _LOCATE, "save it with LF (`Aptfile text eol=lf` in .gitattributes)"
    ),
    "comment": _Fault(
        "`#` begins a comment only at the start of a line: to apt these words are packages", _LOCATE, "give the comment a line of its own"
    ),
    "comma": _Fault("`{text}` is no package: names stand alone on a line or with blanks between them", _LOCATE, "leave commas out"),
    "command": _Fault(
        "the file holds names of packages, not commands: to apt every word of this line is a package",
        _LOCATE,
        "leave only the names of the packages",
    ),
    "repository": _Fault(
        "this is no `:repo:` line: it must begin the line and hold `deb ADDRESS SUITE COMPONENTS`",
        "apt cannot read its list of sources, or takes the words for packages; the build stops",
        "write `:repo:deb https://… noble main`",
    ),
    "ppa": _Fault(
        "`{text}` is not an address: nothing here knows PPAs by name",
        "apt cannot read its list of sources, or takes it for a package; the build stops",
        "write the archive's own line: `:repo:deb https://ppa.launchpadcontent.net/OWNER/NAME/ubuntu noble main`",
    ),
    "address": _Fault(
        "an address must stand alone on its line and end in `.deb`",
        "apt takes it for a package, and the build stops",
        "give the address of the .deb file itself",
    ),
    "local-file": _Fault(
        "`{text}` is fetched as an address: files of the repository cannot be named here",
        "curl fails, and the build stops",
        "name a package or an https address",
    ),
    "version": _Fault(
        "`{text}` is a version in another tool's words", _LOCATE, "write `name=version` with the archive's exact version, or the name alone"
    ),
    "list": _Fault("`{text}` begins no list here: to apt it is a word of the line", _LOCATE, "write the name alone"),
    "name": _Fault(
        "`{text}` cannot be the name of a package: names are lower-case letters, digits, `+`, `-` and `.`",
        _LOCATE,
        "write the package's name",
    ),
    "option": _Fault(
        "an option on a line of its own does nothing: each line is a call of apt by itself",
        "the packages are installed without it",
        "leave it out",
    ),
}


@rule("HL424", "aptfile-invalid", ERROR, WARNING, needs=("aptfile",))
def aptfile_invalid(app: App) -> Iterator[Finding]:
    """Lines that the apt buildpack cannot use, or an Aptfile that no buildpack reads."""
    aptfile = app.aptfile
    if aptfile is None or app.is_container or not app.root.deployed:
        return
    if app.listed_buildpacks and not reads_aptfile(app):
        if not any(app.system.in_idle_aptfile(wanted.need) for wanted in app.system.missing):  # what that breaks is a finding by itself
            yield _unread(app)
        return
    for fault in aptfile.faults:
        yield _fault(app, fault)
    if app.has("code") and any("/.apt/" in mod.source.text for mod in app.code.modules):
        return  # the code looks where the buildpack unpacks: somebody has added it
    deployed_here = app.procfile is not None or app.app_json is not None  # other hosts read an Aptfile too
    if deployed_here and not aptfile.faults and not reads_aptfile(app) and not any(True for _ in system_package_removed(app)):
        yield _unread(app)


def _fault(app: App, fault: AptProblem) -> Finding:
    from herolint.edits.aptfile import mended

    row, source = _FAULTS[fault.kind], app.source("Aptfile")
    archive, *_ = (*fault.text.partition("ppa:")[2].split(), "")
    words = row.fix.replace("OWNER/NAME", archive) if archive.count("/") == 1 else row.fix
    return report(
        "HL424",
        row.message.format(text=fault.text),
        Place("Aptfile", fault.span, "not a package" if fault.kind != "option" else "no effect"),
        severity=WARNING if fault.kind == "option" else ERROR,
        why=row.why,
        fix=Fix(words, mended(source, fault) if source is not None else (), safe=True),
    )


def _unread(app: App) -> Finding:
    listed = app.listed_buildpacks
    return report(
        "HL424",
        "no listed buildpack reads the Aptfile"
        if listed
        else "the Aptfile does nothing by itself, and no file lists the buildpack that reads it",
        Place("Aptfile"),
        severity=WARNING,
        why="its packages are missing on the dyno" + ("" if listed else ", unless the buildpack has been added by hand"),
        related=(Place(listed[0].at.path, listed[0].at.span, "the list"),) if listed and listed[0].at.path else (),
        fix="put `heroku-community/apt` before the language's buildpack: in app.json, and with `heroku buildpacks:add --index 1 …`",
        confidence=Confidence.HIGH if listed else Confidence.MEDIUM,
    )
