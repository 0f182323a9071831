"""What builds the app: a Dockerfile, or buildpacks: those that are listed, else the first official one that recognises a file at the root."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building import deploy_scripts
from herolint.finding import Place
from herolint.globs import matches
from herolint.platforms import Buildpack, Platform
from herolint.workspace.apps import find_apps

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App

MOST_FOLDERS = 3
"""More folders that look like an app are a collection (of lessons, services, examples) rather than one app in a folder."""


class Listed(msgspec.Struct, frozen=True):
    """A buildpack of the app's list as it is named there; `origin` is `context`, `app.json` or `deploy` (a script or workflow)."""

    url: str
    at: Place
    origin: str
    buildpack: Buildpack | None


class Detected(msgspec.Struct, frozen=True):
    """An official buildpack that would take the app, and the file (or folder) at the root by which it does."""

    buildpack: Buildpack
    file: str

    @property
    def installs(self) -> bool:
        """Whether the file is one that it installs from, rather than a mere sign of the language."""
        return any(matches("/" + pattern, self.file) for pattern in self.buildpack.manifests)


def is_container(app: App) -> bool:
    """Stack `container` where it is declared; else heroku.yml with images; else a Dockerfile that a deploy pushes, or the only way to run."""
    if app.declared_stack:
        return app.declared_stack == "container"
    if app.buildpacks:
        return False
    if app.heroku_yml is not None:
        return bool(app.heroku_yml.docker)
    if not any(path == "Dockerfile" or path == "Dockerfile.web" for path in app.workspace.files):
        return False
    return app.deploys.container or not _built_by_buildpack(app)


def _built_by_buildpack(app: App) -> bool:
    """Whether a plain push makes a web process without any look at the Dockerfile."""
    if "Procfile" in app.slug or app.picked_procfile or app.app_json is not None:  # app.json would name the stack
        return True
    first = app.detected[0].buildpack if app.detected else None
    serves = first is not None and first.default_web != "never" and not first.image_first
    if first is not None and first.language == "node":
        serves = (app.package_json is not None and "start" in app.package_json.scripts) or "server.js" in app.slug
    elif first is not None and first.language == "go":
        from herolint.app.building.go_build import written_processes

        made = written_processes(app)
        serves = not made or "web" in made
    return serves and not any(command.sub in ("container:push", "stack:set") for command in deploy_scripts.mentioned(app))


def listed_buildpacks(app: App) -> tuple[Listed, ...]:
    """The list of the context, else of app.json, else of the repository's own deploy scripts when that one names a language."""
    find = app.platform.buildpack
    if app.context.buildpacks:
        return tuple(Listed(url, Place(""), "context", find(url)) for url in app.context.buildpacks)
    if app.app_json is not None and app.app_json.buildpacks:
        return tuple(Listed(b.url, Place("app.json", b.span), "app.json", find(b.url)) for b in app.app_json.buildpacks)
    found = tuple(Listed(url, at, "deploy", find(url)) for url, at in app.deploys.buildpacks)
    return found if any(builds_alone(app, one.url) for one in found) else ()


def builds_alone(app: App, url: str) -> bool:
    """Whether a buildpack may build an app by itself: that of a language, or one that is not known."""
    row = app.platform.buildpack(url) if url else None
    return bool(url) and (row is None or bool(row.language))


def detected_in(files: Mapping[str, object], platform: Platform) -> tuple[Detected, ...]:
    """The official buildpacks that recognise one of the files, in the platform's order."""
    folders = {path.partition("/")[0] for path in files if "/" in path}
    found = (Detected(buildpack, first_match(buildpack.detects, files, folders)) for buildpack in platform.buildpacks.official)
    return tuple(one for one in found if one.file)


def first_match(patterns: Iterable[str], files: Mapping[str, object], folders: Container[str] = ()) -> str:
    """The first file (or folder of the root) that one of the patterns means, seen from the root; empty when none does."""
    for pattern in patterns:
        if "*" not in pattern:
            if pattern in files or pattern in folders:
                return pattern
            continue
        start = pattern.partition("*")[0]
        candidates = (path for path in files if path.startswith(start) and ("/" in pattern or "/" not in path))
        if (path := next((p for p in candidates if matches("/" + pattern, p)), None)) is not None:
            return path
    return ""


def builders(app: App) -> tuple[Buildpack, ...]:
    """The official buildpacks that really build the app: those of the list, else the one that detection takes."""
    if app.listed_buildpacks:
        return tuple(one.buildpack for one in app.listed_buildpacks if one.buildpack is not None and one.buildpack.official)
    return tuple(one.buildpack for one in app.detected[:1])


def builds_with(app: App, name: str) -> bool:
    """Whether an official buildpack, by its name, builds the app (maybe beside others)."""
    return not app.is_container and app.root.built and any(row.name == name for row in builders(app))


def chosen_by_hand(app: App) -> bool:
    """Whether documents or files say that the owner sets buildpacks by hand, so that detection may not be what decides."""
    if ".buildpacks" in app.workspace.files or bool(tuple(app.deploys.buildpacks)) or deploy_scripts.buildpacks_mentioned(app):
        return True
    # A script that only a buildpack reads which detection would not take.
    hooks = {"go": app.platform.go.hooks, "python": app.platform.python.hooks}
    first = app.detected[0].buildpack.language if app.detected else ""
    return any(language != first and any(path in app.slug for path in paths) for language, paths in hooks.items())


