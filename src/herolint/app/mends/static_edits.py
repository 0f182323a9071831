"""How Django's static files get a folder to be collected into, and something that serves them."""

from __future__ import annotations

from herolint.app.frameworks.django import Django
from herolint.app.linking.module import Mod
from herolint.app.mends import mending
from herolint.app.mends.manifest_edits import requirement_added
from herolint.app.model import App
from herolint.changes import AddAssignment, AddElement, Change, ReplaceExpression
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import dotted, walk
from herolint.edits.text import quoted_as
from herolint.knowledge.breaks import before
from herolint.source import Span

_SECURITY = "django.middleware.security.SecurityMiddleware"
_WHITENOISE = '"whitenoise.middleware.WhiteNoiseMiddleware"'
_FOLDER = "staticfiles"


def with_whitenoise(app: App, django: Django) -> tuple[Change, ...]:
    """WhiteNoise's middleware behind SecurityMiddleware, and the package among the requirements."""
    setting = django.setting("MIDDLEWARE")
    listed = setting.assign.value if setting is not None else None
    if setting is None or not isinstance(listed, facts.Sequence) or not mending.is_sound(setting.mod):
        return ()
    version = app.dependencies.version("django")
    if version and before("django", "takes today's WhiteNoise", version):
        return ()
    package = () if app.dependencies.has("whitenoise") else requirement_added(app, "whitenoise")
    if not package and not app.dependencies.has("whitenoise"):
        return ()
    secured = any(isinstance(item, facts.Const) and item.value == _SECURITY for item in listed.items)
    span, code = Span(listed.start, listed.end), quoted_as(setting.mod.source, _WHITENOISE)
    first = AddElement(setting.mod.path, span, code, "after" if secured else "before", _SECURITY if secured else "")
    return (first, *package)


def with_root(app: App, django: Django) -> tuple[Change, ...]:
    """A STATIC_ROOT of its own beside BASE_DIR, in place of an empty one or below STATIC_URL."""
    root, url = django.setting("STATIC_ROOT"), django.setting("STATIC_URL")
    found = root or url
    if found is None or found.assign.value is None or not mending.is_sound(found.mod) or _is_taken(app, found.mod):
        return ()
    code, imports = _beside_base(found.mod)
    if not code:
        return ()
    if root is not None:
        value = found.assign.value
        return (ReplaceExpression(found.mod.path, Span(value.start, value.end), code, imports),)
    return (AddAssignment(found.mod.path, "STATIC_ROOT", code, "STATIC_URL", imports),) if found.assign.guard == NONE else ()


def _is_taken(app: App, mod: Mod) -> bool:
    """Whether the folder is there already, or some setting names it."""
    text = mod.source.text
    return any(path.startswith(f"{_FOLDER}/") for path in app.slug) or any(f"{mark}{_FOLDER}" in text for mark in "\"'/")


def _beside_base(mod: Mod) -> tuple[str, tuple[str, ...]]:
    """The folder's path, made as the module makes BASE_DIR: from a Path or from text; empty where it has none."""
    bindings = mod.names.get(NONE, {}).get("BASE_DIR", [])
    what = bindings[0].what if len(bindings) == 1 else None
    called = [dotted(one.func) or "" for one in walk(what.value) if isinstance(one, facts.Call)] if isinstance(what, Assign) else []
    if any(name.rpartition(".")[2] == "Path" for name in called):
        return quoted_as(mod.source, f'BASE_DIR / "{_FOLDER}"'), ()
    if any(name.rpartition(".")[2] in ("dirname", "abspath", "realpath") for name in called):
        return quoted_as(mod.source, f'os.path.join(BASE_DIR, "{_FOLDER}")'), ("import os",)
    return "", ()
