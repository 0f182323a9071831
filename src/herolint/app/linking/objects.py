"""What objects are: those that methods belong to, that parameters hold, that types declare, and that calls make or give back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.target import MAX_DEPTH, Target
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Function, Param
from herolint.code.queries import walk

if TYPE_CHECKING:
    from herolint.app.linking.link import Linker


class Objects:
    """Follows types and results for a linker, which resolves the names in them."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def receiver(self, mod: Mod, fn: Function) -> Target | None:
        """The object that a method belongs to."""
        where = (mod, fn.klass) if fn.klass != NONE else self.linker.dialect(mod).type_named(mod, fn.owner) if fn.owner else None
        if where is None:
            return None
        return Target("instance", where[0].facts.classes[where[1]].qualname, *where)

    def parameter(self, mod: Mod, fn: Function, param: Param, depth: int) -> Target | None:
        """What a parameter holds: by custom, by its declared type, or by what a framework gives for it."""
        if param.kind != "plain":
            return None
        if param.annotation is None and (usual := self._usual(mod, fn, param)):
            return Target("external", usual)
        declared = self.typed(mod, fn.parent, param.annotation, depth)
        return declared or self._injected(mod, fn.parent, (param.default, param.annotation), depth)

    def _usual(self, mod: Mod, fn: Function, param: Param) -> str | None:
        """What a parameter holds by custom of its name, or of its name in a function of such a name (`init_app.app`)."""
        known = self.linker.parameters.get(mod.facts.language, {})
        return known.get(param.name) or known.get(f"{fn.name}.{param.name}")

    def typed(self, mod: Mod, function: int, annotation: facts.AnyExpr | None, depth: int) -> Target | None:
        """An object of a declared type."""
        if annotation is None or depth > MAX_DEPTH:
            return None
        kind = self.linker.resolve(mod, function, self.linker.dialect(mod).declared(annotation), depth)
        if kind is not None and (alias := _alias(kind)) is not None and kind.mod is not None:
            return self.typed(kind.mod, NONE, alias, depth + 1) or self._injected(kind.mod, NONE, (alias,), depth)
        return self.result(kind, depth) if kind and kind.kind in ("class", "external") else None

    def _injected(self, mod: Mod, function: int, exprs: Iterable[facts.AnyExpr | None], depth: int) -> Target | None:
        """What a framework gives for a parameter: the result of the function that its default or its type names."""
        for expr in exprs if self.linker.injecting else ():
            for call in walk(expr) if expr is not None else ():
                if isinstance(call, facts.Call) and call.args and self.linker.qualified(mod, function, call.func) in self.linker.injecting:
                    made = self.linker.resolve(mod, function, call.args[0], depth)
                    return self.result(made, depth) if made is not None else None
        return None

    def result(self, target: Target, depth: int) -> Target | None:
        """What a call of the target gives back."""
        match target.kind:
            case "external":
                name = f"{target.name}()"
                return Target("external", self.linker.returns.get(name, name))
            case "class":
                return Target("instance", target.name, target.mod, target.number)
            case "instance" if target.mod is not None:
                call = self.linker.attribute(target, "__call__", depth)
                return self.result(call, depth) if call and call.kind == "function" else None
            case "function" if target.mod is not None:
                return self._returned(target.mod, target.number, depth)
        return None

    def also_returned(self, mod: Mod, number: int, position: int, depth: int) -> Target | None:
        """What a function of the project gives back at a position after the first (`a, b := f()`)."""
        at = 0
        for returned in mod.facts.returns:
            if returned.function == number:
                at = at + 1 if returned.op == "also" else 0
                if at == position and returned.value is not None and (found := self.linker.resolve(mod, number, returned.value, depth)):
                    return found
        return None

    def _returned(self, mod: Mod, number: int, depth: int) -> Target | None:
        """What a function of the project gives back: by its returns, else by its declared type."""
        for returned in mod.facts.returns:
            if returned.function == number and returned.value is not None and returned.op != "also":
                found = self.linker.resolve(mod, number, returned.value, depth)
                if found:
                    return found
        fn = mod.facts.functions[number]
        return self.typed(mod, fn.parent, fn.result, depth)


def _alias(target: Target) -> facts.AnyExpr | None:
    """The type that a variable of a module is another name for (`StoreDep = Annotated[Store, …]`)."""
    what = target.bindings[0].what if target.kind == "variable" and len(target.bindings) == 1 else None
    return what.value if isinstance(what, Assign) and isinstance(what.value, facts.Index | facts.Binary) else None
