"""The keys that sign sessions and tokens, or encrypt: where each is given, and whether it comes from outside, the code or chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import UNKNOWN, Env, Items, Known, Made, Text, Value, walk
from herolint.app.reaching.reach import FunctionRef
from herolint.app.services import session_secrets
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, dotted, option
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.program import Effect, Program

Source = Literal["literal", "random", "environment", "unknown"]
_CONFIG_CALLS = ("update", "from_mapping")
_LOCAL_CLASSES = ("dev", "test", "local", "debug")


class SigningKey(msgspec.Struct, frozen=True):
    """A key of a process. `what` names it; `variable` is the environment variable that may hold it, else empty.

    `source` is what it comes from when that variable is unset. `runs`: whether the place runs in production (None: unknown).
    `remedy`: how the framework is told another one, where that is peculiar to it. `encrypts`: it signs nothing, but encrypts.
    """

    what: str
    at: Place
    variable: str
    source: Source
    text: str
    runs: bool | None
    process: str
    remedy: str = ""
    encrypts: bool = False


def signing_keys(app: App) -> Iterator[SigningKey]:
    """The keys that reached code signs or encrypts with, each place once."""
    seen: set[tuple[str, int]] = set()
    for what, mod, function, expr, guard in _given(app):
        runs = app.code.guards.holds(mod, guard)
        if runs is False:
            continue
        value = app.code.fold(mod, function, expr)
        place = _declared_at(app.code, *origin(app.code.linker, mod, function, expr))
        if place.span is None or (place.path, place.span.start) in seen:
            continue
        seen.add((place.path, place.span.start))
        variable, source, text = _source(app, value)
        yield SigningKey(what, place, variable, source, text, runs, _process(app, mod))
    for mod, fact in session_secrets.made_up(app.code):
        runs = app.code.guards.holds(mod, fact.guard)
        if runs is not False:
            known = app.code.knows(mod).signing
            yield SigningKey(known.setting, mod.place(fact.call), "", "random", "", runs, _process(app, mod), known.remedy)
    for effect in app.code.effects_of("encrypts"):
        key = _encrypting(app, effect)
        if key is not None and key.at.span is not None and (key.at.path, key.at.span.start) not in seen:
            seen.add((key.at.path, key.at.span.start))
            yield key


def _encrypting(app: App, effect: Effect) -> SigningKey | None:
    """The key that a call encrypts with, where it is the same for as long as the process runs."""
    code = app.code
    expr, value = code.argument(effect, effect.row.secret)
    if expr is None:
        return None
    mod, function, at = origin(code.linker, effect.mod, effect.fact.function, expr)
    variable, source, text = _source(app, value)
    if source == "random" and not _made_once(code, mod, function):
        return None
    what = f"the key for {effect.name.replace('()', '')}"
    return SigningKey(what, mod.place(at), variable, source, text, effect.runs, _process(app, mod), encrypts=True)


def _made_once(code: Program, mod: Mod, function: int) -> bool:
    """Whether code runs when the process starts, and not again for a visitor."""
    ref = FunctionRef(mod.path, function)
    return function == NONE or (ref in code.at_boot and ref not in code.for_visitors)


def _declared_at(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> Place:
    """Where an expression is given its value: of an object's field, where its class declares that."""
    if isinstance(expr, facts.Call) and isinstance(expr.func, facts.Attr) and not expr.args:
        return _declared_at(code, *origin(code.linker, mod, function, expr.func.base))  # `settings.key.get_secret_value()`
    base = code.linker.resolve(mod, function, expr.base) if isinstance(expr, facts.Attr) else None
    if isinstance(expr, facts.Attr) and base is not None and base.kind in ("class", "instance") and base.mod is not None:
        given = base.mod.class_body.get(base.number, {}).get(expr.name, ())
        if given and given[-1].value is not None:
            return base.mod.place(given[-1].value)
    return mod.place(expr)


