"""How logs that go to a file are sent to the console instead."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.app.mends import mending
from herolint.app.mends.import_edits import with_imports_tidied
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.tables import value_of, without_items
from herolint.edits.text import quoted_as
from herolint.source import Span

_OF_FILES = frozenset({"filename", "filemode", "mode", "maxBytes", "backupCount", "when", "interval", "encoding", "delay", "utc", "atTime"})
"""Options that only handlers which write files have."""
_OF_ALL = frozenset({"class", "level", "formatter", "filters"})


def to_console(app: App, effect: Effect) -> tuple[Change, ...]:
    """A handler for the console in the place of one for a file, or a configuration without the file; nothing for other shapes."""
    call = effect.fact.call
    if effect.row.kind or not mending.is_sound(effect.mod) or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    if effect.row.mends == "log-console":
        return mending.replaced(app, effect.mod, Span(call.start, call.end), "log-console")
    names = [arg.name if isinstance(arg, facts.Keyword) else "" for arg in call.args]
    gone = [at for at, name in enumerate(names) if name in ("filename", "filemode")]
    items = [Span(arg.start, arg.end) for arg in call.args]
    return with_imports_tidied(app, effect.mod, without_items(effect.mod.source, items, gone), *(items[at] for at in gone))


def handler_to_console(mod: Mod, span: Span) -> tuple[Change, ...]:
    """An entry of a table of handlers, which stands at the span as a literal, with the class that writes to the console."""
    found = mending.literal_at(mod, span)
    kind = value_of(found, "class") if found is not None else None
    if found is None or not isinstance(kind, facts.Const) or not mending.is_sound(mod):
        return ()
    names = [key.value if isinstance(key, facts.Const) else None for key, _ in found.items]
    if not set(names) <= _OF_FILES | _OF_ALL:
        return ()
    gone = [at for at, name in enumerate(names) if name in _OF_FILES]
    console = Edit(mod.path, Span(kind.start, kind.end), quoted_as(mod.source, '"logging.StreamHandler"'))
    return (console, *without_items(mod.source, [Span(key.start, value.end) for key, value in found.items], gone))
