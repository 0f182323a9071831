"""Clients of Postgres that encrypt only when they are told: whether they are, in production."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.app.calling.conditions import in_plain_sight, set_afterwards
from herolint.app.folding.config_vars import orders
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Env, Known, Made, Table, Text, Value, options, walk
from herolint.app.services.databases import speaks
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

POSTGRES = ("postgres", "pg", "cockroach")
"""How options that name the kind of database spell Postgres."""
_MAJOR = lazy(r"[~^=v ]*(\d+)\b(?!\.\d+\.\d+ - )")
"""The major version that a range begins with."""
State = Literal["on", "missing", "off", "verifies"]


class Unencrypted(msgspec.Struct, frozen=True):
    """A client that cannot connect: `how` it fails and what to point at."""

    effect: Effect
    how: State
    at: facts.AnyExpr


def unencrypted(code: Program) -> Iterator[Unencrypted]:
    """Clients of DATABASE_URL whose encryption is not switched on, or which check a certificate that cannot be checked."""
    if _set_for_all(code):
        return
    for effect in code.effects_of("connects"):
        if not effect.row.plain or effect.row.kind != "PostgreSQL" or not speaks(code, effect, *POSTGRES, otherwise=True):
            continue
        if not effect.row.url:
            if orders(code.app, "heroku-postgresql") and told_of_encryption(code, effect) is False:
                yield Unencrypted(effect, "missing", effect.fact.call.func)
            continue
        _, address = code.argument(effect, effect.row.url)
        if not _is_the_addons(address):
            continue
        how, at = _state(code, effect)
        if how == "verifies" and _trusts(code, effect):
            continue
        if how != "on" and not (how == "verifies" and code.relaxed_certificates):
            yield Unencrypted(effect, how, at)


def _trusts(code: Program, effect: Effect) -> bool:
    """Whether the driver is older than the release that began to check certificates by itself, and nothing asks it to."""
    driver, _, major = effect.row.verifies.partition(" ")
    package = code.app.package(posixpath.dirname(effect.mod.path)) or code.app.package_json
    asked = package.dependencies.get(driver, ("",))[0] if driver and package is not None else ""
    first = _MAJOR.match(asked)
    told = any(isinstance(code.argument(effect, name)[1], Table) for name in effect.row.ssl.split())
    return first is not None and not told and int(first[1]) < int(major)


def told_of_encryption(code: Program, effect: Effect) -> bool | None:
    """Whether a client is told anything about encryption; None where not all that it is given can be seen."""
    row = effect.row
    if any(code.argument(effect, name)[0] is not None or set_afterwards(effect, name) for name in row.ssl.split()):
        return True
    if not row.told:
        return False if in_plain_sight(code, effect) else None
    made: list[facts.Call] = []
    for arg in effect.fact.call.args[1:]:
        if isinstance(arg, facts.Call):
            made.append(arg)
        elif isinstance(arg, facts.Star) and isinstance(arg.value, facts.Name):
            listed = _listed(effect.mod, effect.fact.function, arg.value.id)
            if listed is None:
                return None
            made += listed
    return any((dotted(call.func) or "").rpartition(".")[2] in row.told.split() for call in made)


def _listed(mod: Mod, function: int, name: str) -> list[facts.Call] | None:
    """The calls that a local list is made of, with those appended to it; None where something else is in it."""
    found: list[facts.AnyExpr] = []
    bindings = mod.names.get(function, {}).get(name, [])
    for binding in bindings:
        value = binding.what.value if isinstance(binding.what, facts.Assign) else None
        if isinstance(value, facts.Sequence):
            found += value.items
        elif isinstance(value, facts.Call) and dotted(value.func) == "append" and value.args and dotted(value.args[0]) == name:
            found += value.args[1:]
        else:
            return None
    calls = [one for one in found if isinstance(one, facts.Call)]
    return calls if bindings and len(calls) == len(found) else None


class Default(msgspec.Struct, frozen=True):
    """A place that switches encryption off where an address says nothing about it."""

    at: Place
    processes: tuple[str, ...]


def off_by_default(code: Program) -> Iterator[Default]:
    """`mode = query.Get("sslmode"); if mode == "" { mode = "disable" }`: the add-on's address has no such parameter."""
    for mod in code.modules:
        for assign in mod.facts.assigns if "sslmode" in mod.source.text else ():
            target, guard = dotted(assign.target), mod.facts.guards[assign.guard] if assign.guard != NONE else None
            if guard is None or guard.kind != "if" or not isinstance(assign.value, facts.Const) or assign.value.value != "disable":
                continue
            test = guard.test
            asks = isinstance(test, facts.Binary) and test.op == "==" and dotted(test.left) == target and test.right == _empty(test.right)
            if target is not None and asks and _from_address(mod, assign, target):
                who = tuple(name for name, reach in code.reach.items() if reach.has_function(mod, assign.function))
                if who:
                    yield Default(mod.place(assign.value), who)


