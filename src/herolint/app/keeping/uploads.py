"""Uploads that the code itself copies into a file: `io.Copy(file, upload)`, and writes of what was read from one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Value
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import argument, dotted

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

_DEEPEST = 6
"""Names that may stand for each other before the chain is given up."""


class Copied(msgspec.Struct, frozen=True):
    """The call that opens or writes the file, the file's path as expression and value, and whether it runs."""

    mod: Mod
    function: int
    call: facts.Call
    path: facts.AnyExpr
    value: Value
    runs: bool | None


def copied_uploads(code: Program) -> Iterator[Copied]:
    """Uploads that requests to web leave in files."""
    for effect in code.effects_of("copies-data"):
        source, _ = code.argument(effect, effect.row.url)
        target, _ = code.argument(effect, effect.row.path)
        if "web" in effect.processes and target is not None and _uploaded(code, effect.mod, effect.fact.function, source):
            mod, function, made = origin(code.linker, effect.mod, effect.fact.function, target)
            if isinstance(made, facts.Call) and (found := _written(code, mod, function, made, effect)) is not None:
                yield found
    for effect in code.effects_of("writes-file"):
        if "web" in effect.processes:
            data, _ = code.argument(effect, effect.row.url) if effect.row.url else (_written_inside(effect), None)
            if _uploaded(code, effect.mod, effect.fact.function, data):
                found = _written(code, effect.mod, effect.fact.function, effect.fact.call, effect)
                if found is not None:
                    yield found


def _written_inside(effect: Effect) -> facts.AnyExpr | None:
    """What the block of `File.open(path, "wb") { |file| file.write(data) }` writes."""
    block = next((arg for arg in effect.fact.call.args if isinstance(arg, facts.Closure)), None)
    for fact in effect.mod.facts.calls if block is not None else ():
        if block is not None and fact.function == block.number and (dotted(fact.call.func) or "").endswith((".write", ".<<", ".print")):
            return fact.call.args[0] if fact.call.args else None
    return None


def _written(code: Program, mod: Mod, function: int, call: facts.Call, effect: Effect) -> Copied | None:
    """The file that a call opens to be written."""
    row = code.row_of(mod, function, call, "writes-file")
    at = next((int(word) for word in row.path.split() if word.isdigit()), None) if row is not None else None
    path = argument(call, at, None) if at is not None else None
    return Copied(mod, function, call, path, code.fold(mod, function, path), effect.runs) if path is not None else None


def _uploaded(code: Program, mod: Mod, function: int, expr: facts.AnyExpr | None, depth: int = 0) -> bool:
    """Whether a value is an uploaded file, or comes out of one."""
    if expr is None or depth > _DEEPEST:
        return False
    name = code.linker.qualified(mod, function, expr) or ""
    known = code.knows(mod)
    word = name or (expr.id if isinstance(expr, facts.Name) else "")
    if known.uploads.holds(word) or any(row.effect == "receives-upload" for row in known.effects(name.removesuffix("()"))):
        return True
    match expr:
        case facts.Call(func=func, args=args):
            inner = (*args[:1], *((func.base,) if isinstance(func, facts.Attr) else ()))
            return any(_uploaded(code, mod, function, one, depth + 1) for one in inner)
        case facts.Attr(base=base, name=part) if part in known.uploads.methods and known.uploads.holds(_root(base)):
            return True
        case facts.Index(base=base, key=facts.Const(value=str() as part)) if part in known.uploads.methods and known.uploads.holds(
            _root(base)
        ):
            return True
        case facts.Index(base=base) | facts.Attr(base=base) | facts.Star(value=base):
            return _uploaded(code, mod, function, base, depth + 1)
        case facts.Name(id=word):
            return any(_uploaded(code, mod, scope, value, depth + 1) for scope, value in _bound(mod, function, word))
    return False


def _root(expr: facts.AnyExpr) -> str:
    """The name that a chain of parts starts with; empty where it is that name itself, or no name."""
    parts = 0
    while isinstance(expr, facts.Index | facts.Attr):
        expr, parts = expr.base, parts + 1
    return expr.id if isinstance(expr, facts.Name) and parts else ""


def _bound(mod: Mod, function: int, name: str) -> Iterator[tuple[int, facts.AnyExpr]]:
    """What a name is given in a function or those around it, also by loops."""
    scope = function
    while scope != NONE:
        for binding in mod.names.get(scope, {}).get(name, ()):
            if isinstance(binding.what, Assign) and binding.what.value is not None:
                yield scope, binding.what.value
        scope = mod.facts.functions[scope].parent
