"""What the Python buildpack will choose: package manager and Python version, each with the file that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App

MANAGER_FILES = ("Pipfile.lock", "requirements.txt", "poetry.lock", "uv.lock")
MANAGERS = {"Pipfile.lock": "Pipenv", "requirements.txt": "pip", "poetry.lock": "Poetry", "uv.lock": "uv"}


class WantedPython(msgspec.Struct, frozen=True):
    """The version that a file asks for as written (`3.13`, `3.13.2`; None: the file asks for none that can be read), and where.

    `origin` is `runtime.txt`, `.python-version`, `Pipfile.lock`, or empty when nothing says so and the default is taken.
    `issue` and `text` say what is wrong with the file.
    """

    version: str | None
    origin: str
    at: Place
    issue: str = ""
    text: str = ""

    @property
    def minor(self) -> str | None:
        """The version's first two numbers."""
        return ".".join(self.version.split(".")[:2]) if self.version else None


def builds_python(app: App) -> bool:
    """Whether Heroku's Python buildpack will build the app."""
    if app.is_container or app.language != "python":
        return False
    return not app.buildpacks or any("python" in url for url in app.buildpacks)


_OF_PACKAGES = ("setup.py", "setup.cfg", "tox.ini", "pyproject.toml")
"""Files beside the `manage.py` of a package that only has a site to be tried in."""


def is_django_site(app: App) -> bool:
    """Whether a Django project that is a site, and no package, lies at the root: nothing but to be deployed is left to do with it."""
    at_root = "manage.py" in app.slug and not any(name in app.slug for name in _OF_PACKAGES)
    return at_root and any(path.count("/") == 1 and path.endswith(("/wsgi.py", "/asgi.py")) for path in app.slug)


def manager_files(app: App) -> tuple[str, ...]:
    """The package managers' files at the root, in the buildpack's order."""
    return tuple(name for name in MANAGER_FILES if name in app.slug)


def wanted_python(app: App) -> WantedPython:
    """The Python version by the first file that gives one, in the buildpack's order."""
    if "runtime.txt" in app.slug and app.runtime_txt is not None:
        found = app.runtime_txt
        return WantedPython(found.version, "runtime.txt", Place("runtime.txt", found.span), found.issue, found.text)
    if ".python-version" in app.slug and app.python_version_file is not None:
        found = app.python_version_file
        return WantedPython(found.version, ".python-version", Place(".python-version", found.span), found.issue, found.text)
    lock = app.pipfile_lock
    if manager_files(app)[:1] == ("Pipfile.lock",) and lock is not None and lock.python_version is not None:
        return WantedPython(lock.python_version, "Pipfile.lock", Place("Pipfile.lock", lock.python_span))
    return WantedPython(None, "", Place(""))


def python_release(app: App) -> str:
    """The whole version that the app will run on: the one that a file spells out, else the newest of that minor version."""
    wanted, minor = wanted_python(app), python_minor(app)
    if wanted.version is not None and wanted.minor == minor and wanted.version.count(".") > 1:
        return wanted.version
    known = app.platform.python.version(minor)
    return known.latest if known is not None else minor


def least_python(app: App) -> str:
    """The oldest minor version that the app may come to run on: `python_minor`, or the buildpack's oldest where the wanted one is refused."""
    minor, known = wanted_python(app).minor, app.platform.python
    if minor is None or known.version(minor) is not None:
        return python_minor(app)
    return min((row.minor for row in known.versions), key=lambda one: tuple(int(part) for part in one.split(".")))


def python_minor(app: App) -> str:
    """The minor version that the app will run on, as far as files tell; else the buildpack's default."""
    minor = wanted_python(app).minor
    return minor if minor is not None and app.platform.python.version(minor) is not None else app.platform.python.default
