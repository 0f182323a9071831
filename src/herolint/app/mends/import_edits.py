"""Imports that only the code which a fix takes away has used: they go with it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.edits.code import words, writer
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App


def with_imports_tidied(app: App, mod: Mod, edits: tuple[Change, ...], *gone: Span) -> tuple[Change, ...]:
    """Edits that take the code at the spans away, with those of the imports that nothing uses any more."""
    inside = sum((words(mod.source, mod.facts, span) for span in gone), Counter[str]())
    names = Counter(one.alias for one in mod.facts.imports)
    used = [one for one in mod.facts.imports if one.alias in inside and names[one.alias] == 1 and _may_go(app, mod, one)]
    if not edits or not used:
        return edits
    left = words(mod.source, mod.facts, Span(0, len(mod.source.data))) - inside
    new = " ".join(_code(edit) for edit in edits)
    unused = [one for one in used if left[one.alias] <= _in_its_lines(mod, one) and one.alias not in new]
    return (
        *edits,
        *writer(mod.facts.language).without_imports(mod.source, [one for one in unused if not _is_given_on(app, mod, one.alias)]),
    )


def _code(edit: Change) -> str:
    return edit.text if isinstance(edit, Edit) else " ".join((getattr(edit, "code", ""), *getattr(edit, "imports", ())))


def _may_go(app: App, mod: Mod, one: facts.Import) -> bool:
    """Whether an import stands under no condition, without a remark, and loads none of the app's own code, which may do more than give names."""
    if one.function != NONE or one.guard != NONE or one.handled or one.level or _loaded(app, mod, one):
        return False
    lines = _lines(mod, one)
    return not any(lines.start <= start < lines.end for start, _ in mod.facts.comments)


def _loaded(app: App, mod: Mod, one: facts.Import) -> tuple[str, ...]:
    return tuple(app.code.linker.dialect(mod).imported(mod, one))


def _lines(mod: Mod, one: facts.Import) -> Span:
    source = mod.source
    return Span(source.line_span(source.line_of(one.start)).start, source.line_span(source.line_of(one.end)).end)


def _in_its_lines(mod: Mod, one: facts.Import) -> int:
    """How often the name stands in the lines of its import."""
    return words(mod.source, mod.facts, _lines(mod, one))[one.alias]


def _is_given_on(app: App, mod: Mod, name: str) -> bool:
    """Whether another module may take the name from this one."""
    folder, stem = posixpath.split(posixpath.splitext(mod.path)[0])
    called = {stem, posixpath.basename(folder)} if stem in ("__init__", "index") else {stem}
    return any(
        any(one.name in ("*", name) for one in imports) or any(f"{word}.{name}" in other.source.text for word in called)
        for other, imports in _importers(app, mod, called, name)
    )


def _importers(app: App, mod: Mod, called: set[str], name: str) -> Iterator[tuple[Mod, list[facts.Import]]]:
    """The modules that import this one by one of the words that it is called by, and may mean the name by it, with those imports."""
    modules, names = [word.encode() for word in called], (name.encode(), b"import *")
    for path in sorted(app.code.code.sources - {mod.path}):
        source = app.source(path)
        if source is None or not any(word in source.data for word in modules) or not any(one in source.data for one in names):
            continue
        other = app.code.code.mod(path)
        if other is not None and (found := [one for one in other.facts.imports if mod.path in _loaded(app, other, one)]):
            yield other, found
