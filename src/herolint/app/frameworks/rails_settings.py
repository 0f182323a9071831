"""What Ruby files of a Rails app set: `config.x.y = value` and its like, with the condition that each stands under."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Assign, CallFact
from herolint.code.queries import dotted
from herolint.finding import Place

_ROOTS = ("Rails.application.config.", "Rails.configuration.", "config.", "self.config.")
_APPENDS = frozenset({"<<", "push", "append", "concat", "unshift", "prepend", "add"})


class Setting(msgspec.Struct, frozen=True):
    """One place where a setting is given a value.

    `name` is what stands behind `config.` (`action_mailer.delivery_method`). `owner` is empty for Rails' own configuration, else the
    call whose block is given its own `config` (`Devise.setup`). `op` is `=`, another assignment operator, `<<` where something is added
    to a list, or `call` where the setting is a call (`config.session_store :cookie_store`): then `args` are its arguments, of which
    `value` is the first.
    """

    name: str
    owner: str
    op: str
    value: AnyExpr | None
    args: tuple[AnyExpr, ...]
    mod: Mod
    fact: Assign | CallFact

    @property
    def guard(self) -> int:
        """The condition that it stands under."""
        return self.fact.guard

    @property
    def start(self) -> int:
        """The byte that it starts with."""
        return self.fact.start if isinstance(self.fact, Assign) else self.fact.call.start

    def place(self, label: str = "") -> Place:
        """Where the whole setting stands."""
        return self.mod.place(self.fact if isinstance(self.fact, Assign) else self.fact.call, label)

    def value_place(self, label: str = "") -> Place:
        """Where its value stands, if it has one."""
        return self.mod.place(self.value, label) if self.value is not None else self.place(label)

    @property
    def word(self) -> str | None:
        """The value where it is a string or symbol, or a list that starts with one (`:redis_cache_store, { … }`)."""
        value = self.value
        if isinstance(value, facts.Sequence) and value.items:
            value = value.items[0]
        return value.value if isinstance(value, facts.Const) and isinstance(value.value, str) else None


def settings_in(mod: Mod) -> tuple[Setting, ...]:
    """The settings of one file in source order."""
    owners = _owners(mod)
    found = [*_assigned(mod, owners), *_called(mod, owners)]
    return tuple(sorted(found, key=lambda setting: setting.start))


def _owners(mod: Mod) -> dict[int, tuple[str, str]]:
    """Blocks with a parameter that are given to a call: (the parameter's name, what is called)."""
    found: dict[int, tuple[str, str]] = {}
    for fact in mod.facts.calls:
        for arg in fact.call.args:
            if isinstance(arg, facts.Closure):
                params = mod.facts.functions[arg.number].params
                called = dotted(fact.call.func)
                if params and called:
                    found[arg.number] = params[0].name, called
    return found


def _assigned(mod: Mod, owners: dict[int, tuple[str, str]]) -> Iterator[Setting]:
    for assign in mod.facts.assigns:
        named = _named(mod, owners, dotted(assign.target), assign.function)
        if named is not None:
            value = assign.value
            yield Setting(*named, assign.op, value, (value,) if value is not None else (), mod, assign)


def _called(mod: Mod, owners: dict[int, tuple[str, str]]) -> Iterator[Setting]:
    for fact in mod.facts.calls:
        func = fact.call.func
        if not isinstance(func, facts.Attr):
            continue
        op, target = "call", dotted(func)
        if func.name in _APPENDS:
            op, target = "<<", dotted(func.base)
        elif not fact.call.args:
            if func.name != "clear":
                continue
            op, target = "clear", dotted(func.base)
        named = _named(mod, owners, target, fact.function)
        if named is not None:
            yield Setting(*named, op, fact.call.args[0] if fact.call.args else None, fact.call.args, mod, fact)


def _named(mod: Mod, owners: dict[int, tuple[str, str]], target: str | None, function: int) -> tuple[str, str] | None:
    """The name and owner of a setting, if the target is one."""
    if target is None:
        return None
    first, _, rest = target.partition(".")
    scope = function
    while scope != NONE:
        if scope in owners and owners[scope][0] == first and rest:
            return rest, "" if owners[scope][1] in ("Rails.application.configure", "config.to_prepare") else owners[scope][1]
        scope = mod.facts.functions[scope].parent
    root = next((root for root in _ROOTS if target.startswith(root)), None)
    return (target.removeprefix(root), "") if root is not None and target != root else None
