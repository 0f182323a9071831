"""Files that Ruby loads by pattern: `Dir["./models/*.rb"].each { |file| require file }`, `require_all`, and what frameworks load of a folder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from herolint.code import facts
from herolint.code.queries import dotted, last_name, walk
from herolint.globs import matches
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod

_REQUIRES = frozenset({"require", "require_relative", "load", "require_dependency"})
_FOLDERS = frozenset({"require_all", "require_rel", "load_all", "load_rel", "autoload_all", "push_dir"})
"""Calls that load whatever lies in the folders, or fits the patterns, that they are given."""
LOAD_PATHS = ("$LOAD_PATH", "$:")
"""Names of the list of folders that `require` looks in."""
_ADDS = frozenset({"<<", "push", "append", "unshift", "prepend"})
_ROOT = lazy(r"(?:\w+\.)*(?:root|(?:[A-Z]\w*_)?ROOT(?:_[A-Z]+)?)(?:\.to_s)?\Z")
"""How the app's own folder is called."""
_BRACES = lazy(r"\{([^{}]*)\}")
_MOST_PATTERNS = 64


def loaded_by_pattern(mod: Mod, sources: Collection[str], frameworks: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Paths of the project's files that a file loads without naming each; `frameworks` tells which patterns a call or library loads."""
    text = mod.source.text
    if not any(word in text for word in ("Dir", "_all", "_rel", "push_dir", *frameworks)):
        return
    patterns = [*_written(mod), *_of_frameworks(mod, frameworks)]
    for path in sorted(sources) if patterns else ():
        if path.endswith(".rb") and path != mod.path and any(matches(f"/{pattern}", path) for pattern in patterns):
            yield path


def load_path(mod: Mod) -> Iterator[str]:
    """The folders that a file puts on Ruby's load path: `$LOAD_PATH << "./app"`, `$:.unshift File.expand_path("../lib", __FILE__)`."""
    for fact in mod.facts.calls:
        func = fact.call.func
        if isinstance(func, facts.Attr) and func.name in _ADDS and dotted(func.base) in LOAD_PATHS:
            for text in (_path(mod.path, arg) for arg in fact.call.args if not isinstance(arg, facts.Keyword)):
                if text:
                    yield posixpath.normpath(text).lstrip("/")


def _of_frameworks(mod: Mod, frameworks: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, patterns in frameworks.items():
        if any(imp.module == name for imp in mod.facts.imports) or any(dotted(fact.call.func) == name for fact in mod.facts.calls):
            yield from patterns


def _written(mod: Mod) -> Iterator[str]:
    """Patterns that stand in the file, seen from the app's root."""
    requires = any(_requires_each(fact.call) for fact in mod.facts.calls)
    found: list[str | None] = []
    for fact in mod.facts.calls:
        if last_name(fact.call.func) in _FOLDERS:
            found += [_path(mod.path, arg) for arg in fact.call.args if not isinstance(arg, facts.Keyword)]
        elif requires:
            found += [_path(mod.path, given) for given in _listed(fact.call)]
    for text in found:
        yield from _expanded(posixpath.normpath(text).lstrip("/")) if text else ()


def _requires_each(call: facts.Call) -> bool:
    """`require file`, `method(:require)`: what is loaded is no text that stands there."""
    name = last_name(call.func)
    first = call.args[0] if call.args else None
    if name == "method":
        return isinstance(first, facts.Const) and first.value in _REQUIRES
    return name in _REQUIRES and first is not None and not isinstance(first, facts.Const)


def _listed(call: facts.Call) -> Iterator[facts.AnyExpr]:
    """What `Dir[…]` and `Dir.glob(…)` are given inside of what a call is made on."""
    if dotted(call.func) == "Dir.glob" and call.args:
        yield call.args[0]
    for inner in walk(call.func):
        if isinstance(inner, facts.Index) and dotted(inner.base) == "Dir" and inner.key is not None:
            yield inner.key


def _path(file: str, expr: facts.AnyExpr) -> str | None:
    """The path or pattern that an expression stands for, seen from the app's root; None where it is not all in plain sight."""
    folder = posixpath.dirname(file) or "."
    match expr:
        case facts.Const(value=str() as text):
            return text
        case facts.Name(id="__dir__"):
            return folder
        case facts.Concat(parts=parts):
            return _joined(file, parts, "")
        case facts.Binary(op="+" | "/", left=left, right=right):
            return _joined(file, (left, right), "" if expr.op == "+" else "/")
        case facts.Call(func=func, args=args):
            return _called(file, folder, dotted(func) or "", func, args)
    name = dotted(expr)
    return "." if name is not None and _ROOT.match(name) else None


def _called(file: str, folder: str, name: str, func: facts.AnyExpr, args: tuple[facts.AnyExpr, ...]) -> str | None:
    if name == "File.join":
        return _joined(file, args, "/")
    if name == "File.dirname" and len(args) == 1 and dotted(args[0]) == "__FILE__":
        return folder
    if name == "File.expand_path" and args:
        base = "." if len(args) == 1 else file if dotted(args[1]) == "__FILE__" else _path(file, args[1])
        inner = _path(file, args[0])
        return posixpath.normpath(posixpath.join(base, inner)) if base is not None and inner is not None else None
    if isinstance(func, facts.Attr) and func.name == "join" and _ROOT.match(dotted(func.base) or ""):
        return _joined(file, args, "/")
    return "." if _ROOT.match(name) and not args else None


def _joined(file: str, parts: tuple[facts.AnyExpr, ...], by: str) -> str | None:
    texts = [_path(file, part) for part in parts]
    return by.join(text for text in texts if text is not None) if None not in texts else None


def _expanded(pattern: str) -> Iterator[str]:
    """The patterns that braces stand for."""
    queue = [pattern]
    for _ in range(_MOST_PATTERNS):
        if not queue:
            return
        one = queue.pop()
        found = _BRACES.search(one)
        if found is None:
            yield re.sub(r"\A(?:\./)+", "", one)
        else:
            queue += [one[: found.start()] + choice + one[found.end() :] for choice in found[1].split(",")]
