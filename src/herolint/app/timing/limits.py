"""Time limits of calls that wait for others: at the call, on the client that makes it, for all calls at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import UNKNOWN, Env, Items, Known, Made, Ref, Table, Text, Value, options
from herolint.app.timing.contexts import Way, contexts_of, deadline, never_ends
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, dotted, last_name

if TYPE_CHECKING:
    from herolint.app.calling.flow import Step
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program
    from herolint.code.facts import CallFact

_RACES = frozenset({"race", "timeout", "withTimeout", "pTimeout", "promiseTimeout", "wait_for"})
"""Calls that end when a timer does, whatever they were given."""
_SCOPES = frozenset({"timeout", "fail_after", "move_on_after", "time_limit"})
"""Blocks that end what stands in them."""
_FIELDS = frozenset({"timeout", "read_timeout", "open_timeout", "Timeout"})
"""Fields of clients that hold a limit."""
_SETTERS = frozenset({"timeout", "setTimeout", "set_timeout"})
"""Methods of requests and connections that set a limit."""


def has_limit(code: Program, effect: Effect) -> bool:
    """Whether something ends the call when the other side does not answer, or may do so without our knowing."""
    return (
        _given(code, effect)
        or any(_may_hold_limit(code, effect, a) for a in effect.fact.call.args if isinstance(a, facts.Star) and a.stars == 2)
        or _raced(effect)
        or _killed(effect)
        or _by_context(code, effect)
        or _by_client(code, effect)
        or code.limits_all
    )


def _may_hold_limit(code: Program, effect: Effect, spread: facts.Star) -> bool:
    """Whether options that are spread into a call (`**given`) hold a limit, or cannot all be seen."""
    mod, function, given = effect.mod, effect.fact.function, spread.value
    names = {"timeout", *effect.row.timeout.split()}
    tables = list(options(code.fold(mod, function, given)))
    if not all(isinstance(one, Table) and one.whole and not any(one.get(name) is not None for name in names) for one in tables):
        return True
    if not isinstance(given, facts.Name):
        return False
    if any(isinstance(arg, facts.Name) and arg.id == given.id for fact in mod.calls_of.get(function, ()) for arg in fact.call.args):
        return True  # another function may add one
    if any((dotted(fact.call.func) or "").startswith(f"{given.id}.") for fact in mod.calls_of.get(function, ())):
        return True  # `given.update(…)`
    added = (one.target for one in mod.facts.assigns if one.function == function and isinstance(one.target, facts.Index))
    keys = (one.key for one in added if isinstance(one.base, facts.Name) and one.base.id == given.id)
    return any(not isinstance(key, facts.Const) or key.value in names for key in keys)


def has_deadline(code: Program, effect: Effect, limit: float, way: Way = ()) -> bool:
    """Whether a call is given a context that ends it within `limit` seconds."""
    given = [(effect.mod, effect.fact.function, one) for one in effect.fact.call.args if isinstance(one, facts.Name)]
    ends = (deadline(code, one, way) for one in (*given, *contexts_of(code, effect)))
    return any(end is not None and end < limit for end in ends)


def time_limit(code: Program, effect: Effect, way: Way = ()) -> float | None:
    """After how many seconds a call gives up: infinite where nothing ends it, None where the limit is not known.

    `way`: the calls that lead to it, where it is asked for one of several.
    """
    row = effect.row
    for context in contexts_of(code, effect):
        end = deadline(code, context, way)
        if end is not None:
            return end
    if row.timeout not in ("", "none") and row.note != "context":
        expr, value = code.argument(effect, row.timeout)
        if expr is not None and not (isinstance(value, Known) and value.value is None):
            return _in_seconds(code, effect, value)
    for _, _, _, client in clients_of(code, effect):
        if isinstance(client, Made):
            inner = next((found for name in ("timeout", *row.timeout.split()) if (found := client.keyword(name)) is not None), None)
            held = next((found for arg in client.args if isinstance(arg, Table) and (found := arg.get("timeout")) is not None), inner)
            if held is not None:
                return _in_seconds(code, effect, held)
    if has_limit(code, effect):
        return None
    return row.default_timeout or math.inf


def _in_seconds(code: Program, effect: Effect, value: Value) -> float | None:
    """A number of seconds, or what is made of one: `AbortSignal.timeout(5000)`, `ClientTimeout(total=10)`, `(3, 10)`, `{ request: 5000 }`."""
    unit = code.knows(effect.mod).time_unit
    for one in options(value):
        match one:
            case Known(value=int() | float() as number) if not isinstance(number, bool):
                return number * unit
            case Made(args=(first, *_)):
                return _in_seconds(code, effect, first)
            case Made():
                total = one.keyword("total")
                return _in_seconds(code, effect, total) if total is not None else None
            case Items(items=(first, last)):
                both = [_in_seconds(code, effect, part) for part in (first, last)]
                return sum(part for part in both if part is not None) if None not in both else None
            case Table():
                inner = one.get("request") or one.get("response") or one.get("deadline")
                return _in_seconds(code, effect, inner) if inner is not None else None
    return None


def _given(code: Program, effect: Effect) -> bool:
    if effect.row.timeout in ("", "none") or effect.row.note == "context":
        return False
    expr, value = code.argument(effect, effect.row.timeout)
    if expr is None or (isinstance(value, Known) and value.value is None):
        return False
    # What stands in the place of the options may be something else: an address, the body of a request.
    other = _is_text(value) or _names_address(expr)
    return not (code.linker.dialect(effect.mod).options_objects and other and not _named(effect, expr))


def _names_address(expr: facts.AnyExpr) -> bool:
    """Whether a variable's name says that it holds an address."""
    last = (dotted(expr) or "").rpartition(".")[2].lower()
    return last.endswith(("url", "uri", "link", "href", "endpoint", "address"))


