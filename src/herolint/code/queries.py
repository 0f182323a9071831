"""Small questions about expressions, the same for every language."""

from __future__ import annotations

from collections.abc import Iterator

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


def walk(expr: AnyExpr | None) -> Iterator[AnyExpr]:
    """The expression and all expressions inside it, outer ones first, in source order."""
    stack = [expr] if expr is not None else []
    while stack:
        at = stack.pop()
        yield at
        stack.extend(reversed(_inside(at)))


def _inside(expr: AnyExpr) -> list[AnyExpr]:
    match expr:
        case facts.Attr(base=base):
            return [base]
        case facts.Index(base=base, key=key):
            return [base, key]
        case facts.Keyword(value=value) | facts.Star(value=value) | facts.Unary(value=value):
            return [value]
        case facts.Call(func=func, args=args):
            return [func, *args]
        case facts.Concat(parts=parts) | facts.Logic(parts=parts) | facts.Other(parts=parts) | facts.Sequence(items=parts):
            return list(parts)
        case facts.Binary(left=left, right=right):
            return [left, right]
        case facts.Choice(test=test, then=then, other=other):
            return [then, test, other]
        case facts.Mapping(items=pairs):
            return [one for key, value in pairs for one in ((key,) if key is value else (key, value))]
        case facts.Lambda(body=body):
            return [body]
    return []
