"""The Procfile's name and place: whether the platform reads it at all."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.building import deploy_scripts
from herolint.app.building.detection import moves_root
from herolint.app.model import App
from herolint.app.running.defaults import default_fails
from herolint.changes import Rename
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.workspace.written_for import goes_in_from_root


@rule("HL101", "procfile-misnamed", ERROR, WARNING)
def procfile_misnamed(app: App) -> Iterator[Finding]:
    """The Procfile has another name, lies in a folder, or would not be pushed."""
    if app.root.beside:
        if not _goes_alone(app, app.root.beside):
            yield _not_of_root(app, app.root.beside)
        return
    if app.is_container or not app.root.deployed:
        return
    if app.picked_procfile:
        yield from _picked(app, app.picked_procfile)
        return
    if "Procfile" in app.workspace.files:
        yield from _not_added(app)
        return
    reason = app.workspace.unpushed_reason("Procfile")
    path = app.procfile_path
    if reason is not None and (app.workspace.root / "Procfile").is_file():
        yield _finding(
            f"the Procfile would not be pushed: {reason}",
            Place(reason.partition(" ")[0]),
            "take it out of the ignore file, then `git add Procfile`",
        )
    elif path is not None:
        yield _finding(
            f"Heroku reads only `Procfile`, and this file is called `{path}`",
            Place(path),
            Fix(f"rename it: `git mv {path} Procfile`", (Rename(path, "Procfile"),), safe=True, then=f"`git add Procfile {path}`"),
        )
    elif app.detected and not app.buildpacks and (app.web is None or default_fails(app)):
        yield from _below(app)


def _below(app: App) -> Iterator[Finding]:
    """The only Procfile lies in a folder, and the root starts nothing without it."""
    found = sorted(app.workspace.find("Procfile"), key=lambda p: (p.count("/"), p))
    folder = posixpath.dirname(found[0]) if found else ""
    # Several of them are apps of one repository, each pushed or picked in a way of its own.
    alone = len(found) == 1 or any(path.startswith(f"{folder}/") for path in found[1:])
    if not found or not alone or found[0].count("/") > 2 or "/tests/" in f"/{found[0]}":
        return
    if not _goes_alone(app, folder):
        message = f"the only Procfile lies in {folder}/, and Heroku reads the one at the root"
        fix = f"move it to the root (with `cd {folder} && …`), or push the folder: `git subtree push --prefix {folder} heroku main`"
        yield _finding(message, Place(found[0]), fix, Confidence.MEDIUM)


def _goes_alone(app: App, folder: str) -> bool:
    """Whether something makes the folder the root, or puts its Procfile there."""
    return _made_by_hook(app) or moves_root(app) or _is_root(app, folder)


def _not_of_root(app: App, folder: str) -> Finding:
    """A folder is an app by itself, and the root another one that starts nothing for visitors."""
    name = next((name for name in ("Procfile", "heroku.yml") if f"{folder}/{name}" in app.workspace.files), "Procfile")
    return report(
        "HL101",
        f"{name} lies in {folder}/, an app by itself: a push of the whole repository does not read it",
        Place(f"{folder}/{name}"),
        severity=WARNING,
        why="Heroku looks at the root alone, and what stands there starts nothing that answers visitors",
        fix=f"push the folder: `git subtree push --prefix {folder} heroku main`",
        confidence=Confidence.MEDIUM,
    )


def _picked(app: App, path: str) -> Iterator[Finding]:
    """A Procfile in a folder that is written for the root, where nothing says that it is put there."""
    if len(list(app.workspace.find("Procfile"))) > 1 or _made_by_hook(app) or _put_at_root(app):
        return
    if any(one.cwd for process in app.processes.values() for one in process.script.commands):
        return  # who goes into the folder knows where the command starts
    if not goes_in_from_root(app.workspace, path):
        return
    yield report(
        "HL101",
        f"{path} is written for the root, and Heroku reads it only there",
        Place(path),
        severity=WARNING,
        why="unless something puts it at the root while the app is built, its process types are not known",
        fix=f"`git mv {path} Procfile`, or add heroku-community/multi-procfile and `heroku config:set PROCFILE={path}`",
        confidence=Confidence.MEDIUM,
    )


def _put_at_root(app: App) -> bool:
    """Whether a buildpack that is listed, or shown in documents, makes the Procfile."""
    urls = [*app.buildpacks, *(text for command in deploy_scripts.mentioned(app) for text, _ in command.arguments)]
    return any((row := app.platform.buildpack(url)) is not None and "Procfile" in row.writes for url in urls)


def _made_by_hook(app: App) -> bool:
    """Whether a script of the build names the Procfile, and so may put one in its place."""
    hooks = (app.source(path) for path in (*app.platform.go.hooks, *app.platform.python.hooks))
    return any(hook is not None and "Procfile" in hook.text for hook in hooks)


def _is_root(app: App, folder: str) -> bool:
    """Whether the app.json of a folder lists a buildpack that makes a folder the root before anything is built."""
    from herolint.formats.app_json import parse as parse_app_json

    source = app.document(f"{folder}/app.json")
    told = parse_app_json(source) if source is not None and not source.is_binary else None
    rows = (app.platform.buildpack(one.url) for one in told.buildpacks) if told is not None else ()
    return any(row is not None and row.moves_root for row in rows)


def _not_added(app: App) -> Iterator[Finding]:
    if app.workspace.unpushed_reason("Procfile") is not None:
        yield report(
            "HL101",
            "the Procfile is not added to git yet: a push leaves it out",
            Place("Procfile"),
            severity=WARNING,
            why="without it Heroku finds no process types (unless the buildpack has one of its own)",
            fix="`git add Procfile` and commit",
        )
    elif "Procfile" not in app.slug:
        from herolint.app.mends.procfile_edits import not_ignored

        yield _finding(".slugignore removes the Procfile", Place(".slugignore"), not_ignored(app))


def _finding(message: str, at: Place, fix: Fix | str, confidence: Confidence = Confidence.HIGH) -> Finding:
    why = "the app deploys with no process types: nothing starts, and every request gets H14"
    return report("HL101", message, at, why=why, fix=fix, confidence=confidence)
