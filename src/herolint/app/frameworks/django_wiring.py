"""What Django loads by the names that settings give: installed apps, URL tables and their views, middleware, steps of a login."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.target import Target
from herolint.app.linking.values import Known
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, last_name, walk
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.frameworks.django import Django

APP_MODULES = ("models", "apps", "admin", "signals", "views", "urls", "forms", "serializers", "consumers", "routing", "tasks", "middleware")

LAZY_MODULES = ("signals", "views", "urls", "forms", "serializers", "consumers", "routing", "tasks", "middleware")
"""Those of an app's modules that Django itself does not load."""

_DOTTED = lazy(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")


class Wiring:
    """The code of the project that its settings lead to."""

    def __init__(self, project: Django) -> None:
        self.project = project
        self.code = project.code
        self.linker = project.linker

    @cached_property
    def own_apps(self) -> tuple[str, ...]:
        """Packages of installed apps that lie in the project."""
        found = []
        for name in self.project.installed:
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
            value = self.project.value(setting)
            if isinstance(value, Known) and isinstance(value.value, str):
                wanted += [value.value, value.value.rpartition(".")[0]]
        wanted += [m.rpartition(".")[0] for m in self.project.listed("MIDDLEWARE")]
        paths = [self.project.settings_path, *(p for w in wanted if (p := self.code.find(w)))]
        paths += [mod.path for mod in self.url_modules]
        paths += [target.mod.path for target in self.named_in_settings if target.mod is not None]
        return tuple(dict.fromkeys(paths))

    @cached_property
    def guessed(self) -> frozenset[str]:
        """Paths among `reached` of modules that nothing loads unless other code imports them: they are only named as such modules are."""
        lazy = (name for app in self.own_apps for name in (f"{app}.{tail}" for tail in LAZY_MODULES))
        wanted = {m.rpartition(".")[0] for m in self.project.listed("MIDDLEWARE")}
        sure = {path for w in wanted if (path := self.code.find(w))} | {mod.path for mod in self.url_modules}
        sure |= {target.mod.path for target in self.named_in_settings if target.mod is not None} | {self.project.settings_path}
        return frozenset(path for name in lazy if (path := self.code.find(name))) - sure

    @cached_property
    def url_modules(self) -> tuple[Mod, ...]:
        """The URL tables, from ROOT_URLCONF through `include("…")`."""
        root = self.project.value("ROOT_URLCONF")
        start = self.code.find(root.value) if isinstance(root, Known) and isinstance(root.value, str) else None
        return self.code.following(start, self._included_tables) if start else ()

    def _included_tables(self, mod: Mod) -> Iterator[str]:
        for fact in mod.facts.calls:
            if last_name(fact.call.func) == "include" and fact.call.args:
                if path := self._included(mod, fact.call.args[0]):
                    yield path

    def _included(self, mod: Mod, arg: facts.AnyExpr) -> str | None:
        if isinstance(arg, facts.Sequence) and arg.items:
            arg = arg.items[0]
        value = self.project.guards.folder.fold(mod, NONE, arg)
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
                name = last_name(func)
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
        for mod in self.project.layers:
            for assign in mod.facts.assigns:
                for inner in walk(assign.value) if assign.function == NONE else ():
                    dotted = inner.value if isinstance(inner, facts.Const) else None
                    target = self._named(dotted) if isinstance(dotted, str) and _DOTTED.match(dotted) else None
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
        found = ((dotted, self._named(dotted)) for dotted in self.project.listed("SOCIAL_AUTH_PIPELINE"))
        return tuple((target, f"the login step {dotted.rpartition('.')[2]}") for dotted, target in found if target is not None)
