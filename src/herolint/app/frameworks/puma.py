"""Puma as its configuration starts it, and the connections that Rails keeps for its threads."""

from __future__ import annotations

import posixpath
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.values import Known, env_names
from herolint.code import facts, facts_of
from herolint.code.facts import NONE
from herolint.code.queries import dotted
from herolint.finding import Place
from herolint.source import SourceFile

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.linking.module import Mod
    from herolint.app.model import App
    from herolint.formats.rails_yaml import RailsValue

CONFIG = "config/puma.rb"
DEFAULT_POOL = 5
"""Connections of a pool where config/database.yml does not say (Active Record's own default)."""
_STARTS = frozenset({"puma", "rails", "rackup"})


class Puma(msgspec.Struct, frozen=True):
    """Worker processes and the most threads of each; `variable`: a config var may say otherwise. `workers_at` is None where there is one."""

    workers: int
    threads: int
    threads_at: Place
    workers_at: Place | None
    variable: bool


class Pool(msgspec.Struct, frozen=True):
    """The connections that one process keeps at most; `at` is None where Active Record's default counts."""

    size: int
    at: Place | None


def puma_of(app: App) -> Puma | None:
    """What config/puma.rb says of the web process; None where another server, or the command itself, decides."""
    launch = app.web.main if app.web is not None else None
    if launch is None or launch.tool not in _STARTS or not _is_read(launch):
        return None
    mod = app.code.code.mod(CONFIG)
    if mod is None:
        return None
    threads = _last(app, mod, "threads")
    if threads is None:
        return None
    workers = _last(app, mod, "workers")
    return Puma(
        workers[0] if workers else 1, threads[0], threads[1], workers[1] if workers else None, threads[2] or bool(workers and workers[2])
    )


def _is_read(launch: Launch) -> bool:
    """Whether the command leaves the numbers to the file."""
    words = [word.text for word in launch.words]
    given = [after for word, after in pairwise(words) if word in ("-C", "--config")]
    if given and posixpath.normpath(given[0]) != CONFIG:
        return False
    return not any(word in ("-t", "--threads", "-w", "--workers") or word.startswith(("--threads=", "--workers=")) for word in words)


def _last(app: App, mod: Mod, name: str) -> tuple[int, Place, bool] | None:
    """The number that the last call of that name settles on, where it stands under no condition."""
    calls = [f for f in mod.facts.calls if isinstance(f.call.func, facts.Name) and f.call.func.id == name and f.call.args]
    if not calls or calls[-1].guard != NONE or calls[-1].function != NONE:
        return None
    expr = calls[-1].call.args[-1]
    number, variable = _number(app, mod, expr)
    return (number, mod.place(calls[-1].call), variable) if number is not None else None


def _number(app: App, mod: Mod, expr: facts.AnyExpr) -> tuple[int | None, bool]:
    """A whole number in plain sight, or what a variable is without being set, and whether one was asked."""
    inner = expr
    while True:
        if isinstance(inner, facts.Call) and dotted(inner.func) == "Integer" and inner.args:
            inner = inner.args[0]
        elif isinstance(inner, facts.Attr) and inner.name == "to_i":
            inner = inner.base
        elif isinstance(inner, facts.Name) and (bound := _bound(mod, inner.id)) is not None:
            inner = bound
        else:
            break
    value = app.code.fold(mod, NONE, inner)
    settled = app.code.environment.if_unset(value)
    text = str(settled.value) if isinstance(settled, Known) and not isinstance(settled.value, bool) else ""
    return (int(text) if text.isdigit() else None), bool(env_names(value))


def _bound(mod: Mod, name: str) -> facts.AnyExpr | None:
    given = [one.value for one in mod.facts.assigns if isinstance(one.target, facts.Name) and one.target.id == name]
    return given[0] if len(given) == 1 else None


def pool_of(app: App) -> Pool | None:
    """The pool of production's main database on a server; None where that cannot be told."""
    section = app.rails.databases.get("primary") if app.rails is not None else None
    if section is None or section.text("adapter") == "sqlite3":
        return None
    found = section.values.get("max_connections") or section.values.get("pool")
    if found is None:
        return Pool(DEFAULT_POOL, None)
    size = int(str(found.value)) if found.value is not None and str(found.value).isdigit() else _of_erb(app, found)
    return Pool(size, Place("config/database.yml", found.span, f"{size} connections")) if size is not None else None


def _of_erb(app: App, value: RailsValue) -> int | None:
    """What the Ruby in a YAML value comes to while its variables are unset."""
    from herolint.app.linking.module import Mod

    if len(value.erb) != 1:
        return None
    source = SourceFile("value.rb", f"value = ({value.erb[0].code.strip()})\n".encode())
    module = facts_of(source)
    if module is None or not module.assigns or module.assigns[0].value is None:
        return None
    return _number(app, Mod(source, module, "value.rb"), module.assigns[0].value)[0]
