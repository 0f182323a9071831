"""Which buildpack the platform will take: none, or another than the one that the processes need."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.detection import (
    Detected,
    Listed,
    Needed,
    app_folders,
    chosen_by_hand,
    detected_in,
    first_match,
    manifest_in,
    moves_root,
    programs_needed,
)
from herolint.app.building.elsewhere import goes_elsewhere
from herolint.app.building.go_build import removed_tool
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

_REFUSED = "the push is refused: No default language could be detected for this app"
_SIGNS = ("Aptfile", ".slugignore", "Procfile", "static.json")
_SUBDIR = "set a buildpack for subfolders first, with `heroku config:set PROJECT_PATH={folder}`"


@rule("HL401", "no-buildpack-detected", ERROR, WARNING)
def no_buildpack_detected(app: App) -> Iterator[Finding]:
    """Nothing at the root tells the platform how to build the app, or the listed buildpack does not find what it needs."""
    if not app.root.deployed or app.is_container or app.deploys.container or "heroku.yml" in app.workspace.files:
        return
    if app.listed_buildpacks:
        yield from _listed(app)
        return
    if detected_in(app.workspace.present, app.platform) or moves_root(app):
        return  # what .slugignore removes of it is another finding
    found = _elsewhere(app) or _unknown_language(app) or _nothing(app)
    if found is not None:
        yield found


def _listed(app: App) -> Iterator[Finding]:
    """Buildpacks of the list whose own detection fails; behind one that moves or writes files nothing is known."""
    for one in app.listed_buildpacks:
        row = one.buildpack
        if row is None or row.moves_root or one.origin == "deploy":
            return
        wanted = row.detects or row.reads
        if wanted and not _finds(app, one):
            names = (row.manifests or wanted)[:2]
            lies = next((path for folder in app_folders(app) if (path := manifest_in(app, folder))), "")
            yield report(
                "HL401",
                f"{one.url} is listed, and there is no {' or '.join(names)} at the root",
                Place(one.at.path, one.at.span, "finds nothing to build"),
                why="the build stops: App not compatible with buildpack",
                related=(Place(lies, None, "lies in a subfolder"),) if lies and not row.reads else (),
                fix=f"write `{names[0]}`, or take the buildpack out of the list",
            )
        if row.writes:
            return


def _finds(app: App, one: Listed) -> bool:
    row = one.buildpack
    if row is None or any(name in app.workspace.files for name in row.reads):
        return True
    return any(found.buildpack.name == row.name for found in detected_in(app.workspace.files, app.platform))


def _elsewhere(app: App) -> Finding | None:
    """The app lies in a folder, and the root is what is pushed."""
    folders = app_folders(app)
    if not folders:
        return None
    folder = folders[0]
    has_procfile = "Procfile" in app.slug
    manifest = manifest_in(app, folder)
    if has_procfile and not manifest:
        return None
    several = sum(app.workspace.exists(f"{name}/Procfile") for name in folders)
    lies = f"the app lies in {folder}/" if len(folders) == 1 else f"apps lie in {', '.join(f'{name}/' for name in folders[:3])}"
    return report(
        "HL401",
        f"nothing at the root says how to build the app; {lies}",
        Place("Procfile" if has_procfile else ""),
        severity=WARNING
        if not has_procfile and (several > 1 or goes_elsewhere(app, folders))
        else ERROR,  # then the root goes to another host, or nowhere
        why=_REFUSED,
        related=[Place(path, None, "not looked at below the root") for name in folders[:3] if (path := manifest_in(app, name))],
        fix=f"push the folder alone (`git subtree push --prefix {folder} heroku main`), or {_SUBDIR.format(folder=folder)}",
        confidence=Confidence.HIGH if has_procfile else Confidence.MEDIUM,
    )


def _unknown_language(app: App) -> Finding | None:
    """A language that the platform builds only with somebody else's buildpack."""
    if not _meant_for_platform(app) or chosen_by_hand(app):
        return None
    for row in app.platform.buildpacks.others:
        at = first_match(row.files, app.slug)
        if at:
            return report(
                "HL401",
                f"no buildpack of the platform's own builds {row.language} ({at})",
                Place(at),
                severity=WARNING,
                why=f"{_REFUSED}, unless a buildpack has been set by hand",
                fix=f"`heroku buildpacks:set {row.buildpack}`, and list it in app.json"
                if " " not in row.buildpack
                else f"use {row.buildpack}",
                confidence=Confidence.MEDIUM,
            )
    return None


