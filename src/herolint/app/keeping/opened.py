"""Calls that write and read files, by path: one that the call says itself, or that callers hand to the function that makes it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.keeping.storage import DATA_ENDINGS, absolute, path_text
from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Known, Value, text_of
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument, last_name, walk
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

WRITE_MODES = lazy(r"[wax]|r[bt]?\+|\+")
_ONLY_READ = frozenset(
    {"read", "readline", "readlines", "seek", "tell", "truncate", "close", "load", "safe_load", "reader", "DictReader", "len"}
)
_OPENS = ("open", "OpenFile")
"""Calls that read or write as their second argument says."""
MOST_CALLERS = 20
"""With more calls, a function is a tool for all files, and none of them is looked for."""


class Caller(msgspec.Struct, frozen=True):
    """A call that hands on a path: what it gives, what the path then is, and in which processes the call is made."""

    mod: Mod
    fact: CallFact
    given: facts.AnyExpr
    value: Value
    processes: frozenset[str]


class Write(msgspec.Struct, frozen=True):
    """A reached call that writes or reads a file. `text` is the path with `{}` for what is not known; None when nothing is known.

    `caller` hands the path to the function that makes the call, where that is how it is known.
    """

    effect: Effect
    expr: facts.AnyExpr
    value: Value
    text: str | None
    mode: str
    caller: Caller | None = None

    @property
    def processes(self) -> tuple[str, ...]:
        """The process types that use the file under this path."""
        own = self.effect.processes
        return own if self.caller is None else tuple(name for name in own if name in self.caller.processes)


def writes(python: Program) -> Iterator[Write]:
    """Calls that write files, with the path folded."""
    return (use for use in _uses(python, "writes-file") if WRITE_MODES.search(use.mode) and not _opened_to_read(use))


def _opened_to_read(use: Write) -> bool:
    """Whether a file that is opened for both (`r+`) is only read, or emptied, under the name that it is given."""
    if not use.mode.startswith("r"):
        return False
    mod, call = use.effect.mod, use.effect.fact.call
    names = {a.target.id for a in mod.facts.assigns if a.value == call and isinstance(a.target, facts.Name)}
    for fact in mod.facts.calls if names else ():
        func = fact.call.func
        name = last_name(func)
        given = [func.base] if isinstance(func, facts.Attr) else []
        given += [arg.value if isinstance(arg, facts.Keyword) else arg for arg in fact.call.args]
        if fact.function == use.effect.fact.function and any(isinstance(one, facts.Name) and one.id in names for one in given):
            if name not in _ONLY_READ:
                return False
    return bool(names)


def reads(python: Program) -> Iterator[Write]:
    """Calls that read files, likewise."""
    return (use for use in _uses(python, "reads-file") if not WRITE_MODES.search(use.mode) or "+" in use.mode)


def _uses(python: Program, kind: str) -> Iterator[Write]:
    for effect in python.effects_of(kind):
        row = effect.row
        mode = row.default_mode
        if row.mode:
            expr, value = python.argument(effect, row.mode)
            if expr is not None:
                if not isinstance(value, Known) or not isinstance(value.value, str):
                    continue
                mode = value.value
        if row.path == "self":
            func = effect.fact.call.func
            expr2: facts.AnyExpr | None = func.base if isinstance(func, facts.Attr) else None
            value2 = python.fold(effect.mod, effect.fact.function, expr2)
        else:
            expr2, value2 = python.argument(effect, row.path)
        if expr2 is None:
            continue
        text, open_ended = path_text(value2), True
        if text is None or "{}" in text:
            for caller in callers(python, effect.mod, effect.fact.function, expr2):
                handed = path_text(caller.value)
                if handed is not None and "{}" not in handed:
                    open_ended = False
                    use = Write(effect, expr2, caller.value, handed, mode, caller)
                    if use.processes and caller.fact.function != NONE:
                        yield use
        if open_ended:
            yield Write(effect, expr2, value2, text, mode)


def callers(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[Caller, ...]:
    """The calls that hand on a path, or a part of it, to the function that an expression stands in; none where no parameter is in it."""
    if function == NONE or not (names := _parameters(mod, function, expr)):
        return ()
    calls = list(code.guards.folder.givers.calls_to(mod, function))
    return tuple(_caller(code, mod, function, expr, names, call) for call in calls) if len(calls) <= MOST_CALLERS else ()


def _parameters(mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 3) -> set[str]:
    """The parameters of a function that an expression is made of, by itself or through names of the function."""
    handed = {param.name for param in mod.facts.functions[function].handed if param.kind == "plain"}
    found: set[str] = set()
    for one in walk(expr):
        if isinstance(one, facts.Name) and one.id in handed:
            found.add(one.id)
        elif isinstance(one, facts.Name) and depth:
            for binding in mod.names.get(function, {}).get(one.id, ()):
                if isinstance(binding.what, facts.Assign) and binding.what.value is not None:
                    found |= _parameters(mod, function, binding.what.value, depth - 1)
    return found


def _caller(code: Program, mod: Mod, function: int, expr: facts.AnyExpr, names: set[str], call: tuple[Mod, CallFact]) -> Caller:
    where, fact = call
    given: dict[str, Value] = {}
    first: facts.AnyExpr = fact.call
    for position, param in enumerate(mod.facts.functions[function].handed):
        argued = argument(fact.call, position, param.name) if param.name in names else None
        if argued is not None:
            given[param.name] = code.fold(where, fact.function, argued)
            first = argued if first is fact.call else first
    with code.guards.folder.calling(mod, function, given):
        value = code.fold(mod, function, expr) if given else UNKNOWN
    running = frozenset(name for name, reach in code.reach.items() if reach.has_function(where, fact.function))
    return Caller(where, fact, first, value, running)


def reads_same(python: Program, mod: Mod, text: str) -> bool:
    """Whether reached code opens the same path for reading (the file is used as a store, not only written)."""
    wanted = absolute(text)
    for other in python.modules:
        reading = python.knows(other).files.reads
        if any(_imported(other, imp) == wanted for imp in other.facts.imports):
            return True
        for fact in other.facts.calls:
            func = fact.call.func
            name = last_name(func)
            if name not in reading:
                continue
            subject = fact.call.args[0] if fact.call.args else func.base if isinstance(func, facts.Attr) else None
            if subject is None:
                continue
            mode = fact.call.args[1] if name in _OPENS and len(fact.call.args) > 1 else None
            letters = text_of(python.fold(other, fact.function, mode)) if mode is not None else None
            if letters is not None and WRITE_MODES.search(letters) and "+" not in letters:
                continue
            if _names(python.fold(other, fact.function, subject), wanted):
                return True
            if any(_names(caller.value, wanted) for caller in callers(python, other, fact.function, subject)):
                return True
    return False


def _names(value: Value, wanted: str) -> bool:
    found = path_text(value)
    return found is not None and "{}" not in found and absolute(found) == wanted


def _imported(mod: Mod, imp: facts.Import) -> str | None:
    """The data file that an import loads: `require("./db.json")`."""
    if not imp.module.startswith(".") or not imp.module.endswith(DATA_ENDINGS):
        return None
    return absolute(posixpath.join(posixpath.dirname(mod.path), imp.module))
