"""What a name means: following it through assignments, imports, classes and instances to its definition."""

from __future__ import annotations

import builtins
from typing import NamedTuple

from herolint.app.codebase import Binding, CodeBase, Mod
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Class, Function, Import

MAX_DEPTH = 24
_BUILTINS = frozenset(dir(builtins))


class Target(NamedTuple):
    """What an expression names.

    `kind`: `external` (name: qualified; `x()` marks the result of calling x), `module` (mod), `function`, `class`, `instance`
    (mod and number of the project's definition), `variable` (mod, name and its bindings).
    """

    kind: str
    name: str
    mod: Mod | None = None
    number: int = NONE
    bindings: tuple[Binding, ...] = ()


class Linker:
    """Resolves expressions of one code base. All methods answer None for what cannot be known."""

    def __init__(self, code: CodeBase) -> None:
        self.code = code
        self._cache: dict[tuple[str, int, facts.AnyExpr], Target | None] = {}

    def qualified(self, mod: Mod, function: int, expr: facts.AnyExpr) -> str | None:
        """The qualified name of something outside the project that the expression names, e.g. `requests.get`."""
        target = self.resolve(mod, function, expr)
        return target.name if target and target.kind == "external" else None

    def resolve(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> Target | None:
        """What the expression names, in the scope of that function (-1: the module)."""
        if depth > MAX_DEPTH or not isinstance(expr, facts.Name | facts.Attr | facts.Call | facts.Unary | facts.Logic | facts.Choice):
            return None
        key = (mod.path, function, expr)
        if key in self._cache:
            return self._cache[key]
        self._cache[key] = None
        found = self._resolve(mod, function, expr, depth + 1)
        self._cache[key] = found
        return found

    def _resolve(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Target | None:
        match expr:
            case facts.Name(id=name):
                return self.lookup(mod, function, name, depth, expr.start)
            case facts.Attr(base=base, name=name):
                target = self._base(mod, function, base, depth)
                return self.member(target, name, depth) if target else None
            case facts.Call(func=func):
                target = self.resolve(mod, function, func, depth)
                return self._result(target, depth) if target else None
            case facts.Unary(op="await", value=value):
                return self.resolve(mod, function, value, depth)
            case facts.Logic(parts=parts):
                return next((t for p in parts if (t := self.resolve(mod, function, p, depth))), None)
            case facts.Choice(then=then, other=other):
                return self.resolve(mod, function, then, depth) or self.resolve(mod, function, other, depth)
        return None

    def _base(self, mod: Mod, function: int, base: facts.AnyExpr, depth: int) -> Target | None:
        if isinstance(base, facts.Const) and isinstance(base.value, str):
            return Target("external", "str()")
        return self.resolve(mod, function, base, depth)

    def lookup(self, mod: Mod, function: int, name: str, depth: int = 0, before: int = -1) -> Target | None:
        """What a plain name means in a scope: parameters hide, then functions outwards, then the module, then builtins."""
        scope = function
        while scope != NONE:
            fn = mod.facts.functions[scope]
            for param in fn.params:
                if param.name == name:
                    return self._parameter(mod, scope, fn, name, depth)
            bindings = mod.names.get(scope, {}).get(name)
            if bindings:
                return self._bound(mod, name, bindings, depth, before)
            scope = fn.parent
        bindings = mod.names.get(NONE, {}).get(name)
        if bindings:
            return self._bound(mod, name, bindings, depth, before if function == NONE else -1)
        found = self._starred(mod, name, depth)
        if found:
            return found
        return Target("external", name) if name in _BUILTINS else None

    def _parameter(self, mod: Mod, scope: int, fn: Function, name: str, depth: int) -> Target | None:
        if fn.klass != NONE and fn.receiver == name:
            return Target("instance", mod.facts.classes[fn.klass].qualname, mod, fn.klass)
        param = next(p for p in fn.params if p.name == name)
        if param.annotation is not None and param.kind == "plain":
            kind = self.resolve(mod, fn.parent, param.annotation, depth)
            return self._result(kind, depth) if kind and kind.kind in ("class", "external") else None
        return None

    def _starred(self, mod: Mod, name: str, depth: int) -> Target | None:
        for imp in reversed(mod.facts.imports):
            if imp.name == "*" and imp.function == NONE and depth < MAX_DEPTH:
                dotted = self.code.absolute(mod, imp)
                path = self.code.find(dotted, mod.path.rpartition("/")[0])
                other = self.code.mod(path) if path else None
                if other is not None and other is not mod:
                    found = self.lookup(other, NONE, name, depth + 4)
                    if found and not (found.kind == "external" and found.name in _BUILTINS):
                        return found
        return None

    def _bound(self, mod: Mod, name: str, bindings: list[Binding], depth: int, before: int) -> Target | None:
        earlier = [b for b in bindings if before < 0 or b.start <= before] or bindings
        for binding in reversed(earlier):
            match binding.what:
                case Import() as imp:
                    return self._import(mod, imp, depth)
                case Function():
                    return Target("function", binding.what.qualname, mod, binding.number)
                case Class():
                    return Target("class", binding.what.qualname, mod, binding.number)
                case Assign() as assign:
                    if not isinstance(assign.target, facts.Name) or assign.op not in ("=", ":=", "with") or assign.value is None:
                        continue
                    found = self.resolve(mod, assign.function, assign.value, depth)
                    if found:
                        return found
        return Target("variable", name, mod, bindings=tuple(earlier))

    def _import(self, mod: Mod, imp: Import, depth: int) -> Target | None:
        dotted = self.code.absolute(mod, imp)
        folder = mod.path.rpartition("/")[0]
        beside = folder if folder in self.code.roots else ""
        if imp.name is None:
            top = dotted if imp.alias == dotted or "." not in dotted or imp.alias != dotted.partition(".")[0] else dotted.partition(".")[0]
            path = self.code.find(top, beside)
            if path:
                other = self.code.mod(path)
                return Target("module", top, other) if other else None
            if self.code.is_folder(top):
                return Target("module", top)
            return Target("external", top)
        path = self.code.find(dotted, beside)
        if path:
            other = self.code.mod(path)
            if other is not None and other is not mod:
                return self.member(Target("module", dotted, other), imp.name, depth)
            return None
        if self.code.is_folder(dotted) or not dotted:
            return self.member(Target("module", dotted), imp.name, depth)
        return Target("external", f"{dotted}.{imp.name}")

    def member(self, target: Target, name: str, depth: int = 0) -> Target | None:
        """What `target.name` means."""
        if depth > MAX_DEPTH:
            return None
        match target.kind:
            case "external":
                return Target("external", f"{target.name}.{name}")
            case "module":
                if target.mod is not None and name in target.mod.names.get(NONE, {}):
                    return self.lookup(target.mod, NONE, name, depth + 1)
                dotted = f"{target.name}.{name}" if target.name else name
                path = self.code.find(dotted)
                if path:
                    other = self.code.mod(path)
                    return Target("module", dotted, other) if other else None
                if target.mod is not None:
                    return self._starred(target.mod, name, depth + 1)
                return Target("module", dotted) if self.code.is_folder(dotted) else None
            case "class" | "instance":
                return self._attribute(target, name, depth + 1, set())
        return None

    def _attribute(self, target: Target, name: str, depth: int, seen: set[tuple[str, int]]) -> Target | None:
        mod = target.mod
        if mod is None or depth > MAX_DEPTH or (mod.path, target.number) in seen:
            return None
        seen.add((mod.path, target.number))
        index = target.number
        if name in mod.methods.get(index, {}):
            method = mod.methods[index][name]
            return Target("function", mod.facts.functions[method].qualname, mod, method)
        for assign in [*mod.self_assigns.get((index, name), ()), *mod.class_body.get(index, {}).get(name, ())]:
            if assign.value is not None:
                found = self.resolve(mod, assign.function, assign.value, depth)
                if found:
                    return found
        for base in self.bases(mod, index, depth):
            if base.kind == "class":
                found = self._attribute(base, name, depth + 1, seen)
                if found:
                    return found
            elif base.kind == "external":
                return Target("external", f"{base.name}().{name}" if target.kind == "instance" else f"{base.name}.{name}")
        return None

    def bases(self, mod: Mod, index: int, depth: int = 0) -> list[Target]:
        """The base classes of a class, those that can be followed."""
        found = []
        for base in mod.facts.classes[index].bases:
            if not isinstance(base, facts.Keyword | facts.Star):
                target = self.resolve(mod, mod.facts.classes[index].parent_function, base, depth + 1)
                if target:
                    found.append(target)
        return found

    def ancestors(self, mod: Mod, index: int) -> set[str]:
        """Qualified names of all base classes outside the project, near and far."""
        names: set[str] = set()
        seen: set[tuple[str, int]] = set()
        stack = [(mod, index)]
        while stack:
            at, i = stack.pop()
            if (at.path, i) in seen:
                continue
            seen.add((at.path, i))
            for base in self.bases(at, i):
                if base.kind == "external":
                    names.add(base.name)
                elif base.kind == "class" and base.mod is not None:
                    stack.append((base.mod, base.number))
        return names

    def _result(self, target: Target, depth: int) -> Target | None:
        match target.kind:
            case "external":
                return Target("external", f"{target.name}()")
            case "class":
                return Target("instance", target.name, target.mod, target.number)
            case "instance" if target.mod is not None:
                call = self._attribute(target, "__call__", depth, set())
                return self._result(call, depth) if call and call.kind == "function" else None
            case "function" if target.mod is not None:
                for returned in target.mod.facts.returns:
                    if returned.function == target.number and returned.value is not None:
                        found = self.resolve(target.mod, target.number, returned.value, depth)
                        if found:
                            return found
        return None
