"""What the Python buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building import collectstatic
from herolint.app.building.python_build import manager_files, python_release, wanted_python
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.model import App

_BEFORE, _AFTER = "bin/pre_compile", "bin/post_compile"


def steps(app: App) -> tuple[Step, ...]:
    """From the version to the static files."""
    return (
        Step("runtime", _runtime(app)),
        Step("package manager", (_manager(app),), stops=not manager_files(app)),
        Step("install", _install(app)),
        Step("build", _build(app)),
    )


def _runtime(app: App) -> tuple[Line, ...]:
    wanted = wanted_python(app)
    hook = (Line(f"{_BEFORE} runs first", "it is there", Place(_BEFORE)),) if _BEFORE in app.slug else ()
    if wanted.issue:
        return (Line("Python of no known version", f"`{wanted.origin}` cannot be read", wanted.at), *hook)
    if wanted.version is None:
        return (Line(f"Python {python_release(app)}", "no file names a version: this is the default for a new app"), *hook)
    known = app.platform.python.version(wanted.minor or "") is not None
    return (
        Line(f"Python {python_release(app) if known else wanted.version}", f"`{wanted.origin}` says {wanted.version}", wanted.at),
        *hook,
    )


def _manager(app: App) -> Line:
    found = manager_files(app)
    if not found:
        return Line("none", "there is no requirements.txt, Pipfile.lock, poetry.lock or uv.lock")
    row = app.platform.python.manager(found[0])
    name = {"pip": "pip", "pipenv": "Pipenv", "poetry": "Poetry", "uv": "uv"}.get(row.name, row.name)
    return Line(f"{name} {row.version}", f"`{found[0]}`", Place(found[0]))


def _install(app: App) -> tuple[Line, ...]:
    found = manager_files(app)
    if not found:
        return ()
    dependencies = app.dependencies
    number = count(len(dependencies.packages), "package")
    text = f"{number}, as locked" if dependencies.complete else f"{number} asked for, and what they bring along"
    lines = [Line(app.platform.python.manager(found[0]).command, f"`{found[0]}`", Place(found[0])), Line(text)]
    installed = app.installed
    if installed is not None and installed.develop:
        lines.append(Line(f"without {count(len(installed.develop), 'development package')}", "only the main group is installed"))
    return tuple(lines)


def _build(app: App) -> tuple[Line, ...]:
    lines = []
    if "nltk.txt" in app.slug and app.dependencies.has("nltk"):
        lines.append(Line("NLTK data is downloaded", "`nltk.txt`", Place("nltk.txt")))
    manage = collectstatic.manage_py(app)
    if app.dependencies.has("django") and manage is not None:
        if collectstatic.is_disabled(app):
            lines.append(Line("collectstatic is skipped", "app.json says so", Place("app.json")))
        else:
            lines.append(Line(f"python {manage} collectstatic --noinput", f"Django is installed, and there is `{manage}`", Place(manage)))
    if _AFTER in app.slug:
        lines.append(Line(_AFTER, "it is there", Place(_AFTER)))
    return tuple(lines)
