"""A Django project's settings: which module holds those of production, and what each of them comes to there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.folding.guards import Guards
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, AnyOf, Known, Table, Value, options
from herolint.code import facts
from herolint.code.facts import NONE, Assign, CallFact
from herolint.code.queries import argument, walk

if TYPE_CHECKING:
    from herolint.app.frameworks.django_wiring import Wiring


class Setting(msgspec.Struct, frozen=True):
    """One assignment of a setting that can run in production, with its folded value."""

    mod: Mod
    assign: Assign
    value: Value


class Django:
    """The project behind one settings module (`settings` is its path; star imports into it count).

    `unread`: settings that the installed release of Django does not read.
    """

    def __init__(self, code: CodeBase, linker: Linker, guards: Guards, settings: str, unread: frozenset[str] = frozenset()) -> None:
        self.code = code
        self.linker = linker
        self.guards = guards
        self.settings_path = _for_production(code, settings)
        self.unread = unread

    @property
    def sure(self) -> bool:
        """Whether these are the settings of production, as far as their name tells; else a config var must name others."""
        return _stem(self.settings_path) not in _LOCAL_NAMES

    @cached_property
    def layers(self) -> tuple[Mod, ...]:
        """The settings module and the project's modules it star-imports, the settings module first."""
        return self.code.following(self.settings_path, self.further_settings)

    def further_settings(self, mod: Mod) -> Iterator[str]:
        """The project's modules that one of its settings takes whole."""
        for imp in mod.facts.imports:
            if imp.name == "*" and self.guards.holds(mod, imp.guard) is not False:
                if path := self.code.find(self.code.absolute(mod, imp)):
                    yield path
        yield from self._included_settings(mod)

    def _included_settings(self, mod: Mod) -> list[str]:
        """Files that django-split-settings reads into the settings, the last one (which wins) first."""
        folder = mod.path.rpartition("/")[0]
        names: list[str] = []
        for fact in mod.facts.calls:
            if self.linker.qualified(mod, fact.function, fact.call.func) != "split_settings.tools.include":
                continue
            for arg in fact.call.args:
                if isinstance(arg, facts.Star) and isinstance(arg.value, facts.Name):
                    names += self._strings_of(mod, arg.value.id)
                elif not isinstance(arg, facts.Keyword):
                    names += _strings(arg, self._lists(mod))
        paths = [f"{folder}/{name}".lstrip("/") for name in names]
        return [path for path in reversed(paths) if path in self.code.files]

    def _strings_of(self, mod: Mod, name: str) -> list[str]:
        """The strings of a list of one module, with what is added to it where it runs in production."""
        found: list[str] = []
        for assign in mod.facts.assigns:
            if isinstance(assign.target, facts.Name) and assign.target.id == name and assign.value is not None:
                if assign.function == NONE and self.guards.holds(mod, assign.guard) is not False:
                    found += _strings(assign.value, self._lists(mod))
        for fact in _additions(mod, name):
            if self.guards.holds(mod, fact.guard) is not False:
                found += [s for a in fact.call.args for s in _strings(a, {})]
        return found

    def assignments(self, name: str) -> Iterator[Setting]:
        """Assignments of the setting that may run in production, the last of the outermost module first."""
        for mod in self.layers:
            certain = False
            bindings = mod.names.get(NONE, {}).get(name, [])
            for binding in reversed(bindings):
                if not isinstance(binding.what, Assign) or binding.what.op not in ("=", ":="):
                    continue
                holds = self.guards.holds(mod, binding.guard)
                if holds is False:
                    continue
                yield Setting(mod, binding.what, self.guards.folder.fold(mod, NONE, binding.what.value))
                if binding.guard == NONE or holds is True:
                    certain = True
                    break
            if certain:
                return

    def setting(self, name: str) -> Setting | None:
        """The assignment that decides the setting in production, as far as known."""
        return next(self.assignments(name), None)

    def value(self, name: str) -> Value:
        """The setting's folded value; several possible ones as `AnyOf`; unknown when it is not set."""
        values = tuple(s.value for s in self.assignments(name))
        return values[0] if len(values) == 1 else AnyOf(values) if values else UNKNOWN

    def listed(self, name: str) -> tuple[str, ...]:
        """The strings of a list setting such as INSTALLED_APPS, with what `+=`, `append` and `insert` add."""
        found: list[str] = []
        for mod in reversed(self.layers):
            found += self._strings_of(mod, name)
        return tuple(dict.fromkeys(found))

    def entries(self, name: str) -> Iterator[tuple[Mod, facts.Const, int]]:
        """The strings that stand directly in a list setting, with their guard: those of the deciding assignment and what is added to it."""
        for found in self.assignments(name):
            yield from self._entries(found.mod, found.assign.value, found.assign.guard)
        for mod in self.layers:
            for assign in mod.facts.assigns:
                if isinstance(assign.target, facts.Name) and assign.target.id == name and assign.op == "+=" and assign.function == NONE:
                    yield from self._entries(mod, assign.value, assign.guard)
            for fact in _additions(mod, name):
                if fact.call.args:
                    yield from self._entries(mod, fact.call.args[-1], fact.guard)

    def _entries(self, mod: Mod, expr: facts.AnyExpr | None, guard: int, depth: int = 0) -> Iterator[tuple[Mod, facts.Const, int]]:
        if self.guards.holds(mod, guard) is False or depth > 6:
            return
        match expr:
            case facts.Const(value=str()):
                yield mod, expr, guard
            case facts.Sequence(items=parts):
                for part in parts:
                    yield from self._entries(mod, part, guard, depth + 1)
            case facts.Concat(parts=parts):
                for part in parts:
                    if not isinstance(part, facts.Const):
                        yield from self._entries(mod, part, guard, depth + 1)
            case facts.Binary(op="+", left=left, right=right):
                yield from self._entries(mod, left, guard, depth + 1)
                yield from self._entries(mod, right, guard, depth + 1)
            case facts.Star(value=value):
                yield from self._entries(mod, value, guard, depth + 1)
            case facts.Name(id=name):
                for binding in mod.names.get(NONE, {}).get(name, ()):
                    if isinstance(binding.what, Assign) and binding.what.target != expr:
                        yield from self._entries(mod, binding.what.value, binding.guard if guard == NONE else guard, depth + 1)

    def _lists(self, mod: Mod) -> dict[str, facts.AnyExpr]:
        return {
            a.target.id: a.value
            for a in mod.facts.assigns
            if isinstance(a.target, facts.Name) and a.value is not None and a.function == NONE
        }

    def settled(self, name: str) -> Setting | None:
        """The setting's assignment where only one can hold in production and nothing replaces parts of it; else None."""
        found = list(self.assignments(name))
        changed = any(
            isinstance(assign.target, facts.Index) and isinstance(assign.target.base, facts.Name) and assign.target.base.id == name
            for mod in self.layers
            for assign in mod.facts.assigns
        )
        return found[0] if len(found) == 1 and not changed else None

    def is_set(self, name: str) -> bool:
        """Whether some layer of the settings gives the setting a value, in production or not."""
        return any(name in mod.names.get(NONE, {}) for mod in self.layers)

    def backend(self, name: str, alias: str = "default") -> tuple[str, Setting] | None:
        """The BACKEND that a setting such as CACHES names for an alias, where it is certain."""
        found = self.settled(name)
        table = found.value.get(alias) if found is not None and isinstance(found.value, Table) else None
        value = table.get("BACKEND") if isinstance(table, Table) else None
        if found is not None and isinstance(value, Known) and isinstance(value.value, str):
            return value.value, found
        return None

    @cached_property
    def installed(self) -> tuple[str, ...]:
        """INSTALLED_APPS with the project's AppConfig paths cut to their package."""
        return self.listed("INSTALLED_APPS")

    @cached_property
    def wiring(self) -> Wiring:
        """The code that the settings lead to."""
        from herolint.app.frameworks.django_wiring import Wiring  # for Django projects only

        return Wiring(self)

    def storage(self) -> str | None:
        """The qualified name of the default file storage; None when it is Django's own (the disk)."""
        for name in _STORAGES:
            for found in self._storage_settings(name):
                if (told := self._default_storage(name, found.value)) is not None:
                    return self._backend(told)
        return None

    @staticmethod
    def _default_storage(name: str, value: Value) -> Value | None:
        """What a setting of storages says of the default one; None where it says nothing of it."""
        if name != "STORAGES":
            return value
        default = value.get("default") if isinstance(value, Table) else UNKNOWN
        return (default.get("BACKEND") if isinstance(default, Table) else UNKNOWN) or UNKNOWN if default is not None else None

    def static_storage(self) -> Value | None:
        """What the storage of static files is told; None when it is Django's own (a folder)."""
        for found in self._storage_settings("STATICFILES_STORAGE"):
            return found.value
        for found in self._storage_settings("STORAGES"):
            return found.value.get("staticfiles") if isinstance(found.value, Table) and found.value.whole else found.value
        return None

    def ignored_storage(self, name: str) -> Setting | None:
        """The setting of a storage that this release of Django does not read, where no other setting takes its place."""
        return self.setting(name) if name in self.unread and self.setting("STORAGES") is None else None

    def _storage_settings(self, name: str) -> Iterator[Setting]:
        return self.assignments(name) if name not in self.unread else iter(())

    def conditional_storage(self) -> bool:
        """Whether a storage other than the disk is set under a condition that may or may not hold."""
        return any(self.guards.holds(found.mod, found.assign.guard) is None for name in _STORAGES for found in self._storage_settings(name))

    def production_storage(self) -> bool:
        """Whether settings beside these that are named after production, and that a config var may choose, keep uploads elsewhere."""
        folders = {mod.path.rpartition("/")[0] for mod in self.layers}
        beside = (self.code.mod(f"{folder}/{name}.py") for folder in folders for name in _PRODUCTION_NAMES)
        for mod in (mod for mod in beside if mod is not None and mod not in self.layers):
            for name in (name for name in _STORAGES if name not in self.unread):
                for binding in mod.names.get(NONE, {}).get(name, []):
                    value = self.guards.folder.fold(mod, NONE, binding.what.value) if isinstance(binding.what, Assign) else UNKNOWN
                    told = self._default_storage(name, value)
                    if told is not None and self._backend(told) is not None:
                        return True
        return False

    @staticmethod
    def _backend(value: Value) -> str | None:
        if isinstance(value, Known) and isinstance(value.value, str):
            return None if value.value.endswith("FileSystemStorage") else value.value
        return "?"


