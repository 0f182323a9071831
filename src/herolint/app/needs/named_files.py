"""Files and folders that reached code names in the arguments of calls and in paths it puts together: what it opens, serves or renders."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from herolint.code import facts, language_of
from herolint.code.queries import last_name, walk
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App

_RUN_FOLDERS = frozenset("assets data dist fixtures locale locales media model models public static templates translations views".split())
_TAKES_FOLDER = frozenset(
    "join joinpath Path resolve static Static StaticFiles Jinja2Templates FileSystemLoader Flask Dir Glob ParseGlob LoadHTMLGlob sendFile set".split()
)
_WRITES = lazy(r"[wax]b?\+?t?\Z")
_MOST_LETTERS = 200
"""A longer text is prose, no path."""


class Named(NamedTuple):
    """A path of the repository, and the words in the code that name it."""

    path: str
    at: Place


def named_files(app: App, among: Collection[str]) -> Iterator[Named]:
    """Those of the files that reached code names. Sources are left out, and names that also mean a file that stays."""
    paths = frozenset(path for path in among if not language_of(path))
    slug_folders = {path.partition("/")[0] for path in app.slug if "/" in path}
    folders = {path.partition("/")[0]: path for path in sorted(paths, reverse=True) if "/" in path}
    folders = {name: path for name, path in folders.items() if name in _RUN_FOLDERS and name not in slug_folders}
    by_name: dict[str, list[str]] = {}
    for path in app.workspace.files if paths else ():
        by_name.setdefault(posixpath.basename(path), []).append(path)
    for mod in app.code.modules if paths else ():
        for text, const, makes_path in _texts(app, mod):
            found = _file(mod, text, paths, by_name) or (folders.get(text) if makes_path else None)
            if found:
                yield Named(found, mod.place(const, "names it"))


def _texts(app: App, mod: Mod) -> Iterator[tuple[str, facts.Const, bool]]:
    """Short texts in calls and in paths joined by `/`, and whether the expression around makes a path."""
    for fact in mod.facts.calls:
        func = fact.call.func
        name = last_name(func)
        consts = [arg for arg in fact.call.args if isinstance(arg, facts.Const)]
        if app.code.guards.holds(mod, fact.guard) is False or any(isinstance(c.value, str) and _WRITES.match(c.value) for c in consts[1:]):
            continue
        yield from ((text, const, name in _TAKES_FOLDER) for const in consts if (text := _text(const)))
    for assign in mod.facts.assigns:
        for inner in walk(assign.value):
            if (
                isinstance(inner, facts.Binary)
                and inner.op == "/"
                and isinstance(inner.right, facts.Const)
                and (text := _text(inner.right))
            ):
                yield text, inner.right, True


def _text(const: facts.Const) -> str:
    value = const.value
    if not isinstance(value, str) or not 2 < len(value) <= _MOST_LETTERS or "://" in value or re.search(r"\s", value):
        return ""
    return posixpath.normpath(value).lstrip("/")


def _file(mod: Mod, text: str, paths: frozenset[str], by_name: Mapping[str, list[str]]) -> str | None:
    """The file that a text means: from the root, from the module's folder, or the only one whose path ends so."""
    for path in (text, posixpath.normpath(posixpath.join(posixpath.dirname(mod.path), text))):
        if path in paths:
            return path
    if "." not in posixpath.basename(text)[1:]:
        return None
    found = [path for path in by_name.get(posixpath.basename(text), ()) if path.endswith("/" + text)]
    return found[0] if len(found) == 1 and found[0] in paths else None
