"""Functions that a call is given and runs: `map(f, items)`, `pool.submit(f)`, `Thread(target=f)`, and calls that wait for others."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in, origin
from herolint.app.linking.target import Target
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument, last_name
from herolint.knowledge.calls import CallRow

_POOLS = ("Executor", "Pool", "TaskGroup")


def row_of(linker: Linker, mod: Mod, fact: CallFact, *effects: str) -> CallRow | None:
    """The row with one of the effects that the tables hold for a call."""
    name = linker.qualified(mod, fact.function, fact.call.func)
    return next((row for row in linker.rows(name) if row.effect in effects), None) if name is not None else None


def given_functions(linker: Linker, mod: Mod, fact: CallFact, rows: tuple[CallRow, ...]) -> Iterator[Target]:
    """The project's functions that a call with these rows is given and runs before the function around it goes on."""
    row = next((row for row in rows if row.effect == "runs-given"), None)
    if row is None or not _ends(linker, mod, fact, row.kind):
        return
    position = next((int(word) for word in row.path.split() if word.isdigit()), None)
    name = next((word for word in row.path.split() if not word.isdigit()), None)
    expr = argument(fact.call, position, name)
    if expr is not None:
        yield from functions_in(linker, mod, fact.function, expr)


def _ends(linker: Linker, mod: Mod, fact: CallFact, kind: str) -> bool:
    """Whether what a call starts has ended when the function goes on: at once, when awaited, when its results are collected."""
    match kind:
        case "":
            return True
        case "awaited":
            return fact.awaited or awaited_by(linker, mod, fact)
        case "collected":
            return _closed(mod, fact) or any(_is_method(other, "result", "get", "as_completed", "wait") for other in _beside(mod, fact))
        case "joined":
            return any(_is_method(other, "join") and not _texts(other) for other in _beside(mod, fact))
    return False


def _beside(mod: Mod, fact: CallFact) -> Iterator[CallFact]:
    return iter(mod.calls_of.get(fact.function, ()))


def _is_method(fact: CallFact, *names: str) -> bool:
    func = fact.call.func
    return (isinstance(func, facts.Attr) and func.name in names) or (isinstance(func, facts.Name) and func.id in names)


def _texts(fact: CallFact) -> bool:
    """Whether a `join` puts texts together, or stops waiting after a time."""
    return bool(fact.call.args)


def _closed(mod: Mod, fact: CallFact) -> bool:
    """Whether the call stands in a `with` of what runs it, which waits for all when it ends."""
    at = fact.block
    while at != NONE:
        block = mod.facts.blocks[at]
        func = block.subject.func if block.kind == "with" and isinstance(block.subject, facts.Call) else None
        name = last_name(func)
        if name.endswith(_POOLS):
            return True
        at = block.parent
    return False


def awaited_by(linker: Linker, mod: Mod, fact: CallFact) -> bool:
    """Whether a call is given to one that waits for it: `await gather(f())`, `asyncio.run(f())`, `await Promise.all([f()])`."""
    call = fact.call
    for other in _beside(mod, fact):
        if other is not fact and other.call.start <= call.start and call.end <= other.call.end and other.call.func.end <= call.start:
            row = row_of(linker, mod, other, "awaits")
            if row is not None and (row.kind == "" or other.awaited or awaited_by(linker, mod, other)):
                return True
    return _awaited_later(linker, mod, fact)


def _awaited_later(linker: Linker, mod: Mod, fact: CallFact) -> bool:
    """Whether what a call gives is kept under a name that is waited for later: `tasks.append(f())`, then `await gather(*tasks)`."""
    call = fact.call
    waited = {
        name
        for other in _beside(mod, fact)
        for arg in other.call.args
        if other.call.start >= call.end and (name := _name(arg)) and (row := row_of(linker, mod, other, "awaits")) is not None
        and (row.kind == "" or other.awaited)
    }  # fmt: skip
    if not waited:
        return False
    for assign in mod.facts.assigns:
        value = assign.value if assign.function == fact.function else None
        if value is not None and isinstance(assign.target, facts.Name) and assign.target.id in waited:
            if value.start <= call.start and call.end <= value.end:
                return True
    return any(
        _is_method(other, *_COLLECTS) and isinstance(other.call.func, facts.Attr) and _name(other.call.func.base) in waited
        and other.call.func.end <= call.start and call.end <= other.call.end
        for other in _beside(mod, fact)
    )  # fmt: skip


_COLLECTS = ("push", "append", "add")
"""Methods that put something into a list."""


def _name(arg: facts.AnyExpr) -> str:
    inner = arg.value if isinstance(arg, facts.Star) else arg
    return inner.id if isinstance(inner, facts.Name) else ""


def set_off(mod: Mod, fact: CallFact) -> bool:
    """Whether a call is what a `go` statement starts."""
    block = mod.facts.blocks[fact.block] if fact.block != NONE else None
    return block is not None and block.kind == "go" and block.subject is not None and block.subject.start == fact.call.start


def joined(linker: Linker, mod: Mod, function: int) -> bool:
    """Whether a function waits for all that it lets run beside itself: `group.Wait()`."""
    return any(
        fact.function == function and _is_method(fact, "Wait", "wait") and row_of(linker, mod, fact, "joins") is not None
        for fact in mod.facts.calls
    )  # fmt: skip


def called_parameters(linker: Linker, mod: Mod, fact: CallFact, target: Target) -> Iterator[Target]:
    """The project's functions that a call gives to parameters which the called function of the project calls."""
    if target.mod is None:
        return
    fn = target.mod.facts.functions[target.number]
    names = [param.name for param in fn.handed]
    called = None
    for i, given in enumerate(fact.call.args):
        name = given.name if isinstance(given, facts.Keyword) else names[i] if i < len(names) else ""
        expr = given.value if isinstance(given, facts.Keyword) else given
        if not name or not isinstance(expr, facts.Name | facts.Attr | facts.Closure):
            continue
        called = _called_names(target.mod, target.number) if called is None else called
        found = linker.resolve(mod, fact.function, expr) if name in called else None
        if found is not None and found.kind == "function":
            yield found


def _called_names(mod: Mod, number: int) -> Collection[str]:
    """Plain names that a function itself calls."""
    table: dict[int, set[str]] | None = mod.__dict__.get("_called_names")
    if table is None:
        table = {}
        for fact in mod.facts.calls:
            if isinstance(fact.call.func, facts.Name):
                table.setdefault(fact.function, set()).add(fact.call.func.id)
        mod.__dict__["_called_names"] = table
    return table.get(number, ())


def table_of(linker: Linker, mod: Mod, fact: CallFact) -> Iterator[Target]:
    """The functions of a table out of which one is called: `STEPS[name]()`."""
    func = fact.call.func
    base = func.base if isinstance(func, facts.Index) else None
    if isinstance(base, facts.Name | facts.Attr):
        yield from functions_in(linker, mod, fact.function, base)


def wrapped(linker: Linker, mod: Mod, fact: CallFact) -> Iterator[Target]:
    """The functions behind a name for what was made of them: `load = memoize(fetch)`, then `load()`."""
    if not isinstance(fact.call.func, facts.Name):
        return
    where, scope, made = origin(linker, mod, fact.function, fact.call.func)
    for arg in made.args if isinstance(made, facts.Call) else ():
        if isinstance(arg, facts.Name | facts.Attr | facts.Closure):
            target = linker.resolve(where, scope, arg)
            if target is not None and target.kind == "function":
                yield target
