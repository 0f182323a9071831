"""Which packages do not go with a Python, and the Python that all of them go with."""

from __future__ import annotations

import datetime
from collections.abc import Container
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.dependencies import Dependency
from herolint.app.building.installing import failure, first_with_wheel
from herolint.app.needs.breaking import python_breaks, setuptools_breaks
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.platforms.languages import PythonVersion

NEAR_DAYS = 180
"""An end of life within this many days is near."""


class Trouble(msgspec.Struct, frozen=True):
    """A release that does not go with a Python. `runs`: it installs, and fails when it is used; `raise_to`: what would go.

    `partly`: the process starts, and a part of it fails.
    """

    dependency: Dependency
    version: str
    reason: str
    certain: bool
    runs: bool
    use: Place | None
    raise_to: str
    partly: bool = False

    @property
    def name(self) -> str:
        """The distribution with its release, where that is pinned."""
        return f"{self.dependency.name} {self.version}" if self.dependency.version else self.dependency.name


def troubles(app: App, python: str) -> list[Trouble]:
    """What does not install, then what does not run, each in the order of the manifest."""
    found = []
    for dependency in app.dependencies.packages.values():
        one = failure(app, dependency, python)
        if one is not None:
            later = first_with_wheel(dependency.name, one.version, python) or ""
            found.append(Trouble(dependency, one.version, one.reason, one.certain, False, None, later))
    failing = {one.dependency.name for one in found if one.certain}
    for broken in (*python_breaks(app, python), *(one for one in setuptools_breaks(app, python) if one.by_python)):
        # Code that imports it, or none that could be read.
        seen = broken.use is not None or not (app.code.modules or broken.partly)
        if broken.dependency.name not in failing and seen:
            failing.add(broken.dependency.name)
            rising = broken.raise_to or broken.instead
            sure = broken.sure and broken.use is not None and not broken.partly
            found.append(Trouble(broken.dependency, broken.version, broken.reason, sure, True, broken.use, rising, broken.partly))
    return sorted(found, key=lambda one: (one.runs, one.dependency.at.path, one.dependency.at.span or (0, 0)))


def is_near_end(app: App, row: PythonVersion) -> bool:
    """Whether a minor version has reached its end of life, or will soon."""
    return row.deprecated or row.end_of_life <= app.today + datetime.timedelta(days=NEAR_DAYS)


def fitting_python(app: App, allowed: Container[str] | None = None) -> str | None:
    """The minor version to ask for, with which all packages go; None where there is none.

    The one that the Dockerfile brings, since that was tried; else the default, else the newest one. It has to last, and to be one of
    those that are allowed.
    """
    known = app.platform.python
    lasting = [row.minor for row in known.versions if not is_near_end(app, row)]
    wanted = dict.fromkeys((*([tried] if (tried := dockerfile_python(app)) in lasting else ()), known.default, *lasting))
    return next((minor for minor in wanted if (allowed is None or minor in allowed) and not troubles(app, minor)), None)


def dockerfile_python(app: App) -> str | None:
    """The minor version that the Dockerfile's base brings."""
    from herolint.app.building.image_runtime import brought

    image = app.dockerfile() if "Dockerfile" in app.workspace.files else None
    found = brought(image) if image is not None else None
    return ".".join(map(str, found[1])) if found is not None and found[0] == "Python" else None
