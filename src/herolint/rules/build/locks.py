"""Lock files: whether there is one, and whether it fits the file that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from herolint.app.locked import asks_for_something, changes_since_lock, image_tools
from herolint.app.model import App
from herolint.app.python_build import builds_python, manager_files
from herolint.finding import Confidence, Finding, Place
from herolint.platforms import Locked
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL405", "lockfile-missing", WARNING, ERROR)
def lockfile_missing(app: App) -> Iterator[Finding]:
    """Dependencies are asked for by ranges, and no lock says which releases were tested."""
    if not app.root.deployed:
        return
    for row in app.platform.locks.all:
        if row.manifest not in app.slug or row.language != app.language or any(name in app.slug for name in row.locks):
            continue
        if app.is_container and not image_tools(app).intersection(row.tools):
            continue
        if (row.buildpack or app.is_container) and asks_for_something(app, row.manifest):
            yield _no_lock(app, row)


def _no_lock(app: App, row: Locked) -> Finding:
    stops = row.stops and not app.is_container
    ignored = next((name for name in row.locks if name in app.workspace.unpushed), None)
    other = next((name for name in row.unread if name in app.slug), None)
    command = f"run `{row.make}` and commit {row.locks[0]}"
    if ignored:
        command = f"{ignored} is there and not pushed ({app.workspace.unpushed[ignored]}): commit it"
    return report(
        "HL405",
        f"{row.manifest} has no lock file" + (f" that the build reads ({other} is not)" if other else ""),
        Place(row.manifest),
        severity=ERROR if stops else WARNING,
        why=f"the build stops: {row.stops}"
        if stops
        else "each build takes the newest releases that fit: two deploys of one commit may differ",
        fix=command,
    )


@rule("HL406", "lockfile-out-of-sync", ERROR)
def lockfile_out_of_sync(app: App) -> Iterator[Finding]:
    """The lock was not made from the manifest that stands beside it, and the installer refuses to go on."""
    yield from told(app, "HL406", "lock-stale")
    if not builds_python(app) or not app.root.deployed:
        return
    for name in manager_files(app):
        check = _CHECKS.get(name)
        if check is not None:
            yield from check(app)


def _pipenv(app: App) -> Iterator[Finding]:
    lock, pipfile = app.pipfile_lock, app.pipfile
    if lock is None:
        return
    if not lock.readable:
        yield _unreadable("Pipfile.lock", "Pipenv", "pipenv lock")
    elif "Pipfile" not in app.slug:
        yield _alone("Pipfile.lock", "Pipfile", "Pipenv")
    elif pipfile is not None and pipfile.hash is not None and lock.hash != pipfile.hash:
        changes = changes_since_lock(app)
        message, label, version = "Pipfile.lock does not fit the Pipfile" + _told(changes), "made from another Pipfile", ""
        aged = lock.hash == pipfile.old_hash
        if aged:
            spelt = [r.raw_name for r in (*pipfile.packages, *pipfile.develop) if r.raw_name != r.name][:2]
            message = f"an older Pipenv made the lock: today it takes names in the index's spelling, and the Pipfile says {_words(spelt)}"
            label = "today's Pipenv expects another hash"
            version = f" with today's Pipenv (the build uses {app.platform.python.manager('Pipfile.lock').version})"
        yield report(
            "HL406",
            message,
            Place("Pipfile.lock", lock.hash_span, label),
            why="the build stops: Your Pipfile.lock is out of date (`pipenv install --deploy`)",
            related=changes[:3],
            fix=f"run `pipenv lock`{version} and commit Pipfile.lock",
            confidence=Confidence.MEDIUM if aged else Confidence.HIGH,
        )


def _poetry(app: App) -> Iterator[Finding]:
    lock, project = app.poetry_lock, app.pyproject
    if lock is None:
        return
    if not lock.readable:
        yield _unreadable("poetry.lock", "Poetry", "poetry lock")
    elif "pyproject.toml" not in app.slug:
        yield _alone("poetry.lock", "pyproject.toml", "Poetry")
    elif project is not None and project.poetry_hash is not None and lock.content_hash not in _poetry_hashes(app):
        changes = changes_since_lock(app)
        yield report(
            "HL406",
            "poetry.lock does not fit pyproject.toml" + _told(changes),
            Place("poetry.lock", lock.hash_span, "made from another pyproject.toml"),
            why="the build stops: pyproject.toml changed significantly since poetry.lock was last generated",
            related=changes[:3],
            fix="run `poetry lock` and commit poetry.lock",
        )


def _poetry_hashes(app: App) -> tuple[str | None, ...]:
    """The hashes that Poetry accepts: of a lock from before 2.3 also that without dependency groups."""
    lock, project = app.poetry_lock, app.pyproject
    if lock is None or project is None:
        return ()
    old = lock.written_by is not None and tuple(int(n) for n in lock.written_by.split(".")[:2]) < (2, 3)
    return (project.poetry_hash, project.poetry_old_hash) if old else (project.poetry_hash,)


def _uv(app: App) -> Iterator[Finding]:
    lock = app.uv_lock
    if lock is None:
        return
    if not lock.readable:
        yield _unreadable("uv.lock", "uv", "uv lock")
    elif "pyproject.toml" not in app.slug:
        yield _alone("uv.lock", "pyproject.toml", "uv")
    else:
        changes = changes_since_lock(app)
        if changes:
            yield report(
                "HL406",
                "uv.lock does not fit pyproject.toml" + _told(changes),
                Place(changes[0].path, changes[0].span, "changed since the lock was made"),
                why="the build stops: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided",
                related=changes[1:4],
                fix="run `uv lock` and commit uv.lock",
            )


_CHECKS: dict[str, Callable[[App], Iterator[Finding]]] = {"Pipfile.lock": _pipenv, "poetry.lock": _poetry, "uv.lock": _uv}


def _unreadable(lock: str, tool: str, command: str) -> Finding:
    return report(
        "HL406",
        f"{tool} cannot read {lock} (an empty file, or merge markers left in it?)",
        Place(lock),
        why=f"the build stops: Unable to install dependencies using {tool}",
        fix=f"delete it, run `{command}` and commit the new one",
    )


def _alone(lock: str, manifest: str, tool: str) -> Finding:
    return report(
        "HL406",
        f"{lock} stands without the {manifest} that it was made from",
        Place(lock),
        why=f"the build stops: Unable to install dependencies using {tool}",
        fix=f"commit {manifest} too",
    )


def _told(changes: tuple[Place, ...]) -> str:
    return f": {changes[0].label}" if changes else ""


def _words(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names) or "others"