def is_setting(app: App, key: SigningKey) -> bool:
    """Whether it is the setting of a framework, which takes any text that nobody can guess."""
    known = app.code.knowledge.signing
    return key.what.startswith("Django's ") or key.what in known.attributes or key.what in known.keys


def _process(app: App, mod: Mod) -> str:
    return next(iter(app.code.reached_by(mod.path)), "")


Given = tuple[str, Mod, int, facts.AnyExpr, int]


def _given(app: App) -> Iterator[Given]:
    """Every place that gives a key: its name, module, function, expression, guard."""
    code = app.code
    if code.django is not None and any(code.runs_django(p) for p in app.processes.values()):
        found = code.django.setting("SECRET_KEY")
        if found is not None and found.assign.value is not None:
            yield "Django's SECRET_KEY", found.mod, NONE, found.assign.value, found.assign.guard
    for effect in code.effects_of("signs"):
        expr, _ = code.argument(effect, effect.row.secret)
        if expr is not None:
            what = f"the key for {effect.name.replace('()', '')}"
            yield what, *_in_options(code, effect, expr), effect.fact.guard
    for mod in code.modules:
        known = code.knows(mod).signing
        if any(key in mod.source.text for key in (*known.attributes, *known.keys)):
            yield from _assigned(code, mod)
            yield from _in_config_calls(code, mod)
    yield from _config_objects(code)
    for mod, fact, expr in session_secrets.told(code):
        yield code.knows(mod).signing.setting, mod, fact.function, expr, fact.guard


def _in_options(code: Program, effect: Effect, expr: facts.AnyExpr) -> tuple[Mod, int, facts.AnyExpr]:
    """Where a key is written: for options that were bound to a name before (`session(options)`), in those."""
    where, scope, made = origin(code.linker, effect.mod, effect.fact.function, expr)
    if isinstance(made, facts.Mapping):
        held = (option(facts.Call(made.start, made.end, made, (made,)), name) for name in effect.row.secret.split())
        inner = next((one for one in held if one is not None), None)
        if inner is not None:
            return where, scope, inner
    return effect.mod, effect.fact.function, expr


def _assigned(code: Program, mod: Mod) -> Iterator[Given]:
    """`app.secret_key = …`, `app.config["SECRET_KEY"] = …`."""
    known = code.knows(mod).signing
    for assign in mod.facts.assigns:
        target, value = assign.target, assign.value
        if value is None or assign.op != "=":
            continue
        if isinstance(target, facts.Attr) and target.name in known.attributes:
            name, base = target.name, target.base
        elif isinstance(target, facts.Index) and isinstance(target.key, facts.Const) and target.key.value in known.keys:
            if not isinstance(target.base, facts.Attr) or target.base.name != "config":
                continue
            name, base = str(target.key.value), target.base.base
        else:
            continue
        if code.linker.qualified(mod, assign.function, base) in known.objects and not _replaced(code, mod, assign):
            yield name, mod, assign.function, value, assign.guard


def _spelled(target: facts.AnyExpr) -> str | None:
    """Where an assignment goes, as text: `app.secret_key`, `app.config.SECRET_KEY`."""
    if isinstance(target, facts.Index) and isinstance(target.key, facts.Const):
        return f"{dotted(target.base)}.{target.key.value}"
    return dotted(target)


def _replaced(code: Program, mod: Mod, assign: facts.Assign) -> bool:
    """Whether a later assignment to the same place takes its effect away for certain."""
    return any(
        other.start > assign.start
        and other.function == assign.function
        and other.op == "="
        and _spelled(other.target) == _spelled(assign.target)
        and code.guards.holds(mod, other.guard) is True
        for other in mod.facts.assigns
    )


def _in_config_calls(code: Program, mod: Mod) -> Iterator[Given]:
    """`app.config.update(SECRET_KEY=…)`."""
    known = code.knows(mod).signing
    for fact in mod.facts.calls:
        func = fact.call.func
        if not isinstance(func, facts.Attr) or func.name not in _CONFIG_CALLS or not isinstance(func.base, facts.Attr):
            continue
        if func.base.name == "config" and code.linker.qualified(mod, fact.function, func.base.base) in known.objects:
            for key in known.keys:
                if (expr := argument(fact.call, None, key)) is not None:
                    yield key, mod, fact.function, expr, fact.guard


