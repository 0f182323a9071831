"""What the Python buildpack makes of the version that the files ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.python_build import WantedPython, manager_files, wanted_python
from herolint.app.buildpacks import Outcome
from herolint.app.needs.fitting_python import fitting_python, is_near_end
from herolint.changes import Change, Delete, Edit, NewFile, Rename, Resave
from herolint.finding import Confidence, Place
from herolint.formats.version_files import MISSPELT_PYTHON_VERSION
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_MEANT = lazy(r"(?i:python)?[ =_-]*v?(?P<version>(?P<minor>3\.[0-9]+)(?:\.[0-9]+)?)(?:\.[x*])?")
"""A version that is written in another way than the buildpack reads."""
_READ = lazy(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){1,2}")
"""A version as the buildpack reads it."""
_PATCHES_TO_COME = 2
"""How many patches may have come out since the table was made."""


def outcomes(app: App) -> Iterator[Outcome]:
    """Versions that cannot be had, then those that the build warns of."""
    misspelt = list(_misspelt(app))
    yield from misspelt
    wanted = wanted_python(app)
    if wanted.issue:
        yield _unreadable(app, wanted)
    elif wanted.version is not None:
        yield from _unsupported(app, wanted)
        if wanted.minor is not None and app.platform.python.version(wanted.minor) is not None:
            yield from _old_file(app, wanted)
            yield from _old_version(app, wanted)
    elif manager_files(app) == ("uv.lock",):
        yield Outcome(
            "version-invalid", True, "no file says which Python to use, and uv needs one", Place("uv.lock"),
            "the build stops: No Python version was specified", f"write `.python-version` with `{app.platform.python.default}`",
        )  # fmt: skip
    elif manager_files(app):
        yield _unsaid(app)


def _misspelt(app: App) -> Iterator[Outcome]:
    if "runtime.txt" in app.slug:
        return
    name = next((path for path in app.slug if path in MISSPELT_PYTHON_VERSION), None)
    if name is not None:
        right = ".python-version" in app.slug
        yield Outcome(
            "version-invalid",
            True,
            f"`{name}` was meant to be `.python-version`" + (", which is there too" if right else ""),
            Place(name),
            "the build stops: Your .python-version file is spelled incorrectly"
            + (" (the right one beside it does not help)" if right else ""),
            f'`git rm "{name}"`' if right else f'`git mv "{name}" .python-version`',
            edits=(Delete(name) if right else Rename(name, ".python-version"),),
        )


def _unreadable(app: App, wanted: WantedPython) -> Outcome:
    form = "python-3.13" if wanted.origin == "runtime.txt" else "3.13"
    messages = {
        "encoding": f"{wanted.origin} is not plain UTF-8 text",
        "empty": f"{wanted.origin} names no version",
        "invalid": f"{wanted.origin} asks for `{wanted.text[:40]}`, which is no version as the buildpack reads it",
        "multiple": f"{wanted.origin} names more than one version",
    }
    whole = Place(wanted.origin) if wanted.issue in ("encoding", "empty") else Place(wanted.origin, wanted.at.span, "not a version")
    return Outcome(
        "version-invalid",
        True,
        messages[wanted.issue],
        whole,
        f"the build stops: {'Unable to read' if wanted.issue == 'encoding' else 'Invalid Python version in'} {wanted.origin}",
        "delete runtime.txt and write `.python-version` with `3.13`"
        if wanted.origin == "runtime.txt"
        else f"write one line such as `{form}`",
        edits=_readable(app, wanted),
    )


def _readable(app: App, wanted: WantedPython) -> tuple[Change, ...]:
    """The version that is meant, as the buildpack reads it; nothing where the text may mean another one."""
    source = app.source(wanted.origin)
    if wanted.issue == "encoding" and source is not None and not source.is_binary and source.encoding_problem is None:
        return (Resave(wanted.origin),)
    meant = _MEANT.fullmatch(wanted.text.strip()) if wanted.issue == "invalid" else None
    if meant is None or app.platform.python.version(meant["minor"]) is None or wanted.at.span is None:
        return ()
    if wanted.origin == "runtime.txt":
        return _in_new_file(app, meant["minor"])
    return (Edit(wanted.origin, wanted.at.span, meant["version"]),) if wanted.origin == ".python-version" else ()


def _unsupported(app: App, wanted: WantedPython) -> Iterator[Outcome]:
    python = app.platform.python
    minor = wanted.minor or ""
    known = [tuple(map(int, v.minor.split("."))) for v in python.versions]
    at = Place(wanted.origin, wanted.at.span, "this version")
    number = tuple(int(part) for part in minor.split(".")) if _READ.fullmatch(wanted.version or "") else ()
    if not number:
        yield Outcome(
            "version-invalid", True, f"{wanted.origin} asks for Python `{wanted.version}`, which is no version as the buildpack reads it", at,
            f"the build stops: Invalid Python version in {wanted.origin}", "write a `.python-version` with a version such as `3.13`",
        )  # fmt: skip
    elif number < min(known):
        oldest, fitting = ".".join(map(str, min(known))), fitting_python(app)
        yield Outcome(
            "version-invalid", True, f"Python {wanted.version} is past its end of life: the buildpack refuses everything below {oldest}", at,
            "the build stops: The requested Python version has reached end-of-life",
            f"use a supported version, e.g. `{fitting or python.default}` in `.python-version`, and test the app on it",
            edits=_other_version(app, wanted, fitting), safe=False,
        )  # fmt: skip
    elif number > max(known):
        yield Outcome(
            "version-invalid",
            True,
            f"the buildpack knows no Python {minor}" + (f" (as of {app.platform.checked})" if number[0] == 3 else ""),
            at,
            "the build stops: The requested Python version isn't recognised",
            f"use `{python.default}`",
            confidence=Confidence.MEDIUM if number[0] == 3 and number[1] <= max(known)[1] + 1 else Confidence.HIGH,
        )
    else:
        yield from _unavailable(app, wanted, at)
    if wanted.origin == "runtime.txt" and manager_files(app) == ("uv.lock",):
        yield Outcome(
            "version-invalid", True, "uv apps cannot name their Python in runtime.txt", Place("runtime.txt", wanted.at.span),
            "the build stops: The runtime.txt file isn't supported when using uv",
            f"delete it and write `.python-version` with `{wanted.minor}`", edits=_in_new_file(app, wanted.minor or ""),
            safe=_is_newest(app, wanted),
        )  # fmt: skip


def _other_version(app: App, wanted: WantedPython, minor: str | None) -> tuple[Change, ...]:
    """Another version in the place of the one that is asked for; nothing where none fits."""
    if minor is None:
        return ()
    if wanted.origin == "runtime.txt":
        return _in_new_file(app, minor)
    return (Edit(wanted.origin, wanted.at.span, minor),) if wanted.origin == ".python-version" and wanted.at.span is not None else ()


def _in_new_file(app: App, minor: str) -> tuple[Change, ...]:
    """The version in `.python-version`; nothing where that file says another one, and none can tell which is meant."""
    known = app.python_version_file
    if known is None:
        return (NewFile(".python-version", f"{minor}\n"), Delete("runtime.txt")) if ".python-version" not in app.workspace.files else ()
    return (Delete("runtime.txt"),) if known.version == minor else ()


def _unavailable(app: App, wanted: WantedPython, at: Place) -> Iterator[Outcome]:
    """A patch far above the newest one known."""
    minor = wanted.minor or ""
    latest, patch = app.platform.python.version(minor), _patch(wanted)
    if latest is not None and patch is not None and patch > int(latest.latest.split(".")[2]) + _PATCHES_TO_COME:
        yield Outcome(
            "version-invalid",
            True,
            f"there is no Python {wanted.version} (the newest {minor} is {latest.latest}, as of {app.platform.checked})",
            at,
            "the build stops: The requested Python version isn't available",
            f"write `{minor}`: the buildpack then takes the newest patch",
            confidence=Confidence.MEDIUM,
        )


def _is_newest(app: App, wanted: WantedPython) -> bool:
    """Whether the build takes the same release when only the minor version is asked for."""
    known = app.platform.python.version(wanted.minor or "")
    return _patch(wanted) is None or (known is not None and wanted.version == known.latest)


def _patch(wanted: WantedPython) -> int | None:
    parts = (wanted.version or "").split(".")
    return int(parts[2]) if len(parts) == 3 else None


def _unsaid(app: App) -> Outcome:
    project, fitting = app.pyproject, fitting_python(app)
    unread = project is not None and project.requires_python_span is not None
    return Outcome(
        "version-old",
        False,
        f"no file that the buildpack reads says which Python to use: the first build takes {app.platform.python.default}",
        Place("pyproject.toml", project.requires_python_span, "never read") if project is not None and unread else Place(""),
        "every build warns: No Python version was specified (to become an error); a new default may break pinned packages",
        "write a `.python-version` with the version you test on" + (f", e.g. `{fitting}`" if fitting is not None else ""),
        edits=(NewFile(".python-version", f"{fitting}\n"),) if fitting is not None and not unread else (),
        safe=False,
    )


def _old_file(app: App, wanted: WantedPython) -> Iterator[Outcome]:
    if wanted.origin == "runtime.txt":
        yield Outcome(
            "version-old", False, "runtime.txt is deprecated", Place("runtime.txt", wanted.at.span, "overrides .python-version"),
            "every build warns, and support will end; it wins over `.python-version`",
            f"delete it and write `.python-version` with `{wanted.minor}`", edits=_in_new_file(app, wanted.minor or ""),
            safe=_is_newest(app, wanted),
        )  # fmt: skip


def _old_version(app: App, wanted: WantedPython) -> Iterator[Outcome]:
    row = app.platform.python.version(wanted.minor or "")
    if row is None:
        return
    gone, at = row.removed, Place(wanted.origin, wanted.at.span, "this version")
    patch = _patch(wanted)
    if is_near_end(app, row) and wanted.origin != "runtime.txt":
        state = "has reached" if row.end_of_life <= app.today else "is near"
        fitting = fitting_python(app)
        when = f"; from {gone.isoformat()} builds with it fail" if gone is not None else ""
        yield Outcome(
            "version-old", False, f"Python {row.minor} {state} its end of life ({row.end_of_life.isoformat()}){when}", at,
            "no security updates any more, and the buildpack drops it", f"move to {fitting or app.platform.python.default}",
            edits=_other_version(app, wanted, fitting), safe=False,
        )  # fmt: skip
    elif patch is not None and patch < int(row.latest.split(".")[2]) and wanted.origin != "runtime.txt":
        yield Outcome(
            "advice",
            False,
            f"Python {wanted.version} is not the newest {row.minor}: that is {row.latest} (as of {app.platform.checked})",
            at,
            "the build warns: A Python patch update is available!",
            f"write `{row.minor}`: each build then takes the newest patch",
        )
