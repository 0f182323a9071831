"""Ruby: constants are found by name in whatever file declares them, methods by their class and its ancestors."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from msgspec.structs import replace

from herolint.app.linking.dialects.base import Dialect
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.target import Target
from herolint.code import facts
from herolint.code.facts import NONE, Import
from herolint.code.queries import dotted
from herolint.knowledge.call_tables import load


class Ruby(Dialect):
    """One name space over all files, as autoloading makes it."""

    options_objects = True
    constructor = "initialize"
    plain_calls = True

    @cached_property
    def _includes(self) -> dict[str, dict[int, list[facts.AnyExpr]]]:
        """What classes are told to include, by file and class."""
        return {}

    @cached_property
    def classes(self) -> dict[str, list[tuple[Mod, int]]]:
        """Qualified name → where classes and modules of that name are written."""
        found: dict[str, list[tuple[Mod, int]]] = {}
        for path in sorted(self.code.sources):
            mod = self.code.mod(path) if path.endswith(".rb") and not path.startswith(("spec/", "test/", "db/migrate/")) else None
            for i, cls in enumerate(mod.facts.classes if mod is not None else ()):
                if mod is not None:
                    found.setdefault(cls.qualname, []).append((mod, i))
        return found

    @cached_property
    def _load_path(self) -> tuple[str, ...]:
        """Folders that files at the root, or in a folder of it, put on the load path."""
        from herolint.app.linking.dialects.ruby_loads import LOAD_PATHS, load_path

        found: dict[str, None] = {}
        for path in sorted(self.code.sources):
            source = self.code.workspace.read(path) if path.count("/") < 2 and path.endswith((".rb", ".ru")) else None
            mod = self.code.mod(path) if source is not None and any(name in source.text for name in LOAD_PATHS) else None
            found.update(dict.fromkeys(load_path(mod)) if mod is not None else {})
        return tuple(found)

    def imported(self, mod: Mod, imp: Import) -> Iterator[str]:
        folder = posixpath.dirname(mod.path)
        # `require "./x"` is seen from the folder that the program is started in, `require_relative "./x"` from the file's.
        bases = [posixpath.join(folder, imp.module), *([imp.module] if imp.level and imp.module.startswith("./") else [])]
        if not imp.level:
            bases = [imp.module, f"lib/{imp.module}", *bases, *(posixpath.join(one, imp.module) for one in self._load_path)]
        for base in bases:
            path = posixpath.normpath(base)
            for one in (path, f"{path}.rb"):
                if one in self.code.sources:
                    yield one
                    return

    def alongside(self, path: str) -> Iterator[str]:
        """Files that this one loads by a pattern; a Rails app loads all of its own by itself."""
        mod = self.code.mod(path)
        if mod is not None and "config/application.rb" not in self.code.sources:
            from herolint.app.linking.dialects.ruby_loads import loaded_by_pattern

            yield from loaded_by_pattern(mod, self.code.sources, load("ruby").loads)

    def reopened(self, mod: Mod, index: int) -> Iterator[tuple[Mod, int]]:
        for other, number in self.classes.get(mod.facts.classes[index].qualname, ()):
            if other is not mod or number != index:
                yield other, number

    def enclosing(self, mod: Mod, function: int) -> Iterator[tuple[Mod, int]]:
        while function != NONE and mod.facts.functions[function].klass == NONE:
            function = mod.facts.functions[function].parent
        name = mod.facts.classes[mod.facts.functions[function].klass].qualname if function != NONE else ""
        while name:
            yield from self.classes.get(name, ())
            name = name.rpartition("::")[0]

    def implicit(self, linker: Linker, mod: Mod, function: int, name: str, depth: int) -> Target | None:
        """A method of the class that the function, or the block in the class's body, stands in."""
        while function != NONE:
            klass = mod.facts.functions[function].klass
            if klass != NONE:
                qualname = mod.facts.classes[klass].qualname
                found = linker.member(Target("instance", qualname, mod, klass), name, depth + 1) if name[:1].islower() else None
                return found if found is not None and found.kind == "function" else None
            function = mod.facts.functions[function].parent
        return None

    def free(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        if name[:1].isupper():
            found = self.classes.get(name) or next((places for known, places in self.classes.items() if known.endswith(f"::{name}")), None)
            if found:
                return Target("class", name, found[0][0], found[0][1])
        return Target("external", self._mixed_in(linker, mod, name) or name)

    def included(self, linker: Linker, mod: Mod, index: int) -> Iterator[Target]:
        if mod.path not in self._includes:
            table: dict[int, list[facts.AnyExpr]] = {}
            self._includes[mod.path] = table
            for fact in mod.facts.calls:
                if fact.function == NONE and isinstance(fact.call.func, facts.Name) and fact.call.func.id in ("include", "prepend"):
                    table.setdefault(fact.klass, []).extend(fact.call.args)
        for arg in self._includes[mod.path].get(index, ()):
            target = linker.resolve(mod, NONE, arg)
            if target is not None and target.kind == "class":
                yield target

    def _mixed_in(self, linker: Linker, mod: Mod, name: str) -> str | None:
        """A method by its full name, where a class of the file includes a module that gives it."""
        givers = [giver for giver, methods in linker.mixins.items() if name in methods and giver in mod.source.text]
        for fact in mod.facts.calls if givers else ():
            if isinstance(fact.call.func, facts.Name) and fact.call.func.id in ("include", "extend"):
                given = next((dotted(arg) for arg in fact.call.args if dotted(arg) in givers), None)
                if given is not None:
                    return f"{given}.{name}"
        return None

    def loaded(self, linker: Linker, mod: Mod, call: facts.Call, depth: int) -> Target | None:
        """`X.new` of a class of the project is an object of it."""
        if isinstance(call.func, facts.Attr) and call.func.name == "new":
            target = linker.resolve(mod, mod.function_at(call.start), call.func.base, depth)
            if target is not None and target.kind == "class":
                return Target("instance", target.name, target.mod, target.number)
        return None

    def attribute(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        """Every object has `class`; `new` makes an object where neither the class nor what it descends from says otherwise."""
        if target.kind == "instance" and name == "class":
            return replace(target, kind="class")
        found = super().attribute(linker, target, name, depth)
        if found is None and target.kind == "class" and name == "new":
            return replace(target, kind="instance")
        return found

    def methods(self, mod: Mod, index: int) -> dict[str, tuple[Mod, int]]:
        found: dict[str, tuple[Mod, int]] = {}
        for other, i in self.classes.get(mod.facts.classes[index].qualname, [(mod, index)]):
            found.update((name, (other, number)) for name, number in other.methods.get(i, {}).items())
        return found

    def type_named(self, mod: Mod, name: str) -> tuple[Mod, int] | None:
        found = self.classes.get(name)
        return found[0] if found else None

    def member(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        return linker.lookup(target.mod, NONE, name, depth + 1) if target.mod is not None else None

    def exposed(self, mod: Mod) -> Iterator[int]:
        """Every method: who calls what is mostly decided by names at run time."""
        yield from range(len(mod.facts.functions))
