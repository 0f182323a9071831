"""Scratch files: written under one fixed name for each request anew, and used by that request alone."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from herolint.app.codebase import Mod
from herolint.app.storage import absolute, path_text, shown
from herolint.code.facts import NONE, CallFact, Keyword

if TYPE_CHECKING:
    from herolint.app.program import Program

_SERVED = frozenset("static public media assets dist build uploads www".split())
"""Folders whose files visitors ask for by their address."""
_TEXTS = (".html", ".htm", ".jinja", ".jinja2", ".j2", ".ejs", ".pug", ".hbs", ".erb", ".haml", ".vue", ".jsx", ".tsx", ".css", ".tmpl")
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
