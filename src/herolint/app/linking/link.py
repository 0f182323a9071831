"""What a name means: following it through assignments, imports, classes and instances to its definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.objects import Objects
from herolint.app.linking.target import MAX_DEPTH, Target
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Class, Function, Import
from herolint.code.queries import argument
from herolint.knowledge.settings import Settings

if TYPE_CHECKING:
    from herolint.app.linking.dialects.base import Dialect
    from herolint.knowledge.calls import CallRow

_NO_SETTINGS = Settings()
_NEAR = 3
"""What is found so near to the question does not depend on the way to it."""
_NAMING = frozenset({facts.Name, facts.Attr, facts.Call, facts.Index, facts.Unary, facts.Logic, facts.Choice, facts.Closure})
"""Kinds of expressions that can name something."""


class Linker:
    """Resolves expressions of one code base. All methods answer None for what cannot be known."""

    def __init__(
        self,
        code: CodeBase,
        returns: Mapping[str, str] | None = None,
        parameters: Mapping[str, Mapping[str, str]] | None = None,
        constants: Mapping[str, str | int | float] | None = None,
        mixins: Mapping[str, tuple[str, ...]] | None = None,
        injecting: frozenset[str] = frozenset(),
        rows: Callable[[str], tuple[CallRow, ...]] = lambda _: (),
        settings: Settings = _NO_SETTINGS,
    ) -> None:
        self.code = code
        self.mixins = mixins or {}
        """Modules outside the project, with the methods that they give to classes."""
        self.rows = rows
        """What a call of something outside the project does, by its qualified name."""
        self.settings = settings
        """Objects and calls by which programs keep settings."""
        self.constants = constants or {}
        """Values of names outside the project, where they matter."""
        self.returns = returns or {}
        """Results of calls that behave like another object (`requests.session()` like `requests.Session()`)."""
        self.parameters = parameters or {}
        """What parameters hold by custom of their name, by language."""
        self.injecting = injecting
        """Calls that stand for the result of the function that they are given, where a parameter's default or type names them."""
        self.objects = Objects(self)
        self._dialects: dict[str, Dialect] = {}
        self._puts: dict[str, dict[tuple[str, str], list[tuple[int, facts.AnyExpr]]]] = {}
        self._globals: dict[tuple[str, str], Target | None] = {}
        """What names of modules mean in their functions, by file and name."""
        self._known: dict[str, dict[int, dict[int, tuple[facts.AnyExpr, Target | None]]]] = {}
        """What was found, by file, function and the expression's identity (to compare whole expressions would take longer than to resolve
        them), each with the expression: as long as it is kept, no other one has its identity. One small table for each function: who asks
        about one of its names asks about the others as well."""

    def dialect(self, mod: Mod | None) -> Dialect:
        """How the language of a module finds names; folders without a module of their own are Python's."""
        language = mod.facts.language if mod is not None else "python"
        if language not in self._dialects:
            from herolint.app.linking.dialects import dialect_of  # dialects are made of linkers

            self._dialects[language] = dialect_of(language, self.code)
        return self._dialects[language]

    def qualified(self, mod: Mod, function: int, expr: facts.AnyExpr) -> str | None:
        """The qualified name of something outside the project that the expression names, e.g. `requests.get`."""
        target = self.resolve(mod, function, expr)
        return target.name if target and target.kind == "external" else None

    def resolve(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int = 0) -> Target | None:
        """What the expression names, in the scope of that function (-1: the module)."""
        if depth > MAX_DEPTH:
            return None
        functions = self._known.get(mod.path)
        if functions is None:
            functions = self._known[mod.path] = {}
        here = functions.get(function)
        if here is None:
            here = functions[function] = {}
        known = here.get(id(expr))
        if known is not None:
            return known[1]
        if type(expr) not in _NAMING:
            return None
        here[id(expr)] = (expr, None)  # as long as it is being looked for
        found = self._resolve(mod, function, expr, depth + 1)
        here[id(expr)] = (expr, found)
        return found

    def _resolve(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Target | None:
        # Nearly all are names and attributes.
        if isinstance(expr, facts.Name):
            return self.lookup(mod, function, expr.id, depth, expr.start)
        if isinstance(expr, facts.Attr):
            if self.dialect(mod).stands_for_parent(expr.base):
                return self._inherited(mod, function, expr.name, depth)
            target = self._base(mod, function, expr.base, depth)
            return self.member(target, expr.name, depth) if target else None
        match expr:
            case facts.Call(func=func):
                loaded = self.dialect(mod).loaded(self, mod, expr, depth)
                if loaded is not None:
                    return loaded
                target = self.resolve(mod, function, func, depth)
                if target is not None and target.kind == "external" and self.dialect(mod).plain_calls:
                    return Target("external", self.returns.get(f"{target.name}()", target.name))
                return self.objects.result(target, depth) if target else None
            case facts.Index(base=facts.Call(func=func), key=facts.Const(value=int() as position)) if position > 0:
                target = self.resolve(mod, function, func, depth)
                if target is None or target.kind != "function" or target.mod is None:
                    return None
                return self.objects.also_returned(target.mod, target.number, position, depth)
            case facts.Closure(number=number):
                return Target("function", mod.facts.functions[number].qualname, mod, number)
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
        """What a plain name means in a scope: parameters hide, then functions outwards, then the module, then what the language adds."""
        scope, names = function, mod.names
        while scope != NONE:
            fn = mod.facts.functions[scope]
            if fn.receiver == name and (found := self.objects.receiver(mod, fn)) is not None:
                return found
            for param in fn.params:
                if param.name == name:
                    return self.objects.parameter(mod, fn, param, depth)
            if scope in names and name in names[scope]:
                local = [b for b in names[scope][name] if not _inside(b, before)]
                if local:
                    return self._bound(mod, name, local, depth, before)
            scope = fn.parent
        bindings = names[NONE].get(name) if NONE in names else None
        if bindings:
            return self._bound(mod, name, bindings, depth, before) if function == NONE else self._global(mod, name, bindings, depth)
        return self.dialect(mod).implicit(self, mod, function, name, depth) or self.dialect(mod).free(self, mod, name, depth)

    def _global(self, mod: Mod, name: str, bindings: list[Binding], depth: int) -> Target | None:
        """What a name of the module means in its functions: the same in all of them."""
        key = mod.path, name
        if key not in self._globals:
            found = self._bound(mod, name, bindings, depth, -1)
            if depth > _NEAR:
                return found
            self._globals[key] = found
        return self._globals[key]

    def is_foreign(self, mod: Mod, name: str) -> bool:
        """Whether a module surely has a name from outside the project, or not at all."""
        dialect = self.dialect(mod)
        bindings = mod.names.get(NONE, {}).get(name, ())
        for binding in bindings:
            target = dialect.bound(self, mod, binding.what, 0) if isinstance(binding.what, Import) else None
            if target is None or target.kind != "external":
                return False
        return bool(bindings) or (dialect.strict_names and not mod.imports_all)

    def _bound(self, mod: Mod, name: str, bindings: list[Binding], depth: int, before: int) -> Target | None:
        earlier = bindings
        if before >= 0 and len(bindings) > 1:  # a single one is taken whether it stands above or below
            earlier = [b for b in bindings if b.start <= before and not _inside(b, before)] or bindings
        for binding in reversed(earlier):
            match binding.what:
                case Import() as imp:
                    return self.dialect(mod).bound(self, mod, imp, depth)
                case Function():
                    return Target("function", binding.what.qualname, mod, binding.number)
                case Class():
                    return Target("class", binding.what.qualname, mod, binding.number)
                case Assign(target=facts.Sequence(items=items), op="=", value=value) as assign if value is not None:
                    found = self._part(mod, assign.function, items, value, name, depth)
                    if found:
                        return found
                case Assign() as assign:
                    if not isinstance(assign.target, facts.Name) or assign.op not in ("=", ":=", "with", "||="):
                        continue
                    if assign.value is None:
                        if (declared := self.objects.typed(mod, assign.function, assign.annotation, depth)) is not None:
                            return declared
                        continue
                    found = self.resolve(mod, assign.function, assign.value, depth)
                    if found:
                        return found
        return Target("variable", name, mod, bindings=tuple(earlier))

    def _part(
        self, mod: Mod, function: int, names: tuple[facts.AnyExpr, ...], value: facts.AnyExpr, name: str, depth: int
    ) -> Target | None:
        """What one of several names is given at once: `a, b = x, y`, `a, b = f()`."""
        position = next((i for i, one in enumerate(names) if isinstance(one, facts.Name) and one.id == name), None)
        if position is None or any(isinstance(one, facts.Star) for one in names):
            return None
        given = [(mod, function, value)]
        if isinstance(value, facts.Unary):
            value = value.value
        made = self.resolve(mod, function, value.func, depth) if isinstance(value, facts.Call) else None
        if made is not None and made.kind == "function" and made.mod is not None:
            where, number = made.mod, made.number
            given = [(where, number, one.value) for one in where.facts.returns if one.function == number and one.value is not None]
        for where, scope, whole in given:
            if isinstance(whole, facts.Sequence) and position < len(whole.items):
                found = self.resolve(where, scope, whole.items[position], depth)
                if found:
                    return found
        return None

    def member(self, target: Target, name: str, depth: int = 0) -> Target | None:
        """What `target.name` means."""
        if depth > MAX_DEPTH:
            return None
        match target.kind:
            case "external":
                kept = self._kept(target.name, name, depth + 1) if target.name in self.settings.keeps else None
                return kept or Target("external", f"{target.name}.{name}")
            case "module":
                return self.dialect(target.mod).member(self, target, name, depth)
            case "class" | "instance":
                return self.dialect(target.mod).attribute(self, target, name, depth + 1)
            case "variable" if target.mod is not None and self.dialect(target.mod).options_objects:
                return self._held(target.mod, target.bindings, name, depth + 1)
        return None

    def _kept(self, holder: str, name: str, depth: int) -> Target | None:
        """What the program puts under a name on an object that is there to keep things: `app.state.model = load()`."""
        for mod, assign in self.code.put_on(holder.rpartition(".")[2], name):
            if assign.value is not None and (found := self.resolve(mod, assign.function, assign.value, depth)) is not None:
                return found if found.kind != "variable" else None
        return None

    def _held(self, mod: Mod, bindings: tuple[Binding, ...], name: str, depth: int) -> Target | None:
        """What an object that a variable was bound to holds under a name."""
        for binding in reversed(bindings):
            what = binding.what
            if isinstance(what, Assign) and isinstance(what.value, facts.Mapping):
                for key, inner in reversed(what.value.items):
                    if isinstance(key, facts.Const) and key.value == name:
                        return self.resolve(mod, what.function, inner, depth)
        for binding in bindings:
            what = binding.what
            if isinstance(what, Assign) and isinstance(what.target, facts.Name):
                for function, value in self._put(mod).get((what.target.id, name), ()):
                    if (found := self.resolve(mod, function, value, depth)) is not None:
                        return found
        return None

    def _put(self, mod: Mod) -> dict[tuple[str, str], list[tuple[int, facts.AnyExpr]]]:
        """What a module puts into its objects after they are made (`db.models = models`), by object and name."""
        if mod.path not in self._puts:
            table: dict[tuple[str, str], list[tuple[int, facts.AnyExpr]]] = {}
            for assign in mod.facts.assigns:
                target = assign.target
                if isinstance(target, facts.Attr) and isinstance(target.base, facts.Name) and assign.value is not None:
                    table.setdefault((target.base.id, target.name), []).append((assign.function, assign.value))
            self._puts[mod.path] = table
        return self._puts[mod.path]

    def attribute(self, target: Target, name: str, depth: int, seen: set[tuple[str, int]] | None = None) -> Target | None:
        """What a class or an object holds under a name: its own methods and fields, then those of its bases."""
        mod = target.mod
        seen = set() if seen is None else seen
        if mod is None or depth > MAX_DEPTH or (mod.path, target.number) in seen:
            return None
        seen.add((mod.path, target.number))
        index = target.number
        method = self.methods(mod, index).get(name)
        if method is not None:
            return Target("function", method[0].facts.functions[method[1]].qualname, *method)
        for assign in [*mod.self_assigns.get((index, name), ()), *mod.class_body.get(index, {}).get(name, ())]:
            found = self.resolve(mod, assign.function, assign.value, depth) if assign.value is not None else None
            found = (
                found or self.objects.typed(mod, assign.function, assign.annotation, depth) or self._handed_in(mod, index, assign, depth)
            )
            if found:
                return found
        for base in self.bases(mod, index, depth):
            if base.kind == "class":
                found = self.attribute(base, name, depth + 1, seen)
                if found:
                    return found
            elif base.kind == "external":
                return Target("external", f"{base.name}().{name}" if target.kind == "instance" else f"{base.name}.{name}")
        return None

    def _inherited(self, mod: Mod, function: int, name: str, depth: int) -> Target | None:
        """What the classes above the one that a function is written in hold under a name."""
        while function != NONE and mod.facts.functions[function].klass == NONE:
            function = mod.facts.functions[function].parent
        for base in self.bases(mod, mod.facts.functions[function].klass, depth) if function != NONE else ():
            if base.kind == "external":
                return Target("external", f"{base.name}().{name}")
            if base.kind == "class" and (found := self.attribute(msgspec.structs.replace(base, kind="instance"), name, depth + 1)):
                return found
        return None

    def _handed_in(self, mod: Mod, index: int, assign: Assign, depth: int) -> Target | None:
        """What a field holds that the constructor sets to one of its parameters, where all that make the object give the same kind."""
        if not isinstance(assign.value, facts.Name) or assign.function == NONE or depth > MAX_DEPTH // 2:
            return None
        fn, name = mod.facts.functions[assign.function], assign.value.id
        position = next((i for i, param in enumerate(fn.handed) if param.name == name), None)
        if position is None or fn.name != self.dialect(mod).constructor:
            return None
        found: set[Target] = set()
        for maker, fact in self.code.calls_named(mod.facts.classes[index].name):
            given = argument(fact.call, position, name)
            target = self.resolve(maker, fact.function, given, depth + 2) if given is not None else None
            if target is None or target.kind not in ("instance", "function", "external"):
                return None
            found.add(msgspec.structs.replace(target, bindings=()))
        return found.pop() if len(found) == 1 else None

    def methods(self, mod: Mod, index: int) -> dict[str, tuple[Mod, int]]:
        """Methods of a class by name, with the module that each is written in."""
        return self.dialect(mod).methods(mod, index)

    def bases(self, mod: Mod, index: int, depth: int = 0) -> list[Target]:
        """The base classes of a class, and the modules that it includes: those that can be followed."""
        found = list(self.dialect(mod).included(self, mod, index))
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


def _inside(binding: Binding, at: int) -> bool:
    """Whether a place lies in what a name is bound to: `orders, err := orders.All()`, `class View(View)` still mean what the name meant before."""
    what = binding.what
    return (
        isinstance(what, Class)
        and what.start <= at < what.end
        or isinstance(what, Assign)
        and what.op in ("=", ":=")
        and what.start <= at < what.end
    )
