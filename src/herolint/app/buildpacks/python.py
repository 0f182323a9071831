"""What the Python buildpack will say: what stands in its way, its package manager, its version, its lock file, the project itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.intent import wants_to_run
from herolint.app.building.python_build import MANAGERS, builds_python, manager_files
from herolint.app.buildpacks import Outcome, python_locks, python_project, python_versions
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_MISSPELT = (
    "requeriments.txt",
    "requirement.txt",
    "requirements.text",
    "Requirements.txt",
    "requirements.txt.txt",
    "requirments.txt",
    "requirements",
    "requirements.in",
)
_DISABLED = ".heroku/collectstatic_disabled"
_NONE = "Couldn't find any supported Python package manager files"
_INTERPRETER = lazy(rb"#![^\n]*\r\n")
_ENDS = lazy(r"exit\s+[1-9]\d*\s*")
_CORPUS = lazy(r"[\w.-]+")
_CACHE_GONE = lazy(r"^\s*rm\s+-\w*r\w*\s+(?:--\s+)?[\"']?\$(?:CACHE_DIR|\{CACHE_DIR(?::\?[^}]*)?\})/?[\"']?\s*(?:;|$)", re.MULTILINE)
"""A line of a hook that deletes the build cache, and with it what the buildpack keeps there for its last step."""
_BRANCHES = lazy(r"(?:^|[;&|])\s*(?:if|case|for|while|until|exit|exec|function|trap)\b|&&|\|\||\(\)|<<")


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    if not builds_python(app):
        return
    yield from _twice(app)
    yield from _hooks(app)
    yield from _managers(app)
    yield from python_versions.outcomes(app)
    yield from python_locks.outcomes(app)
    yield from python_project.outcomes(app)
    yield from _corpora(app)
    if _DISABLED in app.slug:
        yield Outcome(
            "advice", False, f"{_DISABLED} is deprecated", Place(_DISABLED), "the build warns, and skips collectstatic",
            "delete it, and set the config var DISABLE_COLLECTSTATIC=1",
        )  # fmt: skip


def _twice(app: App) -> Iterator[Outcome]:
    """The buildpack stands in the list more than once."""
    mine = [
        one for one in app.listed_buildpacks if one.buildpack is not None and one.buildpack.language == "python" and one.origin != "deploy"
    ]
    if len(mine) > 1:
        yield Outcome(
            "managers", True, f"{mine[1].url} is listed twice", Place(mine[1].at.path, mine[1].at.span, "once more"),
            "the build stops: The Python buildpack has already been run this build", "take one of the two out of the list",
            (Place(mine[0].at.path, mine[0].at.span, "the first"),),
        )  # fmt: skip


def _hooks(app: App) -> Iterator[Outcome]:
    """Scripts of the app that the build runs, and that cannot run or always end with an error."""
    for name in app.platform.python.hooks:
        source = app.document(name)
        if source is None:
            continue
        if _INTERPRETER.match(source.data):
            yield Outcome(
                "not-built", True, f"{name} has CRLF line ends: the interpreter in its first line is not found", Place(name),
                f"the build stops: Failed to run the {name} script", f"save it with LF line ends (`{name} text eol=lf` in .gitattributes)",
            )  # fmt: skip
        elif not source.is_binary and (last := _always_fails(source.text)):
            yield Outcome(
                "not-built", True, f"{name} ends with `{last}`, whatever it does before", Place(name),
                f"the build stops: Failed to run the {name} script", "end it with `exit 0`, or delete the script",
            )  # fmt: skip
        elif not source.is_binary and (cleared := _CACHE_GONE.search(source.text)):
            yield Outcome(
                "not-built", True, f"{name} deletes the whole build cache", Place(name, source.span_of_text(*cleared.span())),
                "the build stops: Can't find the buildpack's build data file", 'delete what the app put there: `rm -rf "${CACHE_DIR}/NAME"`',
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


def _always_fails(script: str) -> str:
    """The last line of a shell script where that is an exit with an error and nothing before may branch; else empty."""
    lines = [line for line in script.splitlines() if line.strip()]
    if not lines or not _ENDS.fullmatch(lines[-1]) or any(_BRANCHES.search(line) for line in lines[:-1]):
        return ""
    return lines[-1].strip()


def _corpora(app: App) -> Iterator[Outcome]:
    """A line of nltk.txt that is the name of nothing: each goes to NLTK's downloader as it is, which then asks on the terminal what to do."""
    source = app.document("nltk.txt") if app.dependencies.has("nltk") else None
    if source is None or source.is_binary:
        return
    at = 0
    for line in source.text.split("\n"):
        if line.strip() and not _CORPUS.fullmatch(line):
            ends = line.endswith("\r")
            yield Outcome(
                "not-built", True, "nltk.txt has CRLF line ends, which count as part of the names" if ends
                else f"`{line[:40]}` is no name of NLTK's data",
                Place("nltk.txt", source.span_of_text(at, at + len(line.rstrip()))),
                "the build stops: Unable to download NLTK data",
                "save it with LF line ends (`nltk.txt text eol=lf` in .gitattributes)" if ends
                else "write one name on each line, such as `punkt_tab`, and nothing else",
            )  # fmt: skip
            return
        at += len(line) + 1


