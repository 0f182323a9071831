"""Environment variables that reached code reads: by name, place, and whether the app can do without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from herolint.app.values import Env
from herolint.code import facts
from herolint.code.facts import NONE

if TYPE_CHECKING:
    from herolint.app.codebase import Mod
    from herolint.app.model import App
    from herolint.finding import Place

_CALLS = frozenset(
    {
        "getenv",
        "get",
        "config",
        "env",
        "str",
        "int",
        "bool",
        "list",
        "float",
        "url",
        "db",
        "db_url",
        "db_from_env",
        "Config",
        "getenvb",
        "json",
        "secret",
    }
)


class EnvRead(NamedTuple):
    """One read. `required`: without the variable the read raises, while the process starts (`at_start`) or later."""

    name: str
    at: Place
    process: str
    required: bool
    at_start: bool
    guarded: bool


def env_reads(app: App) -> Iterator[EnvRead]:
    """Reads in the modules that some process reaches, in files order."""
    python = app.code
    for mod in python.modules:
        if "env" not in mod.source.text and "config" not in mod.source.text and "Settings" not in mod.source.text:
            continue
        process = next(iter(python.reached_by(mod.path)), "")
        yield from _calls(app, mod, process)
        yield from _subscripts(app, mod, process)


def _calls(app: App, mod: Mod, process: str) -> Iterator[EnvRead]:
    python = app.code
    for fact in mod.facts.calls:
        func = fact.call.func
        last = func.name if isinstance(func, facts.Attr) else func.id if isinstance(func, facts.Name) else ""
        if last not in _CALLS:
            continue
        value = python.fold(mod, fact.function, fact.call)
        if isinstance(value, Env):
            guarded = python.guards.holds(mod, fact.guard) is not True
            required = value.required and value.default is None
            yield EnvRead(value.name, mod.place(fact.call, "read here"), process, required, fact.function == NONE, guarded)


def _subscripts(app: App, mod: Mod, process: str) -> Iterator[EnvRead]:
    """`os.environ["X"]` in assignments, arguments and returns."""
    from herolint.code.queries import walk

    python = app.code
    seen: set[int] = set()
    spots = [(a.value, a.function, a.guard) for a in mod.facts.assigns if a.op != "+="]
    spots += [(argument, c.function, c.guard) for c in mod.facts.calls for argument in c.call.args]
    spots += [(r.value, r.function, r.guard) for r in mod.facts.returns]
    for expr, function, guard in spots:
        for inner in walk(expr) if expr is not None else ():
            if not isinstance(inner, facts.Index) or inner.start in seen or not isinstance(inner.key, facts.Const):
                continue
            seen.add(inner.start)
            if python.linker.qualified(mod, function, inner.base) == "os.environ" and isinstance(inner.key.value, str):
                guarded = python.guards.holds(mod, guard) is not True or _caught(mod, inner.start)
                yield EnvRead(
                    inner.key.value, mod.place(inner, "read here"), process, not _caught(mod, inner.start), function == NONE, guarded
                )


def _caught(mod: Mod, at: int) -> bool:
    """Whether the place stands in a `try`."""
    return any(block.kind == "try" and block.start <= at < block.end for block in mod.facts.blocks)
