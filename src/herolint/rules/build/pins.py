"""Pins that the chosen Python cannot install or run."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.installing import failure, first_with_wheel
from herolint.app.building.python_build import WantedPython, builds_python, manager_files, python_minor, wanted_python
from herolint.app.model import App
from herolint.app.needs.fitting_python import Trouble, fitting_python, troubles
from herolint.finding import Confidence, Finding, Place
from herolint.knowledge import releases
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.wording import some

_SHOWN = 4
"""Requirements that a finding names."""


@rule("HL420", "dependency-python-mismatch", ERROR, WARNING, needs=("python",))
def dependency_python_mismatch(app: App) -> Iterator[Finding]:
    """What is pinned cannot be installed or run with the Python that the buildpack will use."""
    if not builds_python(app) or not app.dependencies.manager:
        return
    wanted = wanted_python(app)
    if wanted.issue or (wanted.minor is not None and app.platform.python.version(wanted.minor) is None):
        yield from _with_none(app)
        return
    yield from _lock_and_python(app, wanted)
    found = _known_troubles(app, wanted)
    certain = [one for one in found if one.certain]
    if found and not any(not one.runs for one in certain):  # what stops the build is HL410, which names these too
        alike = [one for one in found if (one.runs, one.partly) == (found[0].runs, found[0].partly)]
        yield _mismatch(app, "HL420", certain or alike, python_minor(app), wanted)


def uninstallable_pins(app: App) -> Iterator[Finding]:
    """What has neither a wheel nor a source that builds for the Python that the buildpack will use: a finding of HL410."""
    if not builds_python(app) or not app.dependencies.manager:
        return
    wanted = wanted_python(app)
    found = [one for one in _known_troubles(app, wanted) if one.certain]
    if any(not one.runs for one in found):
        yield _mismatch(app, "HL410", found, python_minor(app), wanted)


def _known_troubles(app: App, wanted: WantedPython) -> list[Trouble]:
    """The troubles with the Python that will be used; none where nobody knows which that is."""
    if wanted.issue or (wanted.minor is not None and app.platform.python.version(wanted.minor) is None):
        return []
    if wanted.version is None and any(app.platform.buildpack(url) is None for url in app.buildpacks):
        return []  # a buildpack that nobody knows may write the version file
    if wanted.version is None and not _uv_allows(app, app.platform.python.default):
        return []  # uv takes no default: the version that has to be written first will be another one
    return troubles(app, python_minor(app))


def _mismatch(app: App, code: str, found: list[Trouble], python: str, wanted: WantedPython) -> Finding:
    first, assumed = found[0], wanted.version is None
    chosen = " (no file names one, so it is the buildpack's default)" if assumed else ""
    newest = first.dependency.version is None and not first.runs
    dated = f" (as of {releases.date()})" if newest else ""
    if len(found) == 1:
        message = f"{first.name} {_does([first], 'cannot be installed')} with Python {python}{chosen}: {first.reason}{dated}"
    else:
        names = some([one.name for one in found], _SHOWN)
        message = f"{len(found)} pinned releases {_does(found, 'cannot be installed or run')} with Python {python}{chosen}: {names}"
    return report(
        code,
        message,
        Place(first.dependency.at.path, first.dependency.at.span, first.reason if len(found) > 1 else "not with this Python"),
        severity=ERROR if first.certain else WARNING,
        why=_why(first),
        related=[
            *(Place(one.dependency.at.path, one.dependency.at.span, one.reason) for one in found[1 : _SHOWN + 1]),
            *([first.use] if first.use is not None and len(found) == 1 else []),
        ],
        fix=_fix(app, found, python),
        confidence=Confidence.MEDIUM if assumed or newest or not first.certain else Confidence.HIGH,
    )


def _does(found: list[Trouble], both: str) -> str:
    many = len(found) > 1
    if all(one.partly for one in found):
        return "fails in part"
    if not found[0].certain:
        return "may not install" if not found[0].runs else ("fail if they are used" if many else "fails if it is used")
    if all(one.runs for one in found):
        return "do not run" if many else "does not run"
    return both if any(one.runs for one in found) else "cannot be installed"


def _why(first: Trouble) -> str:
    if first.partly:
        return "the process starts, and these requests are answered with 500 (Internal Server Error)"
    if first.runs:
        return "the process ends with an error as soon as it is imported or used (H10)"
    if first.certain:
        return "the build stops: Unable to install dependencies"
    return "the build takes minutes longer, and often stops in the compiler"


def _fix(app: App, found: list[Trouble], python: str) -> str:
    raised = ", ".join(f"{one.dependency.name} to {one.raise_to}" for one in found[:_SHOWN] if one.raise_to)
    words = f"raise the pins ({raised} or newer)" if raised else "raise the pins"
    fitting = fitting_python(app)
    if fitting is not None:
        return f"write `.python-version` with `{fitting}`, with which all of them go; or {words}"
    return words


def _with_none(app: App) -> Iterator[Finding]:
    """The Python that is asked for will have to be changed: what no supported one can install."""
    supported = [row.minor for row in app.platform.python.versions]
    stuck = _with_each(app, supported)
    if stuck:
        yield _stuck(stuck)
    told = {one.dependency.name for one in stuck}
    found = [
        d for name, d in app.dependencies.packages.items() if name not in told and all(failure(app, d, python) for python in supported)
    ]
    if not found:
        return
    first = found[0]
    names = some([f"{one.name} {one.version or ''}".strip() for one in found], _SHOWN)
    later = first_with_wheel(first.name, first.version, supported[0]) if first.version else None
    yield report(
        "HL420",
        f"no Python that the buildpack still has comes with wheels for {names}",
        Place(first.at.path, first.at.span, "older than every supported Python"),
        severity=WARNING,
        why="once the Python version is raised, the build must compile them, which takes minutes and may fail",
        related=[Place(one.at.path, one.at.span, "likewise") for one in found[1 : _SHOWN + 1]],
        fix="raise the pins together with the Python version" + (f", e.g. {first.name} to {later}" if later else ""),
        confidence=Confidence.MEDIUM,
    )


def _with_each(app: App, pythons: list[str]) -> list[Trouble]:
    """What surely fails with each of these versions of Python, as it does with the oldest."""
    first, *others = [{one.dependency.name: one for one in troubles(app, python) if one.certain} for python in pythons]
    return [one for name, one in first.items() if all(name in known for known in others)]


def _stuck(found: list[Trouble]) -> Finding:
    names = some([one.name for one in found], _SHOWN)
    first, *others = found
    return report(
        "HL420",
        f"no Python that the buildpack still has goes with {names}",
        Place(first.dependency.at.path, first.dependency.at.span, first.reason),
        severity=WARNING,  # the refused version is what stops the build today
        why="whichever Python is asked for in the place of the one that is refused, the build or the start fails",
        related=[Place(one.dependency.at.path, one.dependency.at.span, one.reason) for one in others[:_SHOWN]],
        fix="raise the pins together with the Python version",
        confidence=Confidence.MEDIUM,
    )


def _lock_and_python(app: App, wanted: WantedPython) -> Iterator[Finding]:
    """The lock or the Pipfile asks for another Python than the version file."""
    if wanted.minor is None or wanted.origin not in (".python-version", "runtime.txt"):
        return
    at = Place(wanted.origin, wanted.at.span, "the build uses this one")
    manager = manager_files(app)[:1]
    pipfile, lock = app.pipfile, app.uv_lock
    if manager == ("Pipfile.lock",) and pipfile is not None and pipfile.python_version and pipfile.python_version != wanted.minor:
        if pipfile.python_version.count(".") == 1:
            yield report(
                "HL420",
                f"the Pipfile requires Python {pipfile.python_version}, and {wanted.origin} says {wanted.version}",
                at,
                why="the build stops: Unable to install dependencies using Pipenv",
                related=[Place("Pipfile", pipfile.python_span, "required here")],
                fix=f"write the same version into both, and run `pipenv lock`; without {wanted.origin} Pipfile.lock's counts",
            )
    elif lock is not None and not _uv_allows(app, wanted.version if wanted.version and wanted.version.count(".") == 2 else wanted.minor):
        node = app.pyproject.requires_python_span if app.pyproject is not None else None
        yield report(
            "HL420",
            f"the project requires Python {lock.requires_python}, and {wanted.origin} says {wanted.version}",
            at,
            why="the build stops: Unable to install dependencies using uv",
            related=[Place("pyproject.toml", node, "required here")] if node is not None else [],
            fix=f"write a version into {wanted.origin} that `requires-python` allows",
        )


def _uv_allows(app: App, version: str) -> bool:
    """Whether the project that uv installs lets it use a Python: a whole version, or a minor one, of which the newest is meant."""
    lock = app.uv_lock if manager_files(app)[:1] == ("uv.lock",) else None
    if lock is None or not lock.requires_python:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    row = app.platform.python.version(version)
    try:
        return SpecifierSet(lock.requires_python).contains(row.latest if row is not None else version)
    except InvalidSpecifier:
        return True
