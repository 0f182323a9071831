"""Small questions about expressions, the same for every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from herolint.code import facts
from herolint.code.facts import AnyExpr


def dotted(expr: AnyExpr | None) -> str | None:
    """A chain of names as text (`os.path.join`); None for anything else."""
    parts: list[str] = []
    while isinstance(expr, facts.Attr):
        parts.append(expr.name)
        expr = expr.base
    if not isinstance(expr, facts.Name):
        return None
    return ".".join((expr.id, *reversed(parts)))


def last_name(expr: AnyExpr | None) -> str:
    """The last word of a chain of names, whatever that hangs on (`get` of `client().get`); empty for anything else."""
    return expr.name if isinstance(expr, facts.Attr) else expr.id if isinstance(expr, facts.Name) else ""


def argument(call: facts.Call | AnyExpr, position: int | None, name: str | None) -> AnyExpr | None:
    """The argument given for a parameter, by keyword or by position (from 0); None when it is not given in plain sight."""
    if not isinstance(call, facts.Call):
        return None
    if name is not None:
        for given in call.args:
            if isinstance(given, facts.Keyword) and given.name == name:
                return given.value
    if position is None:
        return None
    at = 0
    for given in call.args:
        if isinstance(given, facts.Keyword):
            continue
        if isinstance(given, facts.Star):
            return None
        if at == position:
            return given
        at += 1
    return None


def option(call: facts.Call | AnyExpr, path: str) -> AnyExpr | None:
    """What an options object among the arguments holds under a name (`port`) or a path of names (`ssl.rejectUnauthorized`).

    An object is a literal with names as keys, or another call that only gathers named values (`Options{Addr: a}`).
    """
    if not isinstance(call, facts.Call):
        return None
    names = path.split(".")
    for given in call.args:
        found = _held(given, names)
        if found is not None:
            return found
    return None


def _held(expr: AnyExpr, names: list[str]) -> AnyExpr | None:
    """What lies in an object under a path of names."""
    for name in names:
        inner = None
        if isinstance(expr, facts.Mapping):
            inner = next((v for k, v in reversed(expr.items) if isinstance(k, facts.Const) and k.value == name), None)
        elif isinstance(expr, facts.Call):
            inner = next((a.value for a in expr.args if isinstance(a, facts.Keyword) and a.name == name), None)
        if inner is None:
            return None
        expr = inner
    return expr


def walk(expr: AnyExpr | None, enters: Callable[[AnyExpr], bool] | None = None) -> Iterator[AnyExpr]:
    """The expression and all expressions inside it, outer ones first, in source order; without those, and what is in them, that `enters` denies."""
    stack = [expr] if expr is not None else []
    inside = _INSIDE
    while stack:
        at = stack.pop()
        if enters is not None and not enters(at):
            continue
        yield at
        read = inside.get(type(at))
        if read is not None:
            stack.extend(read(at))


def root_of(attribute: facts.Attr) -> facts.Name | None:
    """What a chain of names starts with; None where something else stands there."""
    base = attribute.base
    while type(base) is facts.Attr:
        base = base.base
    return base if type(base) is facts.Name else None


def spoken(expr: AnyExpr) -> list[facts.Name | facts.Attr | facts.Const | facts.Closure]:
    """The names, attributes, texts and functions in an expression, outer ones first, in source order; of a chain of names only the whole."""
    found: list[facts.Name | facts.Attr | facts.Const | facts.Closure] = []
    stack = [expr]
    inside = _INSIDE
    while stack:
        at = stack.pop()
        if type(at) is facts.Attr:
            found.append(at)
            if root_of(at) is None:
                stack.append(at.base)
        elif type(at) is facts.Name or type(at) is facts.Closure:
            found.append(at)
        elif type(at) is facts.Const:
            if type(at.value) is str:
                found.append(at)
        elif (read := inside.get(type(at))) is not None:
            stack.extend(read(at))
    return found


_INSIDE: dict[type[Any], Callable[[Any], tuple[AnyExpr, ...]]] = {
    facts.Attr: lambda e: (e.base,),
    facts.Index: lambda e: (e.key, e.base),
    facts.Keyword: lambda e: (e.value,),
    facts.Star: lambda e: (e.value,),
    facts.Unary: lambda e: (e.value,),
    facts.Call: lambda e: (*e.args[::-1], e.func),
    facts.Concat: lambda e: e.parts[::-1],
    facts.Logic: lambda e: e.parts[::-1],
    facts.Other: lambda e: e.parts[::-1],
    facts.Sequence: lambda e: e.items[::-1],
    facts.Binary: lambda e: (e.right, e.left),
    facts.Choice: lambda e: (e.other, e.test, e.then),
    facts.Mapping: lambda e: tuple(one for key, value in e.items[::-1] for one in ((key,) if key is value else (value, key))),
    facts.Lambda: lambda e: (e.body,),
}
"""What lies directly inside each kind of expression, last first. `walk` is asked for every expression of an app: a table is faster than `match`."""