def _config_objects(code: Program) -> Iterator[Given]:
    """Keys in the class or module that `app.config.from_object` reads; where it cannot be told which, in the only class that has one."""
    names = tuple(f"{one}.config.from_object" for one in code.knowledge.signing.objects)
    for mod, fact, _ in code.calls_named(*names):
        keys = code.knows(mod).signing.keys
        expr = fact.call.args[0] if fact.call.args else None
        if expr is None:
            continue
        found = _config_holder(code, mod, fact.function, expr)
        if found is None:
            yield from _only_config_class(code)
            continue
        holder, number = found
        for assign in holder.facts.assigns:
            if isinstance(assign.target, facts.Name) and assign.target.id in keys and assign.value is not None:
                if assign.klass == number and assign.function == NONE:
                    yield assign.target.id, holder, NONE, assign.value, assign.guard


def _config_holder(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[Mod, int] | None:
    """The module (number -1) or class that the argument of `from_object` means and that itself gives a key."""
    value = code.fold(mod, function, expr)
    if isinstance(value, Known) and isinstance(value.value, str):
        if (path := code.code.find(value.value)) and (whole := code.code.mod(path)) is not None:
            return whole, NONE
        module, _, name = value.value.rpartition(".")
        inner = code.code.mod(code.code.find(module) or "")
        number = next((i for i, cls in enumerate(inner.facts.classes) if cls.name == name), NONE) if inner is not None else NONE
        return _with_key(code, inner, number) if inner is not None and number != NONE else None
    target = code.linker.resolve(mod, function, expr.func if isinstance(expr, facts.Call) else expr)
    if target is None or target.mod is None:
        return None
    if target.kind == "module":
        return target.mod, NONE
    return _with_key(code, target.mod, target.number) if target.kind in ("class", "instance") else None


def _with_key(code: Program, mod: Mod, number: int) -> tuple[Mod, int]:
    """The class, or the nearest base of it, that gives a key."""
    keys = code.knows(mod).signing.keys
    if keys & mod.class_body.get(number, {}).keys():
        return mod, number
    for base in code.linker.bases(mod, number):
        if base.kind == "class" and base.mod is not None and (base.mod.path, base.number) != (mod.path, number):
            return _with_key(code, base.mod, base.number)
    return mod, number


def _only_config_class(code: Program) -> Iterator[Given]:
    found: list[Given] = []
    for mod in code.modules:
        keys = code.knows(mod).signing.keys
        for number, cls in enumerate(mod.facts.classes):
            for key in keys & mod.class_body.get(number, {}).keys():
                assign = mod.class_body[number][key][-1]
                if assign.value is not None and not cls.name.lower().startswith(_LOCAL_CLASSES):
                    found.append((key, mod, NONE, assign.value, assign.guard))
    if len(found) == 1:
        yield found[0]


def _source(app: App, value: Value) -> tuple[str, Source, str]:
    """(variable, where the key comes from when it is unset, the literal)."""
    if isinstance(value, Items):
        value = value.items[0] if value.items else UNKNOWN
    variable = value.name if isinstance(value, Env) else ""
    settled = value
    while isinstance(settled, Env):
        if settled.default is None or settled.required:
            return variable, "environment", ""
        settled = settled.default
    if isinstance(settled, Known):
        text = settled.value if isinstance(settled.value, str) else ""
        return variable, ("literal" if text else "environment"), text
    if any(isinstance(one, Env) for one in walk(settled)):
        return variable, "unknown", ""
    random = app.code.knowledge.signing.random
    if isinstance(settled, Made | Text) and any(isinstance(one, Made) and one.name in random for one in walk(settled)):
        return variable, "random", ""
    return variable, "unknown", ""
