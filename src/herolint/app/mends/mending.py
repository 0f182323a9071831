"""Edits of the app's code for fixes: what the language's table spells, put into a place of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.mends.import_edits import with_imports_tidied
from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.code.queries import walk
from herolint.edits.code import writer
from herolint.edits.text import quoted_as
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App
    from herolint.app.program import Effect


def spelled(app: App, mod: Mod, what: str, **words: object) -> str:
    """What the table spells as `what`, with the quotation marks that the file has; empty where it says nothing."""
    return quoted_as(mod.source, app.code.spell(mod, what, **words))


def replaced(app: App, mod: Mod, span: Span, what: str, **words: object) -> tuple[Change, ...]:
    """What the table spells as `what` in the place of the expression at a span; empty where there is no edit that would surely be right."""
    code = spelled(app, mod, what, **words)
    if not code or not is_sound(mod):
        return ()
    imports = app.code.knows(mod).spelling_imports.get(what, ())
    return with_imports_tidied(app, mod, writer(mod.facts.language).replaced(mod.source, mod.facts, span, code, imports), span)


def given(app: App, mod: Mod, call: facts.Call, where: str, what: str, **words: object) -> tuple[Change, ...]:
    """A call with the argument at `where` (`1 timeout`) set to what the table spells as `what`."""
    code = spelled(app, mod, what, **words)
    if not code or not is_sound(mod):
        return ()
    return writer(mod.facts.language).given(mod.source, mod.facts, call, where, code, app.code.knows(mod).spelling_imports.get(what, ()))


def mended(app: App, effect: Effect) -> tuple[Change, ...]:
    """A call with the argument that the table of calls says a fix gives it; empty where it says none."""
    where, _, code = effect.row.mends.partition(" = ")
    code = quoted_as(effect.mod.source, code)
    if not code or not is_sound(effect.mod):
        return ()
    return writer(effect.mod.facts.language).given(effect.mod.source, effect.mod.facts, effect.fact.call, where, code, ())


def inserted(mod: Mod, *pieces: tuple[int, str]) -> tuple[Edit, ...]:
    """Pieces of code put in at byte offsets."""
    return () if not is_sound(mod) else tuple(Edit(mod.path, Span(at, at), text) for at, text in pieces)


def expression_at(mod: Mod, span: Span | None) -> tuple[int, facts.AnyExpr] | None:
    """The argument of a call, or the value of an assignment, that a place points at; with its function."""
    for assign in mod.facts.assigns:
        if assign.value is not None and span in ((assign.start, assign.end), (assign.value.start, assign.value.end)):
            return assign.function, assign.value
    for fact in mod.facts.calls:
        for arg in fact.call.args:
            for one in walk(arg):
                if (one.start, one.end) == span and not isinstance(one, facts.Keyword):
                    return fact.function, one
    return None


def literal_at(mod: Mod, span: Span) -> facts.Mapping | None:
    """The table that is the value of an entry at a place, inside an argument or the value of an assignment."""
    holders = [assign.value for assign in mod.facts.assigns] + [arg for fact in mod.facts.calls for arg in fact.call.args]
    for holder in holders:
        if holder is not None and holder.start <= span.start and span.end <= holder.end:
            for one in walk(holder):
                if isinstance(one, facts.Mapping) and span.start <= one.start and one.end == span.end:
                    return one
    return None


def is_sound(mod: Mod) -> bool:
    """Whether the file could be read without mistakes, so that spans in it are to be trusted."""
    return not mod.facts.errors and mod.source.encoding_problem is None
