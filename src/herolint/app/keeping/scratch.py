"""Scratch files: written under one fixed name for each request anew, and used by that request alone."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from herolint.app.keeping.storage import absolute, path_text, removed_in, shown
from herolint.app.linking.module import Mod
from herolint.app.linking.values import env_names
from herolint.code.facts import NONE, AnyExpr, Attr, CallFact, Keyword, Name
from herolint.code.queries import walk

if TYPE_CHECKING:
    from herolint.app.keeping.opened import Write
    from herolint.app.program import Effect, Program

_SERVED = frozenset("static public media assets dist build uploads www".split())
"""Folders whose files visitors ask for by their address."""
_TEXTS = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".ejs", ".pug", ".hbs", ".erb", ".haml", ".vue", ".jsx", ".tsx", ".css", ".tmpl")
_ASKS = frozenset("exists isfile is_file existsSync stat statSync access accessSync getsize getmtime file? exist?".split())
"""Questions for a file that may be there already."""
_MOST_BYTES = 300_000
"""Larger files are not searched for the name of a folder."""


def is_scratch(code: Program, mod: Mod, fact: CallFact, text: str | None, *, unread: bool = False) -> bool:
    """Whether what a call writes is used up in the function that writes it: nothing else in the repository says the file's name.

    `unread`: the kind of file is no store, so that it need not even be read again (pictures made for looking at).
    """
    if text is None or "{}" in text or fact.function == NONE or not _SERVED.isdisjoint(posixpath.dirname(shown(text)).split("/")):
        return False
    fn = mod.facts.functions[fact.function]
    used = unread or any(
        other.function == fact.function and other.call.start >= fact.call.end and _names(code, mod, other, text)
        for other in mod.facts.calls
    )
    return used and not _said_elsewhere(code, mod, posixpath.basename(text), fn.start, fn.end)


def removed_again(code: Program, write: Write) -> bool:
    """Whether the function that writes a file, or the one that has it written, removes it again."""
    return any(removed_in(code, mod, fact.function, expr) for mod, fact, expr in _spots(write))


def used_up(code: Program, write: Write, *, unread: bool = False) -> bool:
    """Whether one of the two removes it, or uses it up."""
    return any(
        removed_in(code, mod, fact.function, expr) or is_scratch(code, mod, fact, write.text, unread=unread)
        for mod, fact, expr in _spots(write)
    )


def _spots(write: Write) -> list[tuple[Mod, CallFact, AnyExpr]]:
    """The call that writes a file and the one that hands it the path, each with what it says of the path."""
    own = (write.effect.mod, write.effect.fact, write.expr)
    return [own] if write.caller is None else [own, (write.caller.mod, write.caller.fact, write.caller.given)]


def by_start(effect: Effect) -> bool:
    """Whether the body of a module that the web process loads makes a call, before any visitor comes."""
    return effect.fact.function == NONE and "web" in effect.processes


def made_anew(effect: Effect) -> bool:
    """Whether each start of the web process writes a file again: in the body of a module, and without asking whether it is there."""
    if not by_start(effect):
        return False
    guard = effect.fact.guard
    while guard != NONE:
        one = effect.mod.facts.guards[guard]
        words = {inner.name for inner in walk(one.test) if isinstance(inner, Attr)} | {n.id for n in walk(one.test) if isinstance(n, Name)}
        if not _ASKS.isdisjoint(words):
            return False
        guard = one.parent
    return True


def given_by_variable(code: Program, mod: Mod, fact: CallFact, path: AnyExpr) -> bool:
    """Whether what is written comes from an environment variable, so that it can be written again at any time: keys of a service."""
    given = [arg.value if isinstance(arg, Keyword) else arg for arg in fact.call.args if arg is not path]
    for other in mod.facts.calls:
        func = other.call.func
        if other.function == fact.function and isinstance(func, Attr) and func.name == "write" and other.call.start >= fact.call.start:
            given += [arg for arg in other.call.args if not isinstance(arg, Keyword)]
    return any(env_names(code.fold(mod, fact.function, one)) for one in given)


def _names(code: Program, mod: Mod, fact: CallFact, text: str) -> bool:
    """Whether a call is given the path."""
    for arg in fact.call.args:
        found = path_text(code.fold(mod, fact.function, arg.value if isinstance(arg, Keyword) else arg))
        if found is not None and "{}" not in found and absolute(found) == absolute(text):
            return True
    return False


def _said_elsewhere(code: Program, mod: Mod, name: str, start: int, end: int) -> bool:
    """Whether a file's name stands anywhere but in one function."""
    wanted = name.encode()
    data = mod.source.data
    if wanted in data[:start] or wanted in data[end:]:
        return True
    for path, entry in code.app.workspace.files.items():
        if path == mod.path or entry.size > _MOST_BYTES or not (path in code.code.sources or path.endswith(_TEXTS)):
            continue
        source = code.app.source(path)
        if source is not None and wanted in source.data:
            return True
    return False
