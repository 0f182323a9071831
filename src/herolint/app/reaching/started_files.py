"""Files of the project that code starts as programs or threads of their own: `fork("bot.js")`, `spawn("node", ["bot.js"])`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.operators import HOME
from herolint.app.linking.values import Items, Value, text_of
from herolint.code import facts
from herolint.code.queries import argument, dotted, last_name, option
from herolint.knowledge.call_tables import load

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder
    from herolint.app.linking.module import Mod
    from herolint.knowledge.sections import Starting

MAX_TEXT = 300
"""Characters of a path; a longer text is none."""


class Started(msgspec.Struct, frozen=True):
    """A call that starts another program or thread: its files of the project, none where what it starts is not known."""

    call: facts.CallFact
    paths: tuple[str, ...]


def started_files(folder: Folder, mod: Mod) -> Iterator[Started]:
    """The calls of a module that start something, with what each starts as far as that is a file of the project."""
    table = load(mod.facts.language).starting
    if not table.names:
        return
    for fact in mod.facts.calls:
        if last_name(fact.call.func) not in table.names:
            continue
        name = folder.linker.qualified(mod, fact.function, fact.call.func) or ""
        if name in table.files:
            named: facts.AnyExpr | None = argument(fact.call, 0, None)
        elif name in table.commands:
            first = argument(fact.call, 0, None)
            named = argument(fact.call, 1, None) if _is_runtime(folder, mod, fact, first, table) else None
        elif name in table.options:
            named = option(fact.call, table.options[name])
            if named is None:
                continue  # it only changes how others are started
        else:
            continue
        yield Started(fact, tuple(dict.fromkeys(_paths(folder, mod, fact, named))) if named is not None else ())


def _is_runtime(folder: Folder, mod: Mod, fact: facts.CallFact, program: facts.AnyExpr | None, table: Starting) -> bool:
    """Whether a program is the language's own: by its name, or as the one that runs this code."""
    base = program.base if isinstance(program, facts.Index) else program
    if dotted(base) in table.itself:
        return True
    return posixpath.basename(text_of(folder.fold(mod, fact.function, program)) or "") in table.runtimes


def _paths(folder: Folder, mod: Mod, fact: facts.CallFact, named: facts.AnyExpr) -> Iterator[str]:
    """The file that an argument names, or the first of a list that is no option."""
    here = isinstance(named, facts.Call) and last_name(named.func) == "URL"  # new URL("./worker.js", import.meta.url)
    inner = named.args[0] if here and isinstance(named, facts.Call) and named.args else named
    with folder.asking_callers():
        value = folder.fold(mod, fact.function, inner)
    for text in _texts(value):
        if not text or len(text) > MAX_TEXT or "{}" in text:
            continue
        text = text.removeprefix("file://")
        bases = (posixpath.dirname(mod.path),) if here else ("", posixpath.dirname(mod.path))
        for base in bases:
            path = posixpath.normpath(posixpath.join(HOME, base, text)).removeprefix(f"{HOME}/")
            dialect = folder.linker.dialect(mod)
            found = next(iter(dialect.imported(mod, _import(mod, path))), None)
            if found is not None:
                yield found
                break


def _import(mod: Mod, path: str) -> facts.Import:
    """What would load a file by its path, from where a module stands."""
    specifier = posixpath.relpath(path, posixpath.dirname(mod.path) or ".")
    specifier = specifier if specifier.startswith("../") else f"./{specifier}"
    return facts.Import(specifier, None, "", 0, facts.NONE, facts.NONE, False, 0, 0)


def _texts(value: Value) -> Iterator[str]:
    """The texts that a value may be; of a list its first word that is no option."""
    if isinstance(value, Items):
        words = (text_of(one) for one in value.items)
        first = next((word for word in words if word is None or not word.startswith("-")), None)
        if first is not None:
            yield first
        return
    text = text_of(value)
    if text is not None:
        yield text
