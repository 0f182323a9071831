"""Django's collectstatic as the Python buildpack runs it: whether it does, and whether the settings let it end well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from herolint.app.building.intent import wants_to_run
from herolint.app.building.python_build import builds_python
from herolint.app.linking.operators import HOME
from herolint.app.linking.values import Items, Known
from herolint.code.facts import Const
from herolint.finding import Place
from herolint.knowledge.packages import distributions_for_import

if TYPE_CHECKING:
    from herolint.app.frameworks.django import Django
    from herolint.app.model import App

STATICFILES = "django.contrib.staticfiles"
_NAMED = "DJANGO_SETTINGS_MODULE"
_DEEPEST = 2
"""How many folders below the root the buildpack looks for manage.py."""
_FOLDERS_MAY_MISS = "4.0"
"""The first Django that only warns where a folder of STATICFILES_DIRS is not there."""


class Trouble(NamedTuple):
    """Why collectstatic ends with an error: a message, the place, what Django says, and what helps."""

    message: str
    at: Place
    says: str
    fix: str


def manage_py(app: App) -> str | None:
    """The manage.py by which the buildpack runs collectstatic: the shallowest within reach."""
    found = [path for path in app.slug if posixpath.basename(path) == "manage.py" and path.count("/") <= _DEEPEST]
    return min(found, key=lambda path: (path.count("/"), path), default=None)


def is_disabled(app: App) -> bool:
    """Whether app.json switches it off."""
    return (app.config_var("DISABLE_COLLECTSTATIC") or "0") not in ("0", "") or ".heroku/collectstatic_disabled" in app.slug


def runs(app: App) -> bool:
    """Whether the build runs it, as far as files tell: a config var may switch it off."""
    return builds_python(app) and app.dependencies.has("django") and manage_py(app) is not None and not is_disabled(app)


def troubles(app: App, django: Django) -> Iterator[Trouble]:
    """What in the settings makes it fail, beside a missing STATIC_ROOT. Settings that are put together elsewhere are left alone."""
    if not django.installed or any(True for _ in app.code.calls_named("django_heroku.settings", "django_on_heroku.settings")):
        return
    if STATICFILES not in django.installed:
        found = django.setting("INSTALLED_APPS")
        if found is not None and isinstance(found.value, Items) and all(isinstance(one, Known) for one in found.value.items):
            yield Trouble(
                f"{STATICFILES} is not in INSTALLED_APPS, and the build runs its collectstatic", found.mod.place(found.assign, "without it"),
                "Unknown command: 'collectstatic'", f'add `"{STATICFILES}"`, or set the config var DISABLE_COLLECTSTATIC=1 without static files',
            )  # fmt: skip
        return
    if not django.is_set("STATIC_URL"):
        found = django.setting("INSTALLED_APPS")
        yield Trouble(
            "STATIC_URL is not set, and collectstatic needs it",
            found.mod.place(found.assign, f"{STATICFILES} is in it") if found is not None else Place(django.settings_path),
            "ImproperlyConfigured: You're using the staticfiles app without having set the required STATIC_URL setting",
            'set `STATIC_URL = "static/"`',
        )
    yield from _folders(app, django)


def no_settings(app: App) -> Iterator[Trouble]:
    """The settings that manage.py names are not there, and no config var of the repository names others."""
    path = manage_py(app)
    mod = app.code.code.mod(path) if path is not None else None
    if mod is None or not wants_to_run(app) or app.config_var(_NAMED) is not None:
        return
    given = [fact.call.args[1] for fact in mod.facts.calls if len(fact.call.args) > 1 and _is_text(fact.call.args[0], _NAMED)]
    if len(given) != 1 or not isinstance(given[0], Const) or not isinstance(given[0].value, str):
        return
    name = given[0].value
    folder = posixpath.dirname(mod.path)
    file = posixpath.join(folder, f"{name.replace('.', '/')}.py")
    if app.workspace.exists(file) or any(app.dependencies.has(one) for one in distributions_for_import(name.partition(".")[0])):
        return
    reason = app.workspace.unpushed_reason(file)
    yield Trouble(
        f"manage.py names the settings {name}, and {file} is not in the repository" + (f" ({reason})" if reason else ""),
        mod.place(given[0], "not there"), f"ModuleNotFoundError: No module named '{name.partition('.')[0]}', unless a config var names others",
        "name the settings module that is there" if reason is None else f"commit {file}, with what is secret read from config vars",
    )  # fmt: skip


def _is_text(expr: object, text: str) -> bool:
    return isinstance(expr, Const) and expr.value == text


def _is_there(app: App, folder: str) -> bool:
    """Whether a folder is in the repository, or may be made by another buildpack that comes first."""
    package = app.package_json
    return app.workspace.is_dir(folder) or (
        package is not None and any("build" in name or "build" in words for name, (words, _) in package.scripts.items())
    )


def _folders(app: App, django: Django) -> Iterator[Trouble]:
    found, root = django.settled("STATICFILES_DIRS"), django.settled("STATIC_ROOT")
    if found is None or not isinstance(found.value, Items):
        return
    version = app.dependencies.version("django")
    for one in found.value.items:
        if not isinstance(one, Known) or not isinstance(one.value, str):
            continue
        folder = posixpath.normpath(one.value)
        at = found.mod.place(found.assign, "collects from here")
        if root is not None and isinstance(root.value, Known) and folder == posixpath.normpath(str(root.value.value)):
            yield Trouble(
                f"STATICFILES_DIRS contains STATIC_ROOT ({_short(folder)}): collectstatic refuses to collect a folder into itself", at,
                "ImproperlyConfigured: The STATICFILES_DIRS setting should not contain the STATIC_ROOT setting",
                'collect into another folder: `STATIC_ROOT = BASE_DIR / "staticfiles"`',
            )  # fmt: skip
        elif folder.startswith(f"{HOME}/") and version is not None and _before(version) and not _is_there(app, _short(folder)):
            yield Trouble(
                f"STATICFILES_DIRS names {_short(folder)}, which is not in the repository, and Django {version} insists on it", at,
                "FileNotFoundError: No such file or directory", f"take it out, or commit a file in {_short(folder)}/ (git keeps no empty folders)",
            )  # fmt: skip


def _short(folder: str) -> str:
    return folder.removeprefix(f"{HOME}/")


def _before(version: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) < Version(_FOLDERS_MAY_MISS)
    except InvalidVersion:
        return False
