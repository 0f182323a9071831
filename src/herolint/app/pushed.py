"""Which of the apps that a repository may hold a deploy pushes, as far as its files say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building import deploy_scripts
from herolint.app.building.detection import builds_alone, listed_buildpacks
from herolint.app.building.elsewhere import goes_elsewhere
from herolint.context import Context
from herolint.workspace.apps import AppRoot

if TYPE_CHECKING:
    from herolint.app.model import App

_SIGNS = ("Procfile", "heroku.yml")
_SIGNS_OF_BUILD = ("Aptfile", ".slugignore", ".buildpacks")
"""Files at the root that only the platform reads, besides those that declare processes."""
_SCRIPTS_OF_BUILD = ("heroku-prebuild", "heroku-postbuild", "heroku-cleanup")
_SETS = ("config:set", "config:add")


def pushed_apps(app: App, found: Sequence[AppRoot]) -> list[tuple[AppRoot, Context]]:
    """The apps to judge, with what is known of the deployment of each. `app` is the root, and `found` what looks like an app."""
    declares = any(name in app.workspace.files for name in _SIGNS)
    pushed = dict(_pushed_folders(app, found, declares=declares))
    alone = [
        # With a buildpack that nobody knows, what detection finds in the folder is not what builds it.
        (AppRoot(path, "a deploy pushes this folder", known, known, alone=True), told)
        for path, told in sorted(pushed.items())
        for known in [all(app.platform.buildpack(url) is not None for url in told.buildpacks or ())]
    ]
    rest = [one for one in found if one.path and one.path not in pushed]
    roots = [one for one in found if not one.path]
    if pushed:
        if not declares:
            roots = [AppRoot("", "a deploy pushes a folder of it", False, False)]
        return [*((one, app.context) for one in roots), *alone, *((one, app.context) for one in rest)]
    if not roots[0].procfile and any(one.alone for one in rest):
        roots, rest = _beside(app, roots[0], rest)
    return [(one, app.context) for one in (*roots, *rest)]


def _beside(app: App, root: AppRoot, rest: list[AppRoot]) -> tuple[list[AppRoot], list[AppRoot]]:
    """The root and the folders in it, where some of these are apps by themselves: each is pushed, unless the root is an app as well."""
    if app.detected:
        alone = [one.path for one in rest if one.alone]
        elsewhere = goes_elsewhere(app, alone)
        if _meant(app) or (_serves(app) and not elsewhere):
            return [root], rest
        # Who has several of them pushes each in a way of its own.
        root = AppRoot("", f"{alone[0]} is an app by itself", False, False, beside="" if elsewhere or len(alone) > 1 else alone[0])
    return [root], [msgspec.structs.replace(one, deployed=True) if one.alone else one for one in rest]


def _meant(app: App) -> bool:
    """Whether something at the root says that the platform builds it."""
    scripts = app.package_json.scripts if app.package_json is not None else {}
    hooks = (*app.platform.go.hooks, *app.platform.python.hooks)
    return (
        app.procfile_path is not None
        or app.app_json is not None
        or any(name in app.workspace.files for name in (*_SIGNS_OF_BUILD, *hooks))
        or any(name in scripts for name in _SCRIPTS_OF_BUILD)
        or any(not action.value("appdir") for action in app.deploys.actions)
        or any(not folder for folder in deploy_scripts.pushed_by([*app.deploys.pushes, *deploy_scripts.pushes_shown(app, ())]))
    )


def _serves(app: App) -> bool:
    """Whether a push of the root would start a server, and not only what shows pages to a developer."""
    from herolint.app.running.defaults import default_fails
    from herolint.app.running.endpoints import endpoints

    if app.web is None or default_fails(app):
        return False
    ends = endpoints(app, app.web)
    return not ends or not all(end.development for end in ends)


def _pushed_folders(app: App, found: Sequence[AppRoot], *, declares: bool) -> Iterator[tuple[str, Context]]:
    """The folders that are all that deploys push, with what these say of them; where the root declares processes only what scripts do."""
    for path, action in app.deploys.only_folders.items():
        listed = action is not None and builds_alone(app, action.value("buildpack"))
        told = Context(
            stack="container" if action is not None and action.sends_image else None,
            buildpacks=(action.value("buildpack"),) if action is not None and listed else None,
        )
        if app.workspace.is_dir(path):
            yield path, app.context.over(told)
    if declares or not any(one.path for one in found) or app.deploys.only_folders:
        return
    if (moved := _moved_to(app)) and app.workspace.is_dir(moved[0]):
        yield moved
        return
    folders = [one.path for one in found if one.path]
    by_hand = set(deploy_scripts.pushed_by([*app.deploys.pushes, *deploy_scripts.pushes_shown(app, folders)]))
    if by_hand and "" not in by_hand:
        yield from ((path, app.context) for path in folders if path in by_hand)


def _moved_to(app: App) -> tuple[str, Context] | None:
    """The folder that a buildpack makes the root before others look, as app.json or what is set by hand says, and those others."""
    listed = [one.url for one in listed_buildpacks(app)]
    shown = deploy_scripts.mentioned(app)
    for url in [*listed, *(url for url, _ in app.deploys.buildpacks), *(text for command in shown for text, _ in command.arguments)]:
        row = app.platform.buildpack(url)
        if row is None or not row.moves_root:
            continue
        values = [app.config_var(row.moves_root) or "", *(value for name, value, _ in app.deploys.config_vars if name == row.moves_root)]
        values += [
            text.partition("=")[2]
            for command in shown
            if command.sub in _SETS
            for text, _ in command.arguments
            if text.startswith(f"{row.moves_root}=")
        ]
        folder = next((value.strip("./") for value in values if value.strip("./")), "")
        if folder:
            others = tuple(listed[listed.index(url) + 1 :]) if url in listed else ()
            return folder, app.context.over(Context(buildpacks=others or None))
    return None