def reads_aptfile(app: App) -> bool:
    """Whether a buildpack that reads the Aptfile is listed, or may be: one that is not known, or a list kept by hand."""
    if not app.listed_buildpacks:
        return chosen_by_hand(app)
    return any(one.buildpack is None or "Aptfile" in one.buildpack.reads for one in app.listed_buildpacks)


def moves_root(app: App) -> bool:
    """Whether something makes a subfolder the root before the build: a buildpack for that, or a deploy that pushes a folder."""
    if any(one.buildpack is not None and one.buildpack.moves_root for one in app.listed_buildpacks) or any(app.deploys.folders):
        return True
    for path in (".buildpacks",):
        source = app.source(path)
        lines = source.text.split() if source is not None and not source.is_binary else []
        if any((found := app.platform.buildpack(line)) is not None and found.moves_root for line in lines):
            return True
    shown = deploy_scripts.mentioned(app)
    by_hand = deploy_scripts.pushed_by(command for command in shown if command.sub in deploy_scripts.PUSHES)
    return any(by_hand) or any(
        (found := app.platform.buildpack(text)) is not None and found.moves_root for command in shown for text, _ in command.arguments
    )


class Needed(msgspec.Struct, frozen=True):
    """A program that a process type starts, and the buildpack after whose build it is there."""

    process: str
    launch: Launch
    buildpack: Buildpack


def programs_needed(app: App, among: Iterable[Buildpack]) -> Iterator[Needed]:
    """What the processes start that only one of these buildpacks brings."""
    rows = tuple(among)
    for name, process in app.processes.items():
        for launch in process.launches if process.origin != "default" else ():
            found = [row for row in rows if launch.tool in row.programs]
            if not found and (compiled := next((row for row in rows if not row.programs), None)) is not None:
                from herolint.app.building.go_programs import program_names

                found = [compiled] if launch.tool in program_names(app) and not _known_program(app, launch.tool) else []
            yield from (Needed(name, launch, row) for row in found)


def _known_program(app: App, tool: str) -> bool:
    return any(tool in row.programs for row in app.platform.buildpacks.official)


def left_out(app: App) -> Needed | None:
    """What a process starts and no build makes: the first buildpack that recognises the app is another's, and no list names more."""
    if not app.root.deployed or app.is_container or app.deploys.container or app.listed_buildpacks or len(app.detected) < 2:
        return None
    if chosen_by_hand(app) or moves_root(app):
        return None
    winner = app.detected[0].buildpack
    for one in programs_needed(app, [found.buildpack for found in app.detected]):
        watches = any(word.text.rpartition(":")[2].lstrip("-") == "watch" for word in one.launch.words)  # a developer's process
        if one.buildpack.language != winner.language and one.launch.tool not in winner.programs and not watches:
            return one
    return None


def buildpack_language(app: App) -> str:
    """The language of the buildpack whose default process types count: the last of those listed, else the first that detects the app."""
    rows = [one.buildpack for one in app.listed_buildpacks] if app.listed_buildpacks else [one.buildpack for one in app.detected[:1]]
    return next((row.language for row in reversed(rows) if row is not None and row.language), "")


def language(app: App) -> str:
    """The language of the buildpack that makes the app's processes: of the list the last; else by what they start; else as detected."""
    if app.listed_buildpacks and (listed := buildpack_language(app)):
        return listed
    detected = app.detected
    among = {one.buildpack.name: one.buildpack for one in detected}
    for row in app.platform.buildpacks.official:
        if row.programs:
            among.setdefault(row.name, row)
    votes = [needed.buildpack for needed in programs_needed(app, among.values())]
    present = [row for row in votes if any(one.buildpack is row for one in detected)]
    for row in (*present, *votes):
        return row.language
    installing = next((one for one in detected if one.installs), None)
    for found in (installing, *detected[:1]):
        if found is not None:
            return found.buildpack.language
    return ""


def app_folders(app: App) -> tuple[str, ...]:
    """Folders below the root that look like an app of their own, those with a Procfile first; empty when there are many."""
    found = [root.path for root in find_apps(app.workspace) if root.path]
    for one in _manifest_folders(app):
        if one not in found:
            found.append(one)
    with_procfile = [path for path in found if app.workspace.exists(f"{path}/Procfile")]
    if with_procfile:
        return tuple(with_procfile)
    return tuple(found) if len(found) <= MOST_FOLDERS else ()


def _manifest_folders(app: App) -> Iterator[str]:
    """Folders that a process at the root changes into, and that hold a manifest."""
    for process in app.processes.values():
        for launch in process.launches:
            places = [launch.cwd, posixpath.dirname(launch.script or ""), *(word.text for word in launch.words)]
            for place in places:
                folder = posixpath.normpath(place).strip("/").removeprefix("./") if place else ""
                if folder and folder != "." and manifest_in(app, folder):
                    yield folder


def manifest_in(app: App, folder: str) -> str:
    """The path of a file in a folder by which an official buildpack would take it, or empty."""
    if not app.workspace.is_dir(folder):
        return ""
    names = dict.fromkeys(app.workspace.listdir(folder))
    found = next((one for one in detected_in(names, app.platform) if one.installs), None)
    return f"{folder}/{found.file}" if found is not None else ""