def _is_text(value: Value) -> bool:
    return all(isinstance(one, Text | Env) or (isinstance(one, Known) and isinstance(one.value, str)) for one in options(value))


def _named(effect: Effect, expr: facts.AnyExpr) -> bool:
    """Whether the expression was found under a name, not in a position."""
    return not any(arg is expr for arg in effect.fact.call.args)


def _raced(effect: Effect) -> bool:
    """Whether the call stands in a race with a timer, or a limit is set on its result: `get(url).timeout(…)`, `request.setTimeout(…)`."""
    if ends_by_itself(effect.mod, effect.fact):
        return True
    call = effect.fact.call
    for word in _SETTERS:
        for other in effect.mod.calls_by_word.get(word, ()):
            if isinstance(other.call.func, facts.Attr):
                if other.call.start == call.start and other.call.end > call.end:
                    return True
                if word != "timeout" and other.function == effect.fact.function:
                    return True
    return False


def _killed(effect: Effect) -> bool:
    """Whether a timer of the same function ends the program that the call started: `setTimeout(() => child.kill(), ms)`."""
    mod, call, function = effect.mod, effect.fact.call, effect.fact.function
    kept = next((one.target for one in mod.facts.assigns if one.value is not None and one.value.start == call.start), None)
    if effect.row.effect != "runs-process" or not isinstance(kept, facts.Name):
        return False
    timers = (fact.call for fact in mod.calls_of.get(function, ()) if last_name(fact.call.func) == "setTimeout")
    late = [arg.number for timer in timers for arg in timer.args if isinstance(arg, facts.Closure)]
    return any(dotted(fact.call.func) == f"{kept.id}.kill" for number in late for fact in mod.calls_of.get(number, ()))


def ends_by_itself(mod: Mod, fact: CallFact) -> bool:
    """Whether what stands around a call ends it after a time: a race with a timer, `wait_for(…)`, `with timeout(5):`."""
    call = fact.call
    races = (other.call for word in _RACES for other in mod.calls_by_word.get(word, ()))
    if any(other.start < call.start and call.end <= other.end for other in races):
        return True
    at = fact.block
    while at != NONE:
        block = mod.facts.blocks[at]
        if block.kind == "with" and isinstance(block.subject, facts.Call) and last_name(block.subject.func) in _SCOPES:
            return True
        at = block.parent
    return False


def _by_context(code: Program, effect: Effect) -> bool:
    """Whether what the call is given, or what it is called on, was made to end at some time: by a context that may have an end."""
    return any(not never_ends(code, context) for context in contexts_of(code, effect))


def clients_of(code: Program, effect: Effect) -> Iterator[tuple[Mod, int, facts.AnyExpr, Value]]:
    """What the call is made on, and what that is a part of, as far as the client itself: where each was made, and its value."""
    if "()" not in effect.name and ".new." not in effect.name:
        return
    func = effect.fact.call.func
    expr: facts.AnyExpr | None = func.base if isinstance(func, facts.Attr) else func
    while expr is not None:
        mod, function, made = origin(code.linker, effect.mod, effect.fact.function, expr)
        yield mod, function, made, code.fold(mod, function, made)
        inner = expr.func if isinstance(expr, facts.Call) else expr
        expr = inner.base if isinstance(inner, facts.Attr) else None


