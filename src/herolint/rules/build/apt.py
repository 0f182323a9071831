"""Packages of the Aptfile that the stack's archive does not have."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.detection import reads_aptfile
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, NOTE, report, rule


class _Gone(msgspec.Struct, frozen=True):
    stacks: tuple[str, ...]
    instead: str
    why: str = "apt ends with `Unable to locate package`, and the build stops"


_FROM_24 = ("heroku-24", "heroku-26")
_ALL = ("heroku-22", "heroku-24", "heroku-26")
_STUB = "apt installs only a stub for snap, which does not run on a dyno: there is no browser"
_GONE = {
    "libgl1-mesa-glx": _Gone(_FROM_24, "libgl1"),
    "libegl1-mesa": _Gone(_FROM_24, "libegl1"),
    "libgles2-mesa": _Gone(_FROM_24, "libgles2"),
    "libasound2": _Gone(
        _FROM_24, "libasound2t64", "the name has two providers now: apt ends with `no installation candidate`, and the build stops"
    ),
    "libtiff5": _Gone(_FROM_24, "libtiff6"),
    "libicu70": _Gone(_FROM_24, "libicu74"),
    "libvpx7": _Gone(_FROM_24, "libvpx9"),
    "libx264-163": _Gone(_FROM_24, "libx264-164"),
    "libwebp6": _Gone(_ALL, "libwebp7"),
    "libffi7": _Gone(_ALL, "libffi8"),
    "libssl1.1": _Gone(_ALL, "libssl3"),
    "libssl1.0.0": _Gone(_ALL, "libssl3"),
    "libpcre3": _Gone(_FROM_24, "libpcre2-8-0"),
    "libncurses5": _Gone(_FROM_24, "libncurses6"),
    "libtinfo5": _Gone(_FROM_24, "libtinfo6"),
    "libgconf-2-4": _Gone(_FROM_24, ""),
    "libappindicator1": _Gone(_ALL, "libayatana-appindicator1"),
    "python-dev": _Gone(_ALL, "python3-dev"),
    "python2": _Gone(_FROM_24, ""),
    "python3.8": _Gone(_ALL, ""),
    "libpython3.8": _Gone(_ALL, ""),
    "ttf-mscorefonts-installer": _Gone(
        _ALL, "fonts-liberation", "it lies in Ubuntu's multiverse archive, which the stack does not use: the build stops"
    ),
    "unrar": _Gone(_ALL, "unar", "it lies in Ubuntu's multiverse archive, which the stack does not use: the build stops"),
    "libfdk-aac2": _Gone(_ALL, "", "it lies in Ubuntu's multiverse archive, which the stack does not use: the build stops"),
    "chromium-browser": _Gone(_ALL, "the buildpack heroku-community/chrome-for-testing", _STUB),
    "firefox": _Gone(_ALL, "", _STUB),
    "libmysqlclient21": _Gone(("heroku-26",), "libmysqlclient24"),
    "libtheora0": _Gone(("heroku-26",), "libtheora1"),
}


@rule("HL415", "system-package-removed", ERROR, NOTE, needs=("aptfile",))
def system_package_removed(app: App) -> Iterator[Finding]:
    """The Aptfile names a package that the stack's Ubuntu has no more."""
    aptfile = app.aptfile
    if aptfile is None or app.is_container or aptfile.repositories:
        return
    if app.listed_buildpacks and not reads_aptfile(app):
        return
    for package in aptfile.packages:
        row = _GONE.get(package.name)
        if row is None or app.stack not in row.stacks:
            continue
        everywhere = row.stacks == _ALL
        yield report(
            "HL415",
            f"{app.stack} has no package {package.name}"
            + (" (no file names the stack: assumed for a new app)" if app.stack_assumed and not everywhere else ""),
            Place("Aptfile", package.span, "not in the archive"),
            why=row.why,
            fix=f"use `{row.instead}`"
            if row.instead and " " not in row.instead
            else f"use {row.instead}"
            if row.instead
            else "leave it out",
            confidence=Confidence.HIGH if everywhere or not app.stack_assumed else Confidence.MEDIUM,
        )
