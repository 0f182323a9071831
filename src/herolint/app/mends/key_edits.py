"""How a framework's signing key is read from the environment, without a fallback."""

from __future__ import annotations

from herolint.app.folding.env_reads import gives_text, reads_environment
from herolint.app.linking.module import Mod
from herolint.app.mends import mending
from herolint.app.mends.import_edits import with_imports_tidied
from herolint.app.model import App
from herolint.app.services.signing import SigningKey, is_setting
from herolint.changes import Change
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.edits.tables import without_items
from herolint.finding import Fix, Place
from herolint.source import Span


def read_from_environment(app: App, key: SigningKey, words: str) -> Fix:
    """The key as a config var that has to be set; for frameworks' own settings only, whose name everybody knows."""
    mod, variable = app.code.code.mod(key.at.path), key.variable or "SECRET_KEY"
    if mod is None or key.remedy or not is_setting(app, key) or (app.app_json is not None and app.config_var(variable) is None):
        return Fix(words)
    found = mending.expression_at(mod, key.at.span)
    return _required(app, mod, found[1], variable, words) if found is not None else Fix(words)


def django_key(app: App, at: Place, words: str) -> Fix:
    """Django's SECRET_KEY, which stands at the place as text, as a config var."""
    mod = app.code.code.mod(at.path) if app.has("code") else None
    if mod is None or at.span is None or (app.app_json is not None and app.config_var("SECRET_KEY") is None):
        return Fix(words)
    for assign in mod.facts.assigns:
        if isinstance(assign.target, facts.Name) and assign.target.id == "SECRET_KEY" and assign.value is not None:
            if assign.value.start <= at.span.start and at.span.end <= assign.value.end:
                return _required(app, mod, assign.value, "SECRET_KEY", words)
    return Fix(words)


def _required(app: App, mod: Mod, expr: facts.AnyExpr, variable: str, words: str) -> Fix:
    if not isinstance(expr, facts.Const | facts.Call | facts.Logic):
        return Fix(words)
    read = expr.parts[0] if isinstance(expr, facts.Logic) else expr
    name = app.code.linker.qualified(mod, NONE, read.func) if isinstance(read, facts.Call) else None
    if name is not None and reads_environment(name) and not gives_text(name):
        # What reads it may know of files that the environment does not: only the fallback goes.
        edits = _without_fallback(app, mod, read) if read is expr else ()
    else:
        edits = mending.replaced(app, mod, Span(expr.start, expr.end), "required", name=variable)
    return Fix(words, edits, then=f"`heroku config:set {variable}=…`, and the same where it is developed" if edits else "")


def _without_fallback(app: App, mod: Mod, read: facts.AnyExpr) -> tuple[Change, ...]:
    args = read.args if isinstance(read, facts.Call) and mending.is_sound(mod) else ()
    gone = [at for at, arg in enumerate(args) if at and (not isinstance(arg, facts.Keyword) or arg.name == "default")]
    items = [Span(arg.start, arg.end) for arg in args]
    return with_imports_tidied(app, mod, without_items(mod.source, items, gone), *(items[at] for at in gone))
