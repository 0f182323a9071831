"""Whether Pipfile.lock, poetry.lock or uv.lock was made from the manifest beside it, as the installers judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from herolint.app.building.locked import changes_since_lock
from herolint.app.building.python_build import manager_files
from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.knowledge.breaks import before

if TYPE_CHECKING:
    from herolint.app.model import App


def outcomes(app: App) -> Iterator[Outcome]:
    """Locks over which the install stops."""
    for name in manager_files(app):
        check = _CHECKS.get(name)
        if check is not None:
            yield from check(app)


def _pipenv(app: App) -> Iterator[Outcome]:
    lock, pipfile = app.pipfile_lock, app.pipfile
    if lock is None:
        return
    unusable = _unusable(app, "Pipfile.lock", lock.readable, "Pipfile", "Pipenv")
    if unusable is not None:
        yield unusable
    elif pipfile is not None and pipfile.hash is not None and lock.hash != pipfile.hash:
        changes = changes_since_lock(app)
        message, label, version = "Pipfile.lock does not fit the Pipfile" + _told(changes), "made from another Pipfile", ""
        aged = lock.hash == pipfile.old_hash
        if aged:
            spelt = [r.raw_name for r in (*pipfile.packages, *pipfile.develop) if r.raw_name != r.name][:2]
            message = f"an older Pipenv made the lock: today it takes names in the index's spelling, and the Pipfile says {_words(spelt)}"
            label = "today's Pipenv expects another hash"
            version = f" with today's Pipenv (the build uses {app.platform.python.manager('Pipfile.lock').version})"
        yield Outcome(
            "lock-stale",
            True,
            message,
            Place("Pipfile.lock", lock.hash_span, label),
            "the build stops: Your Pipfile.lock is out of date (`pipenv install --deploy`)",
            f"run `pipenv lock`{version} and commit Pipfile.lock",
            changes[:3],
            Confidence.MEDIUM if aged else Confidence.HIGH,
        )


def _poetry(app: App) -> Iterator[Outcome]:
    lock, project = app.poetry_lock, app.pyproject
    if lock is None:
        return
    unusable = _unusable(app, "poetry.lock", lock.readable, "pyproject.toml", "Poetry")
    if unusable is not None:
        yield unusable
    elif project is not None and project.poetry_hash is not None and lock.content_hash not in _poetry_hashes(app):
        changes = changes_since_lock(app)
        yield Outcome(
            "lock-stale",
            True,
            "poetry.lock does not fit pyproject.toml" + _told(changes),
            Place("poetry.lock", lock.hash_span, "made from another pyproject.toml"),
            "the build stops: pyproject.toml changed significantly since poetry.lock was last generated",
            "run `poetry lock` and commit poetry.lock",
            changes[:3],
        )


def _poetry_hashes(app: App) -> tuple[str | None, ...]:
    """The hashes that Poetry accepts: of an older Poetry's lock also that without dependency groups."""
    lock, project = app.poetry_lock, app.pyproject
    if lock is None or project is None:
        return ()
    old = lock.written_by is not None and before("poetry", "counts dependency groups in the hash of its lock", lock.written_by)
    return (project.poetry_hash, project.poetry_old_hash) if old else (project.poetry_hash,)


def _uv(app: App) -> Iterator[Outcome]:
    lock = app.uv_lock
    if lock is None:
        return
    unusable = _unusable(app, "uv.lock", lock.readable, "pyproject.toml", "uv")
    if unusable is not None:
        yield unusable
    else:
        changes = changes_since_lock(app)
        if changes:
            yield Outcome(
                "lock-stale",
                True,
                "uv.lock does not fit pyproject.toml" + _told(changes),
                Place(changes[0].path, changes[0].span, "changed since the lock was made"),
                "the build stops: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided",
                "run `uv lock` and commit uv.lock",
                changes[1:4],
            )


_CHECKS: dict[str, Callable[[App], Iterator[Outcome]]] = {"Pipfile.lock": _pipenv, "poetry.lock": _poetry, "uv.lock": _uv}


def _unusable(app: App, lock: str, readable: bool, manifest: str, tool: str) -> Outcome | None:
    """A lock that its tool cannot read, or that stands without its manifest."""
    why = f"the build stops: Unable to install dependencies using {tool}"
    if not readable:
        message = f"{tool} cannot read {lock} (an empty file, or merge markers left in it?)"
        return Outcome("lock-stale", True, message, Place(lock), why, f"delete it, run `{tool.lower()} lock` and commit the new one")
    if manifest not in app.slug:
        message = f"{lock} stands without the {manifest} that it was made from"
        return Outcome("lock-stale", True, message, Place(lock), why, f"commit {manifest} too")
    return None


def _told(changes: tuple[Place, ...]) -> str:
    return f": {changes[0].label}" if changes else ""


def _words(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names) or "others"