def _managers(app: App) -> Iterator[Outcome]:
    """Two package managers, or none that can be used."""
    found = manager_files(app)
    if "Pipfile" in app.slug and "Pipfile.lock" not in app.slug:
        yield Outcome(
            "managers",
            True,
            "there is a Pipfile and no Pipfile.lock",
            Place("Pipfile"),
            "the build stops: No 'Pipfile.lock' found! (a requirements.txt beside it does not help)",
            "run `pipenv lock` and commit Pipfile.lock" + (", or delete the Pipfile" if found else ""),
            tuple(Place(name, None, "not looked at") for name in found),
        )
    elif len(found) > 1:
        names = " and ".join(found) if len(found) == 2 else ", ".join(found)
        yield Outcome(
            "managers",
            True,
            f"{names} stand side by side: the buildpack takes no choice",
            Place(found[0]),
            "the build stops: Multiple Python package manager files were found",
            f"keep the one that you use and delete the others from git ({', '.join(MANAGERS[name] for name in found)})",
            tuple(Place(name, None, f"means {MANAGERS[name]}") for name in found[1:]),
        )
    elif not found:
        yield from _none(app)
    yield from _exported(app, found)


def _none(app: App) -> Iterator[Outcome]:
    if (not app.detected and not app.listed_buildpacks) or any(name in app.workspace.files and name not in app.slug for name in MANAGERS):
        return  # no buildpack at all takes the app, or .slugignore removes the file: both are other findings
    wrong = next((name for name in _MISSPELT if app.workspace.exists(name)), None)
    if wrong is not None:
        yield Outcome(
            "managers",
            True,
            f"pip's file is called `requirements.txt`, not `{wrong}`",
            Place(wrong if wrong in app.workspace.files else ""),
            f"the build stops: {_NONE}",
            f"`git mv {wrong} requirements.txt`"
            if wrong in app.workspace.files
            else "write a `requirements.txt` that includes the folder's file: `-r requirements/production.txt`",
        )
    elif _is_python_app(app) or (wants_to_run(app) and any(found.buildpack.language == "python" for found in app.detected)):
        at = next((name for name in ("setup.py", "pyproject.toml", "Procfile", "app.py", "main.py", "manage.py") if name in app.slug), "")
        yield Outcome(
            "managers",
            True,
            "the Python buildpack finds no requirements.txt, Pipfile.lock, poetry.lock or uv.lock",
            Place(at),
            f"the build stops: {'Implicit setup.py file support has been sunset' if 'setup.py' in app.slug else _NONE}",
            _make_one(app),
        )


def _make_one(app: App) -> str:
    if app.pyproject is not None and app.pyproject.has_poetry:
        return "run `poetry lock` and commit poetry.lock"
    if app.pyproject is not None and app.pyproject.has_project:
        return "run `uv lock` and commit uv.lock"
    return (
        "write a `requirements.txt` with what the app imports; `-e .` installs what setup.py lists"
        if "setup.py" in app.slug
        else "write a `requirements.txt`, an empty one if nothing is needed"
    )


def _is_python_app(app: App) -> bool:
    """Whether Python processes would run: the Procfile says so."""
    return any(
        launch.tool in ("python", "django", "gunicorn", "uvicorn", "flask", "celery", "streamlit")
        for p in app.processes.values()
        for launch in p.launches
    )


def _exported(app: App, found: tuple[str, ...]) -> Iterator[Outcome]:
    """A third-party buildpack that writes requirements.txt beside a lock file."""
    if app.app_json is None or not ({"poetry.lock", "uv.lock"} & set(found)):
        return
    for buildpack in app.app_json.buildpacks:
        row = app.platform.buildpack(buildpack.url)
        if row is not None and "requirements.txt" in row.writes:
            yield Outcome(
                "managers",
                True,
                f"this buildpack writes a requirements.txt beside {found[0]}, and heroku/python stops at the two",
                Place("app.json", buildpack.span, "writes requirements.txt"),
                "the build stops: Multiple Python package manager files were found",
                f"leave it out: heroku/python reads {found[0]} by itself",
            )
