"""Folding: what an expression's value will be in production, through names, attributes, parameters, modules and documents."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from herolint.app.folding.command_line import option_read
from herolint.app.folding.config_entries import ConfigEntries
from herolint.app.folding.config_files import ConfigFiles
from herolint.app.folding.env_reads import ENV_TABLES
from herolint.app.folding.environment import Environment
from herolint.app.folding.fields import MAX_DEPTH, Fields
from herolint.app.folding.fills import fills_empty
from herolint.app.folding.fold_calls import Calls
from herolint.app.folding.givers import Given, Givers
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.operators import HOME, binary, either, join
from herolint.app.linking.origins import given_to
from herolint.app.linking.target import Target
from herolint.app.linking.values import UNKNOWN, AnyOf, Env, Items, Known, Made, Ref, Table, Value
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Import

_OWN_PATH = {"__file__": True, "__FILE__": True, "__filename": True, "__dirname": False, "__dir__": False}
"""Names for the file that they stand in, or (False) for its folder."""


class Folder:
    """Folds expressions of one code base. `holds` tells of a guard whether it holds in production, `truth` of a test (None: unknown)."""

    def __init__(
        self,
        linker: Linker,
        environment: Environment,
        holds: Callable[[Mod, int], bool | None],
        truth: Callable[[Mod, int, facts.AnyExpr, int], bool | None],
    ) -> None:
        self.linker = linker
        self.environment = environment
        self.holds = holds
        self.truth = truth
        self._cache: dict[tuple[str, int, int], tuple[facts.AnyExpr, Value]] = {}
        """What was found, by file, function and the expression's identity, with the expression: as long as it is kept, no other has that."""
        self.givers = Givers(linker)
        self.calls = Calls(self)
        self.fields = Fields(self)
        self.entries = ConfigEntries(self)
        self.files = ConfigFiles(self)
        self.given: dict[tuple[str, int], dict[str, Value]] = {}
        """Values of parameters, by the functions of the project that are being called."""
        self._asks_callers = False

    def fold(self, mod: Mod, function: int, expr: facts.AnyExpr | None, depth: int = 0) -> Value:
        """The value of the expression in the scope of that function (-1: the module)."""
        if expr is None or depth > MAX_DEPTH:
            return UNKNOWN
        key = (mod.path, function, id(expr))
        known = self._cache.get(key)
        if known is None:
            self._cache[key] = (expr, UNKNOWN)  # while it is found out
            known = self._cache[key] = (expr, self._fold(mod, function, expr, depth + 1))
        return known[1]

    def forget(self) -> None:
        """Find everything anew: more of what runs has been read since."""
        self._cache = {}

    @contextmanager
    def calling(self, mod: Mod, number: int, given: dict[str, Value]) -> Iterator[None]:
        """Folds as in a call of that function with these values of its parameters: what is found then holds for this call alone."""
        cache, self._cache = self._cache, self._cache if not given else {}
        self.given[mod.path, number] = given
        try:
            yield
        finally:
            del self.given[mod.path, number]
            self._cache = cache

    @contextmanager
    def asking_callers(self) -> Iterator[None]:
        """Folds a parameter to what the few callers of its function give, whatever the language: for what is the same in every call."""
        before = self._cache, self._asks_callers
        self._cache, self._asks_callers = {}, True
        try:
            yield
        finally:
            self._cache, self._asks_callers = before

    def _fold(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Value:
        def go(inner: facts.AnyExpr) -> Value:
            return self.fold(mod, function, inner, depth)

        match expr:
            case facts.Const(value=value):
                return Known(value)
            case facts.Name() | facts.Attr():
                return self._name(mod, function, expr, depth)
            case facts.Concat(parts=parts):
                return join([go(p) for p in parts])
            case facts.Logic(op="or" | "||" | "??", parts=parts):
                return either([go(p) for p in parts])
            case facts.Logic(parts=parts):
                return AnyOf(tuple(go(p) for p in reversed(parts)))
            case facts.Choice(test=test, then=then, other=other):
                return self._choice(mod, function, test, go(then), go(other), depth)
            case facts.Binary(op=op, left=left, right=right):
                return binary(op, go(left), go(right))
            case facts.Unary(op="-", value=value):
                inner = go(value)
                return Known(-inner.value) if isinstance(inner, Known) and isinstance(inner.value, int | float) else UNKNOWN
            case facts.Unary(op="not", value=value):
                inner = go(value)
                return Known(not inner.value) if isinstance(inner, Known) else UNKNOWN
            case facts.Unary(op="await", value=value):
                return go(value)
            case facts.Sequence(items=items):
                return Items(tuple(go(i.value) if isinstance(i, facts.Star) else go(i) for i in items))
            case facts.Mapping(items=pairs):
                return self._mapping(mod, function, pairs, depth)
            case facts.Index(base=base, key=index):
                return self._index(mod, function, base, go(index), depth)
            case facts.Call():
                return self.calls.fold(mod, function, expr, depth)
        return UNKNOWN

    def _mapping(self, mod: Mod, function: int, pairs: tuple[tuple[facts.AnyExpr, facts.AnyExpr], ...], depth: int) -> Value:
        entries: list[tuple[str, Value, int, int]] = []
        whole = True
        for key, value in pairs:
            folded = self.fold(mod, function, value.value if isinstance(value, facts.Star) else value, depth)
            if isinstance(key, facts.Star):
                if isinstance(folded, Table):
                    entries.extend(folded.entries)
                else:
                    whole = False
                continue
            name = self.fold(mod, function, key, depth)
            if isinstance(name, Known):
                entries.append((str(name.value), folded, key.start, value.end))
        return Table(tuple(entries), whole)

    def _choice(self, mod: Mod, function: int, test: facts.AnyExpr, then: Value, other: Value, depth: int) -> Value:
        truth = self.truth(mod, function, test, depth)
        if truth is not None:
            return then if truth else other
        return AnyOf((then, other))

    def _index(self, mod: Mod, function: int, base: facts.AnyExpr, key: Value, depth: int) -> Value:
        name = key.value if isinstance(key, Known) else None
        qualified = self.linker.qualified(mod, function, base)
        if qualified == "sys.argv":
            return Ref("sys.argv")
        if qualified in ENV_TABLES and isinstance(name, str):
            return Env(name, None if qualified == "os.environ" else Known(None), required=qualified == "os.environ")
        if qualified in self.linker.settings.objects and isinstance(name, str):
            return self.entries.value(name, depth)
        if qualified and qualified.endswith("dotenv_values()") and isinstance(name, str):
            return Env(name)
        if (option := option_read(self.linker.code, self.environment, qualified, name)) is not None:
            return option
        folded = self.fold(mod, function, base, depth)
        if isinstance(folded, Table) and name is None and isinstance(settled := self.environment.settled(key), Known):
            name = settled.value
        if isinstance(folded, Table) and isinstance(name, str):
            return folded.get(name) or UNKNOWN
        if isinstance(folded, Items) and isinstance(name, int) and -len(folded.items) <= name < len(folded.items):
            return folded.items[name]
        return UNKNOWN

    def _name(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Value:
        if isinstance(expr, facts.Name) and expr.id in _OWN_PATH:
            return Known(f"{HOME}/{mod.path}" if _OWN_PATH[expr.id] else posixpath.dirname(f"{HOME}/{mod.path}"))
        if isinstance(expr, facts.Attr):
            base = self.fields.attribute(mod, function, expr, depth)
            if base is not None:
                return base
        if isinstance(expr, facts.Name):
            value = self._local(mod, function, expr, depth)
            if value is None and expr.id[:1].isupper():
                value = self.fields.enclosed(mod, function, expr.id, depth)
            if value is not None:
                return value
        return self._target(self.linker.resolve(mod, function, expr), depth)

    def _target(self, target: Target | None, depth: int) -> Value:
        if target is None:
            return UNKNOWN
        if target.kind == "external":
            constant = self.linker.constants.get(target.name)
            return Ref(target.name) if constant is None else Known(constant)
        if target.kind == "variable" and target.mod is not None:
            return self.bindings(target.mod, list(target.bindings), depth)
        if target.kind in ("function", "class") and target.mod is not None:
            return Ref(f"{target.mod.path}:{target.name}")
        return UNKNOWN

    def _local(self, mod: Mod, function: int, expr: facts.Name, depth: int) -> Value | None:
        scope = function
        while scope != NONE:
            fn = mod.facts.functions[scope]
            if (mod.path, scope) in self.given and expr.id in self.given[mod.path, scope]:
                return self.given[mod.path, scope][expr.id]
            position = next((i for i, p in enumerate(fn.params) if p.name == expr.id), None)
            if position is not None:
                return self._parameter(mod, scope, position, expr, depth)
            bindings = mod.names.get(scope, {}).get(expr.id)
            if bindings:
                before = [b for b in bindings if b.start <= expr.start]
                value = self.bindings(mod, before or bindings, depth, expr)
                outer = self._local(mod, fn.parent, expr, depth) if not before else None  # `if (ready) return; ready = true`
                return value if outer is None else AnyOf((outer, value))
            scope = fn.parent
        bindings = mod.names.get(NONE, {}).get(expr.id)
        if not bindings:
            return None
        if function == NONE:
            bindings = [b for b in bindings if b.start < expr.start] or bindings
        if not any(isinstance(b.what, Assign) for b in bindings):
            what = bindings[-1].what
            if isinstance(what, Import) and what.name in (None, "default") and (whole := self.whole(mod, what.module, depth)) is not None:
                return whole
            found = self._target(self.linker.lookup(mod, function, expr.id), depth)
            held = given_to(self.linker, mod, what) if isinstance(found, Ref) and isinstance(what, Import) else None
            value = self.bindings(*held, depth + 1) if held is not None and depth < MAX_DEPTH else UNKNOWN
            return found if value == UNKNOWN else value
        return self.bindings(mod, bindings, depth, expr)

    def _parameter(self, mod: Mod, function: int, position: int, expr: facts.Name, depth: int) -> Value:
        """What a parameter holds by the calls elsewhere, where types tell which those are; else its default, if no call passes anything."""
        fn = mod.facts.functions[function]
        if self.linker.dialect(mod).follows_values:
            given = self.any_given(self.givers.of_parameter(mod, function, position), depth)
            changes = [b for b in mod.names.get(function, {}).get(expr.id, ()) if b.start <= expr.start]
            return AnyOf((self.bindings(mod, changes, depth, expr), given)) if changes else given
        default = fn.params[position].default
        if default is None or self.linker.code.passes(fn, position, expr.id):
            rebound = any(b.start <= expr.start for b in mod.names.get(function, {}).get(expr.id, ()))
            return self.any_given(self.givers.told(mod, function, position), depth) if self._asks_callers and not rebound else UNKNOWN
        return self.fold(mod, fn.parent, default, depth)

    def whole(self, mod: Mod, specifier: str, depth: int) -> Value | None:
        """What a module or document is as a whole, where its specifier leads to one whose value is known."""
        given = self.linker.dialect(mod).given(mod, specifier)
        if not isinstance(given, tuple):
            return given
        folded = self.fold(given[0], NONE, given[1], depth)
        return folded if isinstance(folded, Table) else None

    def bindings(self, mod: Mod, bindings: list[Binding], depth: int, at: facts.Expr | None = None) -> Value:
        """The value of a name from its bindings: later ones hide earlier ones unless they are conditional."""
        values: list[Value] = []
        fills: list[bool] = []
        for binding in reversed(bindings):
            what = binding.what
            if at is not None and binding.start <= at.start < getattr(what, "end", 0):
                continue
            holds = self.holds(mod, binding.guard)
            if holds is False:
                continue
            if isinstance(what, Assign) and what.op == "+=":
                continue
            if isinstance(what, Assign) and what.op in ("=", ":=") and isinstance(what.target, facts.Name):
                values.append(self.fold(mod, what.function, what.value, depth))
            elif isinstance(what, Assign) and what.op == "with" and isinstance(what.target, facts.Name):
                made = self.fold(mod, what.function, what.value, depth)
                values.append(made if isinstance(made, Made) else UNKNOWN)  # most give themselves: `with TemporaryDirectory() as folder`
            else:
                values.append(UNKNOWN)
            fills.append(isinstance(what, Assign) and fills_empty(mod, what))
            if binding.guard == NONE or holds is True:
                break
        if len(values) == 1:
            return values[0]
        if len(values) > 1 and isinstance(values[-1], Env) and all(fills[:-1]):
            return either(values[::-1])
        return AnyOf(tuple(values)) if values else UNKNOWN

    def any_given(self, given: tuple[Given, ...], depth: int) -> Value:
        """One of the values that are given, where all are known."""
        distinct = tuple(dict.fromkeys(self.fold(one.mod, one.function, one.expr, depth + 2) for one in given))
        if not distinct or UNKNOWN in distinct:
            return UNKNOWN
        return distinct[0] if len(distinct) == 1 else AnyOf(distinct)
