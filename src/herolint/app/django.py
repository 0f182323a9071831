"""A Django project as its dynamic wiring makes it: settings, installed apps, URL tables, middleware, AppConfig.ready."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from herolint.app.codebase import CodeBase, Mod
from herolint.app.guards import Guards
from herolint.app.link import Linker, Target
from herolint.app.values import UNKNOWN, AnyOf, Known, Table, Value, options
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import argument, walk
from herolint.patterns import lazy

APP_MODULES = ("models", "apps", "admin", "signals", "views", "urls", "forms", "serializers", "consumers", "routing", "tasks", "middleware")

LAZY_MODULES = ("signals", "views", "urls", "forms", "serializers", "consumers", "routing", "tasks", "middleware")
"""Those of an app's modules that Django itself does not load."""

_DOTTED = lazy(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")


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
        found: list[Mod] = []
        queue = [self.settings_path]
        while queue:
            mod = self.code.mod(queue.pop(0))
            if mod is None or mod in found:
                continue
            found.append(mod)
            for imp in mod.facts.imports:
                if imp.name == "*" and self.guards.holds(mod, imp.guard) is not False:
                    path = self.code.find(self.code.absolute(mod, imp))
                    if path:
                        queue.append(path)
            queue += self._included_settings(mod)
        return tuple(found)

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
        for call in mod.facts.calls:
            func = call.call.func
            if isinstance(func, facts.Attr) and func.name in ("append", "insert", "extend") and isinstance(func.base, facts.Name):
                if func.base.id == name and self.guards.holds(mod, call.guard) is not False:
                    found += [s for a in call.call.args for s in _strings(a, {})]
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
            for fact in mod.facts.calls:
                func = fact.call.func
                if isinstance(func, facts.Attr) and func.name in ("append", "insert", "extend") and isinstance(func.base, facts.Name):
                    if func.base.id == name and fact.call.args:
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
    def own_apps(self) -> tuple[str, ...]:
        """Packages of installed apps that lie in the project."""
        found = []
        for name in self.installed:
            parts = name.split(".")
            for end in range(len(parts), 0, -1):
                dotted = ".".join(parts[:end])
                path = self.code.find(dotted)
                if path or self.code.is_folder(dotted):
                    found.append(
                        dotted.removesuffix(".apps") if path is None or path.endswith("__init__.py") else dotted.rpartition(".")[0]
                    )
                    break
        return tuple(dict.fromkeys(f for f in found if f))

    @cached_property
    def reached(self) -> tuple[str, ...]:
        """Paths of modules that Django loads by name: settings, URL tables, installed apps, middleware, WSGI and ASGI objects."""
        wanted = []
        for name in self.own_apps:
            wanted += [name, *(f"{name}.{tail}" for tail in APP_MODULES)]
        for setting in ("ROOT_URLCONF", "WSGI_APPLICATION", "ASGI_APPLICATION"):
            value = self.value(setting)
            if isinstance(value, Known) and isinstance(value.value, str):
                wanted += [value.value, value.value.rpartition(".")[0]]
        wanted += [m.rpartition(".")[0] for m in self.listed("MIDDLEWARE")]
        paths = [self.settings_path, *(p for w in wanted if (p := self.code.find(w)))]
        paths += [mod.path for mod in self.url_modules]
        paths += [target.mod.path for target in self.named_in_settings if target.mod is not None]
        return tuple(dict.fromkeys(paths))

    @cached_property
    def guessed(self) -> frozenset[str]:
        """Paths among `reached` of modules that nothing loads unless other code imports them: they are only named as such modules are."""
        lazy = (name for app in self.own_apps for name in (f"{app}.{tail}" for tail in LAZY_MODULES))
        wanted = {m.rpartition(".")[0] for m in self.listed("MIDDLEWARE")}
        sure = {path for w in wanted if (path := self.code.find(w))} | {mod.path for mod in self.url_modules}
        sure |= {target.mod.path for target in self.named_in_settings if target.mod is not None} | {self.settings_path}
        return frozenset(path for name in lazy if (path := self.code.find(name))) - sure

    @cached_property
    def url_modules(self) -> tuple[Mod, ...]:
        """The URL tables, from ROOT_URLCONF through `include("…")`."""
        root = self.value("ROOT_URLCONF")
        start = self.code.find(root.value) if isinstance(root, Known) and isinstance(root.value, str) else None
        found: list[Mod] = []
        queue = [start] if start else []
        while queue:
            mod = self.code.mod(queue.pop(0))
            if mod is None or mod in found:
                continue
            found.append(mod)
            for call in mod.facts.calls:
                name = call.call.func.id if isinstance(call.call.func, facts.Name) else getattr(call.call.func, "name", "")
                if name == "include" and call.call.args:
                    path = self._included(mod, call.call.args[0])
                    if path:
                        queue.append(path)
        return tuple(found)

    def _included(self, mod: Mod, arg: facts.AnyExpr) -> str | None:
        if isinstance(arg, facts.Sequence) and arg.items:
            arg = arg.items[0]
        value = self.guards.folder.fold(mod, NONE, arg)
        if isinstance(value, Known) and isinstance(value.value, str):
            return self.code.find(value.value)
        target = self.linker.resolve(mod, NONE, arg)
        return target.mod.path if target and target.kind == "module" and target.mod else None

    @cached_property
    def views(self) -> tuple[tuple[Target, str], ...]:
        """Views in the URL tables with the pattern that leads to them."""
        found = []
        for mod in self.url_modules:
            for fact in mod.facts.calls:
                func = fact.call.func
                name = func.id if isinstance(func, facts.Name) else getattr(func, "name", "")
                if name not in ("path", "re_path", "url", "register"):
                    continue
                view = argument(fact.call, 1, "view" if name != "register" else "viewset")
                if isinstance(view, facts.Call) and isinstance(view.func, facts.Attr) and view.func.name == "as_view":
                    view = view.func.base
                while isinstance(view, facts.Call) and view.args:
                    view = view.args[0]
                target = self.linker.resolve(mod, fact.function, view) if view is not None else None
                route = argument(fact.call, 0, "route")
                text = route.value if isinstance(route, facts.Const) and isinstance(route.value, str) else ""
                if target is not None and target.kind in ("function", "class"):
                    found.append((target, "/" + text.lstrip("/^")))
        return tuple(found)

    @cached_property
    def named_in_settings(self) -> tuple[Target, ...]:
        """Functions and classes of the project that settings name as dotted text: middleware, backends, steps of a login."""
        found: dict[tuple[str, int, str], Target] = {}
        for mod in self.layers:
            for assign in mod.facts.assigns:
                for dotted in _strings(assign.value, {}) if assign.value is not None and assign.function == NONE else ():
                    target = self._named(dotted) if _DOTTED.match(dotted) else None
                    if target is not None and target.mod is not None:
                        found.setdefault((target.mod.path, target.number, target.kind), target)
        return tuple(found.values())

    def _named(self, dotted: str) -> Target | None:
        module, _, name = dotted.rpartition(".")
        path = self.code.find(module)
        mod = self.code.mod(path) if path else None
        if mod is None:
            return None
        for i, fn in enumerate(mod.facts.functions):
            if fn.name == name and fn.parent == NONE and fn.klass == NONE:
                return Target("function", name, mod, i)
        for i, cls in enumerate(mod.facts.classes):
            if cls.name == name and cls.parent_class == NONE:
                return Target("class", name, mod, i)
        return None

    @property
    def login_steps(self) -> tuple[tuple[Target, str], ...]:
        """Functions of the project that python-social-auth calls while somebody logs in."""
        found = ((dotted, self._named(dotted)) for dotted in self.listed("SOCIAL_AUTH_PIPELINE"))
        return tuple((target, f"the login step {dotted.rpartition('.')[2]}") for dotted, target in found if target is not None)

    def storage(self) -> str | None:
        """The qualified name of the default file storage; None when it is Django's own (the disk)."""
        for found in self._storage_settings("DEFAULT_FILE_STORAGE"):
            return self._backend(found.value)
        for found in self._storage_settings("STORAGES"):
            default = found.value.get("default") if isinstance(found.value, Table) else UNKNOWN
            if default is not None:
                return self._backend((default.get("BACKEND") if isinstance(default, Table) else None) or UNKNOWN)
        return None

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
        return any(
            self.guards.holds(found.mod, found.assign.guard) is None
            for name in ("DEFAULT_FILE_STORAGE", "STORAGES")
            for found in self._storage_settings(name)
        )

    @staticmethod
    def _backend(value: Value) -> str | None:
        if isinstance(value, Known) and isinstance(value.value, str):
            return None if value.value.endswith("FileSystemStorage") else value.value
        return "?"


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
    code.add_root(found[0][: found[0].rindex(f"/{tail}")])
    return found[0]


def _strings(expr: facts.AnyExpr, names: dict[str, facts.AnyExpr], depth: int = 0) -> list[str]:
    found = []
    for inner in walk(expr):
        if isinstance(inner, facts.Const) and isinstance(inner.value, str):
            found.append(inner.value)
        elif isinstance(inner, facts.Name) and inner.id in names and depth < 4:
            found += _strings(names[inner.id], {k: v for k, v in names.items() if k != inner.id}, depth + 1)
    return found
