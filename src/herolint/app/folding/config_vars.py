"""Config vars as far as files and context tell: which are declared, which are surely set, and whether anything reads one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from herolint.app.linking.module import is_scrambled
from herolint.patterns import lazy
from herolint.platforms.addons import load_addons, matches

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.app_json import EnvVar

MAX_BYTES = 1_000_000
"""Larger files are not searched for config vars."""
_TEMPLATE = lazy(r"(?i)example|sample|template|dist|test|dev|local")
_PROSE = lazy(
    r"(?i)(\.md|\.rst|\.adoc|(^|/)\.env[^/]*|\.example|\.sample|(^|/)(changelog|readme|license)[^/]*|\.lock|lock\.json|\.svg|\.ipynb|\.csv)\Z"
)
"""Files that name a variable without reading it."""


def declared(app: App) -> dict[str, EnvVar]:
    """The config vars of app.json's top level."""
    return app.app_json.env if app.app_json is not None else {}


def named_anywhere(app: App) -> frozenset[str]:
    """Names that app.json declares, for the app or one of its environments."""
    names = set(declared(app))
    root = app.app_json.tree.root if app.app_json is not None else None
    environments = root.get("environments") if root is not None else None
    for entry in environments.entries if environments is not None else ():
        section = entry.value.get("env") if entry.value.kind == "map" else None
        names.update(one.key for one in section.entries if section is not None) if section is not None else None
    return frozenset(names)


def orders(app: App, service: str) -> str:
    """The file that orders an add-on of that service; empty where none does."""
    found = (("app.json", app.app_json.addons if app.app_json else ()), ("heroku.yml", app.heroku_yml.addons if app.heroku_yml else ()))
    return next((path for path, addons in found if any(addon.plan.partition(":")[0] == service for addon in addons)), "")


def is_set(app: App, name: str) -> bool:
    """Whether an app that is set up from the files has the variable: app.json gives, makes or asks for it, or something else sets it."""
    if not name:
        return False
    entry = declared(app).get(name)
    return set_elsewhere(app, name) or (entry is not None and bool(entry.value or entry.generator or entry.required))


def set_elsewhere(app: App, name: str) -> bool:
    """Whether the platform, a buildpack, an add-on of app.json, the image or the context sets the variable."""
    facts = app.platform.config
    if matches(name, (*facts.set_by_platform, *facts.set_sometimes, *facts.set_by_buildpacks)) or name.startswith(facts.reserved_prefixes):
        return True
    if app.context.config_vars is not None and name in app.context.config_vars:
        return True
    addons = app.app_json.addons if app.app_json is not None else ()
    table = load_addons()
    return any(table.sets(addon.plan, addon.as_, name) for addon in addons) or _in_image(app, name) or name in _in_loaded_files(app)


def value_given(app: App, name: str) -> str | None:
    """The value that app.json, or else the web image, gives a variable; empty or None where none does."""
    image = app.web_image
    return app.config_var(name) or (image.dockerfile.env.get(name) if image is not None else None)


def values_at_runtime(app: App) -> dict[str, str | None]:
    """Variables that buildpacks, the web image or app.json set for the running app; None where the value is not known."""
    return {**_set_by_build(app), **{name: entry.value for name, entry in declared(app).items()}}


def _set_by_build(app: App) -> dict[str, str]:
    """Variables that buildpacks or the web image set for the running app."""
    if app.is_container:
        # What the platform sets, PORT above all, replaces what the image says.
        env = app.web_image.dockerfile.env if app.web_image is not None else {}
        return {name: value for name, value in env.items() if name not in app.platform.config_vars}
    manifests = {"node": "package.json", "ruby": "Gemfile"}
    defaults = app.platform.config.buildpack_defaults
    return {k: v for language, file in manifests.items() if file in app.slug for k, v in defaults.get(language, {}).items()}


def _in_loaded_files(app: App) -> frozenset[str]:
    """Names in pushed files of defaults that the code loads: `.env`, `.env.production`, or another that it names."""
    from herolint.formats.dotenv import parse

    found: set[str] = set()
    for path in app.slug:
        if "/" in path or not path.startswith(".env") or _TEMPLATE.search(path):
            continue
        loaded = path in (".env", ".env.production") or any(path in mod.source.text for mod in app.code.modules)
        source = app.source(path) if loaded else None
        if source is not None and not source.is_binary:
            found.update(line.name for line in parse(source) if line.value)
    return frozenset(found)


def _in_image(app: App, name: str) -> bool:
    return app.web_image is not None and bool(app.web_image.dockerfile.env.get(name))


def unread(app: App, names: Iterable[str]) -> frozenset[str]:
    """Those of the names that no pushed file mentions in any spelling, save app.json and prose; none where a file is scrambled."""
    left = {name: _spellings(name) for name in names}
    for path, entry in app.workspace.files.items():
        if not left:
            break
        if path == "app.json" or entry.kind != "file" or entry.size > MAX_BYTES or _PROSE.search(path):
            continue
        source = app.workspace.read(path)
        if source is None or source.is_binary:
            continue
        text = source.text
        if is_scrambled(source):
            return frozenset()
        left = {name: pattern for name, pattern in left.items() if not pattern.search(text)}
    return frozenset(left)


def _spellings(name: str) -> re.Pattern[str]:
    """`SERVER_PORT` as settings spell it (`server.port`, `serverPort`), or cut where code puts the rest behind it (`"SERVER_" + x`)."""
    words = [re.escape(word) for word in name.split("_") if word]
    whole = "[._-]?".join(words)
    heads = [re.escape("_".join(name.split("_")[:end]) + "_") for end in range(1, len(words))]
    tails = [re.escape("_".join(name.split("_")[start:])) for start in range(1, len(words) - 1)]
    parts = [rf"(?<![a-z0-9]){whole}(?![a-z0-9])", *(rf"{head}['\"`{{$%<]" for head in heads), *(rf"['\"]{tail}['\"]" for tail in tails)]
    return re.compile("|".join(parts), re.IGNORECASE)
