"""The Python version: what the files ask for, and what the buildpack makes of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from herolint.app.image_runtime import old_bases
from herolint.app.model import App
from herolint.app.python_build import WantedPython, builds_python, manager_files, wanted_python
from herolint.finding import Confidence, Finding, Place
from herolint.formats.version_files import MISSPELT_PYTHON_VERSION
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule

_NEAR_DAYS = 180


@rule("HL407", "runtime-version-invalid", ERROR)
def runtime_version_invalid(app: App) -> Iterator[Finding]:
    """The version that a file asks for cannot be read, is not supported any more, or is not known."""
    yield from told(app, "HL407", "version-invalid")
    if not builds_python(app) or not app.root.deployed:
        return
    yield from _misspelt(app)
    wanted = wanted_python(app)
    if wanted.issue:
        yield _unreadable(wanted)
    elif wanted.version is not None:
        yield from _unsupported(app, wanted)
    elif manager_files(app) == ("uv.lock",):
        yield report(
            "HL407",
            "no file says which Python to use, and uv needs one",
            Place("uv.lock"),
            why="the build stops: No Python version was specified",
            fix=f"write `.python-version` with `{app.platform.python.default}`",
        )


def _misspelt(app: App) -> Iterator[Finding]:
    if "runtime.txt" in app.slug or ".python-version" in app.slug:
        return
    name = next((path for path in app.slug if path in MISSPELT_PYTHON_VERSION), None)
    if name is not None:
        yield report(
            "HL407",
            f"`{name}` was meant to be `.python-version`",
            Place(name),
            why="the build stops over a misspelt version file",
            fix=f'`git mv "{name}" .python-version`',
        )


def _unreadable(wanted: WantedPython) -> Finding:
    form = "python-3.13" if wanted.origin == "runtime.txt" else "3.13"
    messages = {
        "encoding": f"{wanted.origin} is not plain UTF-8 text",
        "empty": f"{wanted.origin} names no version",
        "invalid": f"{wanted.origin} asks for `{wanted.text[:40]}`, which is no version as the buildpack reads it",
        "multiple": f"{wanted.origin} names more than one version",
    }
    whole = Place(wanted.origin) if wanted.issue in ("encoding", "empty") else Place(wanted.origin, wanted.at.span, "not a version")
    return report(
        "HL407",
        messages[wanted.issue],
        whole,
        why=f"the build stops: {'Unable to read' if wanted.issue == 'encoding' else 'Invalid Python version in'} {wanted.origin}",
        fix="delete runtime.txt and write `.python-version` with `3.13`"
        if wanted.origin == "runtime.txt"
        else f"write one line such as `{form}`",
    )


def _unsupported(app: App, wanted: WantedPython) -> Iterator[Finding]:
    python = app.platform.python
    minor = wanted.minor or ""
    known = [tuple(map(int, v.minor.split("."))) for v in python.versions]
    at = Place(wanted.origin, wanted.at.span, "this version")
    try:
        number = tuple(int(part) for part in minor.split(".")[:2])
    except ValueError:
        number = ()
    if len(number) < 2:
        yield report(
            "HL407", f"{wanted.origin} asks for Python `{wanted.version}`, which is no version as the buildpack reads it", at,
            why=f"the build stops: Invalid Python version in {wanted.origin}", fix="write a `.python-version` with a version such as `3.13`",
        )  # fmt: skip
    elif number < min(known):
        yield report(
            "HL407",
            f"Python {wanted.version} is past its end of life: the buildpack refuses everything below {'.'.join(map(str, min(known)))}",
            at,
            why="the build stops: The requested Python version has reached end-of-life",
            fix=f"use a supported version, e.g. `{python.default}` in `.python-version`, and test the app on it",
        )
    elif number > max(known):
        yield report(
            "HL407",
            f"the buildpack knows no Python {minor}" + (f" (as of {app.platform.checked})" if number[0] == 3 else ""),
            at,
            why="the build stops: The requested Python version isn't recognised",
            fix=f"use `{python.default}`",
            confidence=Confidence.MEDIUM if number[0] == 3 and number[1] <= max(known)[1] + 1 else Confidence.HIGH,
        )
    elif wanted.version is not None and wanted.version.count(".") == 2:
        latest = python.version(minor)
        patch = int(wanted.version.split(".")[2])
        if latest is not None and patch > int(latest.latest.split(".")[2]) + 2:
            yield report(
                "HL407",
                f"there is no Python {wanted.version} (the newest {minor} is {latest.latest}, as of {app.platform.checked})",
                at,
                why="the build stops: The requested Python version isn't available",
                fix=f"write `{minor}`: the buildpack then takes the newest patch",
                confidence=Confidence.MEDIUM,
            )
    if wanted.origin == "runtime.txt" and manager_files(app) == ("uv.lock",):
        yield report(
            "HL407",
            "uv apps cannot name their Python in runtime.txt",
            Place("runtime.txt", wanted.at.span),
            why="the build stops: The runtime.txt file isn't supported when using uv",
            fix=f"delete it and write `.python-version` with `{wanted.minor}`",
        )


@rule("HL408", "runtime-version-deprecated", WARNING)
def runtime_version_deprecated(app: App) -> Iterator[Finding]:
    """The version still builds, by a file or a number that will stop working; or no file names one."""
    yield from told(app, "HL408", "version-old")
    for old in old_bases(app):
        yield report(
            "HL408",
            f"the image runs {old.language} {old.version}, which gets no security fixes any more",
            Place(old.at.path, old.at.span, "this version"),
            why=f"{old.language} {old.oldest} is the oldest version that is looked after; nobody mends what is found in older ones",
            fix="move to a base image of a newer version",
            confidence=Confidence.HIGH if app.container_sure else Confidence.LOW,
        )
    if not builds_python(app) or not app.root.deployed:
        return
    wanted = wanted_python(app)
    if wanted.issue or (wanted.minor is not None and app.platform.python.version(wanted.minor) is None):
        return
    if wanted.version is None:
        if manager_files(app) and manager_files(app) != ("uv.lock",):
            project = app.pyproject
            unread = project is not None and project.requires_python_span is not None
            yield report(
                "HL408",
                f"no file that the buildpack reads says which Python to use: the first build takes {app.platform.python.default}",
                Place("pyproject.toml", project.requires_python_span, "never read") if project is not None and unread else Place(""),
                why="every build warns: No Python version was specified (to become an error); a new default may break pinned packages",
                fix=f"write a `.python-version` with the version you test on, e.g. `{app.platform.python.default}`",
            )
        return
    yield from _old_file(wanted)
    yield from _old_version(app, wanted)


def _old_file(wanted: WantedPython) -> Iterator[Finding]:
    if wanted.origin == "runtime.txt":
        yield report(
            "HL408",
            "runtime.txt is deprecated",
            Place("runtime.txt", wanted.at.span, "overrides .python-version"),
            why="every build warns, and support will end; it wins over `.python-version`",
            fix=f"delete it and write `.python-version` with `{wanted.minor}`",
        )


def _old_version(app: App, wanted: WantedPython) -> Iterator[Finding]:
    row = app.platform.python.version(wanted.minor or "")
    if row is None:
        return
    gone = row.removed
    near = row.deprecated or row.end_of_life <= app.today + datetime.timedelta(days=_NEAR_DAYS)
    if near and wanted.origin != "runtime.txt":
        state = "has reached" if row.end_of_life <= app.today else "is near"
        when = f"; from {gone.isoformat()} builds with it fail" if gone is not None else ""
        yield report(
            "HL408",
            f"Python {row.minor} {state} its end of life ({row.end_of_life.isoformat()}){when}",
            Place(wanted.origin, wanted.at.span, "this version"),
            why="no security updates any more, and the buildpack drops it",
            fix=f"move to {app.platform.python.default}",
        )