def _by_client(code: Program, effect: Effect) -> bool:
    """Whether the client or session that makes the call was given a limit, or an adapter that may hold one."""
    names = [word for word in effect.row.timeout.split() if not word.isdigit()]
    made_on = list(clients_of(code, effect)) if names else []
    if not made_on:
        return False
    mod, function, made, value = made_on[0]
    if isinstance(made, facts.Call) and code.linker.qualified(mod, function, made.func) in code.knows(mod).unlimited:
        return False
    if any(isinstance(assign.target, facts.Attr) and assign.target.name in names for assign in mod.facts.assigns):
        return True  # `client.read_timeout = 5`
    typed = code.linker.dialect(mod).follows_values
    if value is UNKNOWN and typed and not _declared_here(mod, function, made):
        return _limited_somewhere(code, effect, names)  # a client from elsewhere, which may have been given a limit
    for one in (one for _, _, _, held in made_on for one in options(held) if isinstance(one, Made)):
        if typed and one.args and effect.name.startswith(f"{one.name}()"):
            return _limited_somewhere(code, effect, names)  # taken for a client by its type only: who made it is not known
        if any(_holds(one, name) for name in (*names, "timeout")):
            return True
    if any(isinstance(a.target, facts.Attr) and a.target.name in _FIELDS for a in effect.mod.facts.assigns):
        return True
    text = effect.mod.source.text
    return ".mount(" in text and "timeout" in text.lower()


def _limited_somewhere(code: Program, effect: Effect, names: list[str]) -> bool:
    """Whether anything that is loaded gives a limit to something of the client's package, or to a field of such a name."""
    package = effect.name.partition("()")[0].rpartition(".")[0] + "."
    for mod in code.modules:
        if not any(name in mod.source.text for name in names):
            continue
        if any(isinstance(assign.target, facts.Attr) and assign.target.name.endswith(tuple(names)) for assign in mod.facts.assigns):
            return True
        for fact in mod.facts.calls:
            limited = any(isinstance(arg, facts.Keyword) and arg.name.endswith(tuple(names)) for arg in fact.call.args)
            if limited and (code.linker.qualified(mod, fact.function, fact.call.func) or "").startswith(package):
                return True
    return False


def _declared_here(mod: Mod, function: int, expr: facts.AnyExpr) -> bool:
    """Whether a name is only declared, so that it holds what its type starts with: `var client http.Client`."""
    bindings = mod.names.get(function, {}).get(expr.id, ()) if isinstance(expr, facts.Name) else ()
    return bool(bindings) and all(isinstance(b.what, facts.Assign) and b.what.value is None for b in bindings)


def _holds(made: Made, name: str) -> bool:
    """Whether a client, or one that it was made of, was made with an option, or with options that cannot be seen."""
    if made.keyword(name) is not None or any(isinstance(given, Made) and _holds(given, name) for _, given in made.keywords):
        return True
    for given in made.args:
        if isinstance(given, Table):
            if given.get(name) is not None or not given.whole:
                return True
        elif not isinstance(given, Known | Text | Env | Items | Ref | Made):
            return True
    return False


def limits_all(code: Program) -> bool:
    """Whether reached code sets a limit for all calls: `socket.setdefaulttimeout(…)`, `axios.defaults.timeout = …`."""
    return any(True for _ in _for_all(code))


def _for_all(code: Program) -> Iterator[str]:
    wanted = code.knowledge.time_limits
    lasts = {name.rpartition(".")[2] for name in wanted}
    yield from (name for _, _, name in code.calls_named(*wanted))
    for mod in code.modules:
        if not any(last in mod.source.text for last in lasts):
            continue
        for assign in mod.facts.assigns:
            if isinstance(assign.target, facts.Attr) and assign.target.name in lasts:
                name = code.linker.qualified(mod, assign.function, assign.target)
                if name in wanted or (dotted(assign.target) or "").endswith(".defaults.timeout"):
                    yield dotted(assign.target) or ""


def seconds(code: Program, effect: Effect, step: Step | None = None) -> float | None:
    """How long a sleep lasts; the number may be an argument of the call that the step was reached by."""
    expr, value = code.argument(effect, effect.row.path)
    mod = effect.mod
    while not isinstance(value, Known) and isinstance(expr, facts.Name) and step is not None and step.call is not None:
        params = mod.facts.functions[step.ref.number].params if step.ref.number != NONE and step.ref.path == mod.path else ()
        at = next((i for i, param in enumerate(params) if param.name == expr.id), None)
        mod, fact = step.call
        if at is not None:
            expr = argument(fact.call, at, expr.id)
            value = code.fold(mod, fact.function, expr)
        step = step.before
    return value.value * effect.row.unit if isinstance(value, Known) and isinstance(value.value, int | float) else None