_STORAGES = ("DEFAULT_FILE_STORAGE", "STORAGES")
"""Settings that say where uploads are kept."""


def _stem(path: str) -> str:
    return path.removesuffix("/__init__.py").rpartition("/")[2].removesuffix(".py").lower()


_LOCAL_NAMES = frozenset("local dev devel development test tests testing debug docker compose ci example sample".split())
_SHARED_NAMES = frozenset({"base", "common", "shared", "default", "defaults", "core"})
_PRODUCTION_NAMES = ("heroku", "production", "prod", "live", "deploy", "deployment", "staging")


def _for_production(code: CodeBase, path: str) -> str:
    """The settings beside those of a developer's machine, or beside those that all share, that are named after production, if any."""
    if _stem(path) not in _LOCAL_NAMES | _SHARED_NAMES:
        return path
    folder = path.removesuffix("/__init__.py").rpartition("/")[0]
    return next((found for name in _PRODUCTION_NAMES if (found := f"{folder}/{name}.py") in code.files), path)


def settings_module(code: CodeBase, guards: Guards, starts: Iterator[str]) -> str | None:
    """The settings module's path, from `DJANGO_SETTINGS_MODULE` as set by the entry modules; those named in config win."""
    for path in starts:
        mod = code.mod(path)
        if mod is None:
            continue
        for fact in mod.facts.calls:
            key = argument(fact.call, 0, None)
            if isinstance(key, facts.Const) and key.value == "DJANGO_SETTINGS_MODULE" and len(fact.call.args) > 1:
                found = _settings_path(code, guards.folder.fold(mod, fact.function, fact.call.args[1]))
                if found:
                    return found
        for assign in mod.facts.assigns:
            target = assign.target
            if isinstance(target, facts.Index) and isinstance(target.key, facts.Const) and target.key.value == "DJANGO_SETTINGS_MODULE":
                if guards.holds(mod, assign.guard) is not False:
                    found = _settings_path(code, guards.folder.fold(mod, assign.function, assign.value))
                    if found:
                        return found
    return None


