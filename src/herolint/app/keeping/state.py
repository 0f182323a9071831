"""What lives in a process's memory between requests: values that one request changes and another one reads, in any language.

A value is a container or variable of a module, a container of a class, or an attribute of an object that a module makes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from herolint.app.folding.construction import constructs, is_own
from herolint.app.keeping.held import Held, Use
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Binding, Mod
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import walk

if TYPE_CHECKING:
    from herolint.app.program import Program

_INNER = frozenset("get setdefault values items keys copy at".split())
"""Methods whose result is a part of the container, so that a change of it is a change of the container."""

_NAMELESS = frozenset({"default", "="})
"""Under these names a module gives away what every other module may call as it likes."""

Key = tuple[str, int, str]
"""Where a value is declared: file, class (-1: the module itself), name."""


class _Declared(Linker):
    """Follows a name to where it is declared, and not on to its value."""

    def _bound(self, mod: Mod, name: str, bindings: list[Binding], depth: int, before: int) -> Target | None:
        if any(isinstance(b.what, Assign) for b in bindings):
            return Target("variable", name, mod, bindings=tuple(bindings))
        return super()._bound(mod, name, bindings, depth, before)


def held_values(program: Program) -> tuple[Held, ...]:
    """The values that requests change, in files order."""
    reach = program.reach.get("web")
    return _Finder(program, tuple(reach.mods())).found() if reach is not None and program.for_visitors else ()


class _Finder:
    def __init__(self, program: Program, mods: tuple[Mod, ...]) -> None:
        self.program = program
        self.linker = program.linker
        self.declared = _Declared(program.code, program.linker.returns)
        self.mods = sorted(mods, key=lambda mod: mod.path)
        self.in_request: dict[str, set[int]] = {}
        for ref in program.for_visitors:
            self.in_request.setdefault(ref.path, set()).add(ref.number)
        self.known: dict[Key, tuple[Mod, Assign, bool]] = {}
        self.uses: dict[Key, list[Use]] = {}
        self._names: dict[tuple[str, int, str], Key | None] = {}

    def found(self) -> tuple[Held, ...]:
        self.known = dict(self._declarations())
        busy = [mod for mod in self.mods if self.in_request.get(mod.path)]
        changed = {mod.path: set(self._changes(mod)) for mod in busy}
        self.uses = {key: uses for key, uses in self.uses.items() if any(use.kind in ("add", "rebind") for use in uses)}
        names = self._names_of(self.uses)
        for mod in busy if names else ():
            if any(name in mod.source.text for name in names):
                self._reads(mod, changed[mod.path])
        found = []
        for key, (mod, assign, container) in self.known.items():
            if key in self.uses:
                name = key[2] if key[1] == NONE else f"{mod.facts.classes[key[1]].name}.{key[2]}"
                found.append(Held(mod, name, mod.place(assign.target), container, tuple(self.uses[key])))
        return tuple(sorted(found, key=lambda held: (held.mod.path, held.at.span.start if held.at.span else 0)))

    def _names_of(self, keys: Iterable[Key]) -> set[str]:
        """What values are called, by themselves and where their modules give them away; an empty name where they are given away without one."""
        names = {name for _, _, name in keys}
        for mod in [mod for path in {path for path, _, _ in keys} if (mod := self.program.code.mod(path)) is not None]:
            given = [(one.name, one.value) for one in mod.facts.exports]
            for value in (*(one.value for one in mod.facts.exports), *(one.value for one in mod.facts.assigns)):
                if isinstance(value, facts.Mapping):
                    given += [(key.value, inner) for key, inner in value.items if isinstance(key, facts.Const)]
            called = {name for name, value in given if isinstance(value, facts.Name) and value.id in names}
            names |= {"" if name in _NAMELESS else str(name) for name in called}
        return names

    # ---- what may hold state ----------------------------------------------------------------------------------------

    def _declarations(self) -> Iterator[tuple[Key, tuple[Mod, Assign, bool]]]:
        single = self._single_objects()
        for mod in self.mods:
            for name, bindings in mod.names.get(NONE, {}).items():
                assigns = [b.what for b in bindings if isinstance(b.what, Assign) and isinstance(b.what.target, facts.Name)]
                first = next((a for a in assigns if a.function == NONE and a.op == "="), None)
                if first is None:
                    continue
                container = any(self._is_container(mod, a) for a in assigns)
                if container or (any(a.function != NONE for a in assigns) and not self._is_handle(mod, assigns)):
                    yield (mod.path, NONE, name), (mod, first, container)
            for number, body in mod.class_body.items():
                for name, assigns in body.items():
                    shared = assigns[-1].op != "field" or (mod.path, number) in single
                    if shared and (number, name) not in mod.self_assigns and self._is_container(mod, assigns[-1]):
                        yield (mod.path, number, name), (mod, assigns[-1], True)
            for (number, name), assigns in mod.self_assigns.items():
                if (mod.path, number) not in single:
                    continue
                container = any(self._is_container(mod, a) for a in assigns)
                if container or (
                    len({a.function for a in assigns}) > 1 and not self._is_handle(mod, mod.class_body.get(number, {}).get(name, ()))
                ):
                    yield (mod.path, number, name), (mod, assigns[0], container)

    def _single_objects(self) -> set[tuple[str, int]]:
        """Classes of which a module makes an object while it is loaded, or once for a name of its own, and the project's classes above them.

        A class of which requests make objects as well is none of them, unless they do so to fill such a name.
        """
        while_loaded: set[tuple[str, int]] = set()
        at_first_use: set[tuple[str, int]] = set()
        for mod in self.mods:
            own = {id(b.what) for bindings in mod.names.get(NONE, {}).values() for b in bindings}  # `global store`, then `store = Store()`
            for assign in mod.facts.assigns:
                if (assign.function != NONE and id(assign) not in own) or not isinstance(assign.value, facts.Call):
                    continue
                found = while_loaded if assign.function == NONE else at_first_use
                target = self.linker.resolve(mod, assign.function, assign.value)
                queue = [target] if target is not None and target.kind == "instance" else []
                while queue:
                    at = queue.pop()
                    if at.mod is not None and (at.mod.path, at.number) not in found:
                        found.add((at.mod.path, at.number))
                        queue += [base for base in self.linker.bases(at.mod, at.number) if base.kind == "class"]
        at_start, later = set(self._made(self.program.at_boot)), set(self._made(self.program.in_request))
        return at_first_use | ((while_loaded | at_start) - later)

    def _made(self, where: Mapping[FunctionRef, object]) -> Iterator[tuple[str, int]]:
        """Classes of which these functions make objects, in languages whose objects are literals (`&Store{…}`)."""
        for mod in self.mods:
            for fact in mod.facts.calls if self.linker.dialect(mod).follows_values else ():
                if FunctionRef(mod.path, fact.function) in where:
                    target = self.linker.resolve(mod, fact.function, fact.call.func)
                    if target is not None and target.kind == "class" and target.mod is not None:
                        yield target.mod.path, target.number

    def _is_handle(self, mod: Mod, assigns: Iterable[Assign]) -> bool:
        """Whether a value is declared with a type of somebody else's package: a database, a logger, a client, which are made again."""
        types = [self.linker.resolve(mod, NONE, one.annotation) for one in assigns if isinstance(one.annotation, facts.Attr)]
        plain = self.program.knows(mod).containers.plain
        return any(one is not None and one.kind == "external" and one.name not in plain for one in types)

    def _is_container(self, mod: Mod, assign: Assign) -> bool:
        declared = assign.annotation
        if isinstance(declared, facts.Attr) and (name := self.linker.qualified(mod, NONE, declared)) is not None:
            if any(row.effect == "makes-container" for row in self.program.knows(mod).effects(name)):
                return True
        if assign.op == "field":
            return isinstance(declared, facts.Other) and declared.kind in ("map", "slice")
        match assign.value:
            case facts.Mapping() | facts.Sequence(kind="list" | "set"):
                return True
            case facts.Other(kind="comprehension"):
                return True
            case facts.Call(func=func):
                name = self.linker.qualified(mod, assign.function, func) or ""
                return any(row.effect == "makes-container" for row in self.program.knows(mod).effects(name))
        return False

    # ---- how it is used -----------------------------------------------------------------------------------------------

    def _changes(self, mod: Mod) -> Iterator[int]:
        """Notes the changes that requests make; yields where the changed names stand, which are no reads."""
        inside, known = self.in_request[mod.path], self.program.knows(mod).containers
        for assign in mod.facts.assigns:
            if assign.function in inside and assign.klass == NONE and assign.op not in ("for", "with"):
                if isinstance(assign.target, facts.Attr) and constructs(self.linker, mod, assign.function):
                    continue
                rebinds = isinstance(assign.target, facts.Name) or self._key(mod, assign.function, assign.target) is not None
                kind = "rebind" if rebinds else "add"
                yield from self._note(kind, mod, assign.function, assign.target, assign.guard, assign.value)
        for fact in mod.facts.calls:
            func = fact.call.func
            if fact.function in inside and isinstance(func, facts.Attr) and (func.name in known.adds or func.name in known.removes):
                if constructs(self.linker, mod, fact.function) and is_own(mod, fact.function, func.base):
                    continue
                kind = "add" if func.name in known.adds else "remove"
                given = next((a for a in reversed(fact.call.args)), None)
                yield from self._note(kind, mod, fact.function, func.base, fact.guard, given)
        for function, expr in mod.facts.deletes:
            if function in inside and not isinstance(expr, facts.Name):
                yield from self._note("remove", mod, function, expr, NONE, None)

    def _note(self, kind: str, mod: Mod, function: int, expr: facts.AnyExpr, guard: int, value: facts.AnyExpr | None) -> Iterator[int]:
        root = self._root(mod, function, expr)
        if root is not None:
            key, at, part = root
            self.uses.setdefault(key, []).append(Use(kind, mod, function, mod.place(at, "changed here"), guard, value, part))
            yield at.end

    def _reads(self, mod: Mod, changed: set[int]) -> None:
        inside = self.in_request[mod.path]
        for function, expr in self._expressions(mod):
            if function not in inside:
                continue
            inside_of = list(walk(expr))
            methods = {id(one.func) for one in inside_of if isinstance(one, facts.Call)}
            parts = {id(one.base): one.name for one in inside_of if isinstance(one, facts.Attr) and id(one) not in methods}
            for inner in inside_of:
                if isinstance(inner, facts.Name | facts.Attr) and inner.end not in changed:
                    key = self._key(mod, function, inner)
                    if key in self.uses:
                        use = Use("read", mod, function, mod.place(inner, "read here"), part=parts.get(id(inner), ""))
                        self.uses.setdefault(key, []).append(use)

    def _expressions(self, mod: Mod) -> Iterator[tuple[int, facts.AnyExpr]]:
        module = mod.facts
        for fact in module.calls:
            yield fact.function, fact.call
        for assign in module.assigns:
            if assign.value is not None:
                yield assign.function, assign.value
        for returned in module.returns:
            if returned.value is not None:
                yield returned.function, returned.value
        for guard in module.guards:
            yield mod.function_at(guard.test.start), guard.test
        for block in module.blocks:
            if block.subject is not None:
                yield mod.function_at(block.start), block.subject

    def _root(self, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[Key, facts.AnyExpr, str] | None:
        """The value that an expression is a part of, and by which field: `rooms[code]["users"]` is one of `rooms`."""
        at, part = expr, ""
        for _ in range(12):
            key = self._key(mod, function, at)
            if key is not None:
                return key, at, part
            part = at.name if isinstance(at, facts.Attr) else ""
            match at:
                case facts.Index(base=base) | facts.Attr(base=base):
                    at = base
                case facts.Call(func=facts.Attr(base=base, name=name)) if name in _INNER:
                    at = base
                case _:
                    return None
        return None

    def _key(self, mod: Mod, function: int, expr: facts.AnyExpr) -> Key | None:
        if isinstance(expr, facts.Name):
            spot = (mod.path, function, expr.id)
            if spot not in self._names:
                self._names[spot] = self._variable(self.declared.lookup(mod, function, expr.id))
            return self._names[spot]
        if not isinstance(expr, facts.Attr):
            return None
        base = self.linker.resolve(mod, function, expr.base)
        if base is None or base.mod is None:
            return None
        if base.kind == "module":
            return self._variable(self.declared.member(base, expr.name))
        return self._attribute(base, expr.name) if base.kind in ("class", "instance") else None

    def _variable(self, target: Target | None) -> Key | None:
        if target is None or target.kind != "variable" or target.mod is None:
            return None
        key = (target.mod.path, NONE, target.name)
        outer = target.mod.names.get(NONE, {}).get(target.name, ())
        return key if key in self.known and target.bindings and target.bindings[0] in outer else None

    def _attribute(self, target: Target, name: str) -> Key | None:
        queue, seen = [target], set()
        while queue:
            at = queue.pop(0)
            if at.mod is None or (at.mod.path, at.number) in seen:
                continue
            seen.add((at.mod.path, at.number))
            key = (at.mod.path, at.number, name)
            if key in self.known:
                return key
            queue += [base for base in self.linker.bases(at.mod, at.number) if base.kind == "class"]
        return None
