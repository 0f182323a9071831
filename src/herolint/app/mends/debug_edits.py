"""How debug mode is switched off, so that it can be switched on again where the app is developed."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.app.mends import mending
from herolint.app.model import App
from herolint.code import facts
from herolint.code.queries import walk
from herolint.edits.text import replaced_in, written
from herolint.finding import Fix
from herolint.source import Span

_OFF = {"True": "False", "true": "false", "TRUE": "FALSE", "1": "0", "on": "off", "yes": "no"}


def switched_off(app: App, mod: Mod, expr: facts.AnyExpr, words: str, variable: str, otherwise: str) -> Fix:
    """A flag that `variable` can switch on: by its default where the code asks for one, else by `otherwise`, which it then asks for."""
    if not variable:
        return Fix(words, mending.replaced(app, mod, Span(expr.start, expr.end), "is-on", name=otherwise))
    default = _default(expr, variable)
    span = Span(default.start, default.end) if default is not None else None
    said = written(mod.source, span).strip("'\"") if span is not None else ""
    edits = replaced_in(mod.source, span, said, _OFF[said]) if span is not None and said in _OFF else ()
    return Fix(words, edits)


def _default(expr: facts.AnyExpr, variable: str) -> facts.Const | None:
    """What stands for the variable where it is not set, as a literal beside its name."""
    calls = [one for one in walk(expr) if isinstance(one, facts.Call)]
    for one in calls if not any(map(_is_truth, calls)) else ():
        named = [at for at, arg in enumerate(one.args) if isinstance(arg, facts.Const) and arg.value == variable]
        for arg in one.args[named[0] + 1 :] if named else ():
            given = arg.value if isinstance(arg, facts.Keyword) and arg.name == "default" else arg
            if isinstance(given, facts.Const):
                return given
    return None


def _is_truth(call: facts.Call) -> bool:
    """Whether any text that is not empty counts as true: no word for off would be one."""
    return isinstance(call.func, facts.Name) and call.func.id == "bool"