def _settings_path(code: CodeBase, value: Value) -> str | None:
    for one in options(value):
        if isinstance(one, Known) and isinstance(one.value, str):
            path = code.find(one.value) or _elsewhere(code, one.value)
            if path:
                return path
    return None


def _elsewhere(code: CodeBase, dotted: str) -> str | None:
    """The only module of that name under some folder, which then counts as one that imports start from (the process changes into it)."""
    tail = dotted.replace(".", "/")
    found = [path for path in code.files if path.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
    if len(found) != 1:
        return None
    code.add_root(found[0][: found[0].rindex(f"/{tail}")], guessed=True)
    return found[0]


def _additions(mod: Mod, name: str) -> Iterator[CallFact]:
    """Calls that add to a list of the module after it is made."""
    for fact in mod.facts.calls:
        func = fact.call.func
        if isinstance(func, facts.Attr) and func.name in ("append", "insert", "extend"):
            if isinstance(func.base, facts.Name) and func.base.id == name:
                yield fact


def _strings(expr: facts.AnyExpr, names: dict[str, facts.AnyExpr], depth: int = 0) -> list[str]:
    found = []
    for inner in walk(expr):
        if isinstance(inner, facts.Const) and isinstance(inner.value, str):
            found.append(inner.value)
        elif isinstance(inner, facts.Name) and inner.id in names and depth < 4:
            found += _strings(names[inner.id], {k: v for k, v in names.items() if k != inner.id}, depth + 1)
    return found