def _empty(expr: facts.AnyExpr) -> facts.AnyExpr | None:
    return expr if isinstance(expr, facts.Const) and expr.value == "" else None


def _from_address(mod: Mod, assign: facts.Assign, target: str) -> bool:
    """Whether the same function takes the value out of an address's parameters first."""
    for other in mod.facts.assigns:
        if other.function == assign.function and other.start < assign.start and dotted(other.target) == target:
            call = other.value
            if isinstance(call, facts.Call) and any(isinstance(arg, facts.Const) and arg.value == "sslmode" for arg in call.args):
                return True
    return False


def _is_the_addons(address: Value) -> bool:
    """Whether the address is what the add-on sets, and says nothing about encryption itself."""
    said = any(isinstance(inner, Known) and "ssl" in str(inner.value).lower() for inner in walk(address))
    changed = any(isinstance(inner, Made) for inner in walk(address))
    parts = [part for one in options(address) for part in (one.parts if isinstance(one, Text) else (one,))]
    return not said and not changed and any(isinstance(part, Env) and _by_addon(part.name) for part in parts)


def _by_addon(name: str) -> bool:
    return name == "DATABASE_URL" or (name.startswith("HEROKU_POSTGRESQL_") and name.endswith("_URL"))


def _state(code: Program, effect: Effect) -> tuple[State, facts.AnyExpr]:
    """How the client stands in production; where several options speak of encryption, the kindest counts."""
    worst: tuple[State, facts.AnyExpr] | None = None
    for name in effect.row.ssl.split():
        expr, value = code.argument(effect, name)
        if expr is None:
            continue
        state = _said(code, effect, expr, value)
        if state == "on":
            return state, expr
        worst = worst or (state, expr)
    if worst is not None:
        return worst
    return ("missing" if in_plain_sight(code, effect) else "on"), effect.fact.call


def _said(code: Program, effect: Effect, expr: facts.AnyExpr, value: Value) -> State:
    """What one option comes to in production; `on` where that is not known."""
    settled = code.environment.if_unset(value)
    if isinstance(settled, Known):
        if settled.value in (None, False, "disable", "allow", ""):
            return "off"
        return "verifies" if settled.value is True else "on"
    if isinstance(settled, Table):
        return "verifies" if _verifies(settled) else "on"
    truth = code.guards.truth(effect.mod, effect.fact.function, expr) if isinstance(expr, facts.Binary | facts.Name | facts.Unary) else None
    return "off" if truth is False else "verifies" if truth and isinstance(expr, facts.Binary) else "on"


def _verifies(table: Table) -> bool:
    """Whether options leave the check of the certificate on, with nothing to check it against."""
    checks = table.get("rejectUnauthorized")
    return table.whole and table.get("ca") is None and (checks is None or checks == Known(True))


def _set_for_all(code: Program) -> bool:
    """Whether encryption is set outside of the single client: by a variable of libpq, or the driver's defaults."""
    if is_declared(code, "PGSSLMODE"):
        return True
    for mod in code.modules:
        if ".defaults" in mod.source.text and any((dotted(a.target) or "").endswith(".defaults.ssl") for a in mod.facts.assigns):
            return True
    return False


def is_declared(code: Program, name: str) -> bool:
    """Whether app.json, a command or the code itself sets a variable."""
    if code.app.config_var(name) is not None:
        return True
    if any(launch.assigned(name) is not None for process in code.app.processes.values() for launch in process.launches):
        return True
    return any(name in mod.source.text for mod in code.modules)