def _nothing(app: App) -> Finding | None:
    """A Procfile (or another sign) and nothing to build."""
    needed = next(iter(programs_needed(app, app.platform.buildpacks.official)), None)
    starts = next(((row, name) for row in app.platform.buildpacks.official for name in row.starts if name in app.slug), None)
    row = needed.buildpack if needed is not None else starts[0] if starts is not None else None
    if starts is None and (not _meant_for_platform(app) or (row is None and (chosen_by_hand(app) or app.procfile_path is None))):
        return None
    name = row.manifests[0] if row is not None else ""
    ignored = next((m for m in (row.manifests if row is not None else ()) if app.workspace.unpushed_reason(m)), "")
    if ignored:
        message = f"{ignored} would not be pushed ({app.workspace.unpushed_reason(ignored)}), and nothing else says how to build the app"
    else:
        message = f"nothing at the root says how to build the app: there is no {name}" if name else "there is nothing at the root to build"
    at = needed.launch.at if needed is not None else Place(starts[1] if starts is not None else "")
    return report(
        "HL401",
        message,
        Place(at.path, at.span, "needs it"),
        why=_REFUSED,
        fix=f"take {ignored} out of the ignore file and commit it"
        if ignored
        else f"write `{name}` and commit it"
        if name
        else "list the app's buildpack: `heroku buildpacks:set …`, and `buildpacks` in app.json",
        confidence=Confidence.HIGH if row is not None else Confidence.MEDIUM,
    )


def _meant_for_platform(app: App) -> bool:
    """Whether the repository shows that it is deployed here: a library or a collection of scripts does not."""
    return app.procfile_path is not None or app.app_json is not None or app.deploys.any or any(name in app.slug for name in _SIGNS)


@rule("HL422", "ambiguous-buildpack", WARNING, ERROR)
def ambiguous_buildpack(app: App) -> Iterator[Finding]:
    """Files of two languages lie at the root, and no list says which buildpacks build the app."""
    if not app.root.deployed or app.is_container or app.deploys.container or app.listed_buildpacks or len(app.detected) < 2:
        return
    if chosen_by_hand(app) or moves_root(app):
        return
    winner, *others = app.detected
    if app.left_out is not None:
        yield _unbuilt(app, app.left_out, winner)
        return
    for loser in others:
        row = loser.buildpack
        if winner.installs and loser.installs and row.language not in (winner.buildpack.language, *winner.buildpack.covers):
            yield _finding(
                app,
                f"{loser.file} is not installed from: of the two languages at the root {winner.buildpack.name} comes first ({winner.file})",
                loser,
                winner,
                WARNING,
                "the platform takes one buildpack, the first that recognises the app, and says so only in a warning of the build log",
            )
            return


def _unbuilt(app: App, needed: Needed, winner: Detected) -> Finding:
    loser = next(found for found in app.detected if found.buildpack is needed.buildpack)
    word = needed.launch.words[0].text if needed.launch.words else needed.launch.tool
    at = needed.launch.at
    return _finding(
        app,
        f"{winner.file} makes {winner.buildpack.name} the app's only buildpack: `{word}`, which {needed.process} starts, is not there",
        loser,
        winner,
        ERROR,
        f"{loser.buildpack.name} is never asked, nothing of {loser.file} is installed, and {needed.process} crashes"
        + (" (H10)" if needed.process == "web" else "")
        + "; no file lists buildpacks, so it is assumed that none are set by hand",
        Place(at.path, at.span, "not there after the build"),
    )


def _tool_dropped(app: App, needed: Detected) -> str:
    """What else must be done where the buildpack that is needed has dropped the tool that the app uses."""
    old = removed_tool(app) if needed.buildpack.language == "go" else None
    return (
        f"; make it a module first (`go mod init`, `go mod tidy`), since support for {old[0]} has been removed" if old is not None else ""
    )


def _finding(
    app: App, message: str, loser: Detected, winner: Detected, severity: object, why: str, process: Place | None = None
) -> Finding:
    order = f'[{{"url": "{winner.buildpack.name}"}}, {{"url": "{loser.buildpack.name}"}}]'
    return report(
        "HL422",
        message,
        Place(winner.file if process is not None else loser.file),
        severity=ERROR if severity is ERROR else WARNING,
        why=why,
        related=[
            Place(loser.file if process is not None else winner.file, None, "comes later" if process is not None else "comes first"),
            *([process] if process is not None else []),
        ],
        fix=f'list them, the main one last: `"buildpacks": {order}` in app.json and `heroku buildpacks:add`'
        + _tool_dropped(app, loser)
        + (f"; {loser.buildpack.name} alone, if {winner.file} is for development only" if process is not None else ""),
        confidence=Confidence.MEDIUM,
    )
