"""What the commands of process types start with: modules, functions that make the app, and the Django settings that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.folding.config_vars import value_given
from herolint.app.frameworks.django import settings_module
from herolint.app.launching.launch import Launch
from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import Entry, FunctionRef
from herolint.app.running.processes import Process
from herolint.code.facts import NONE

if TYPE_CHECKING:
    from herolint.app.program import Program

_MAINS = ("python", "django", "streamlit")
"""Programs that run a script as `__main__`."""
_LOADERS = ("gunicorn", "uvicorn", "hypercorn", "waitress-serve")
"""Servers that are told the module of the app which they load."""
_OWN_SUBCOMMANDS = ("runserver", "migrate", "collectstatic")
"""What `manage.py` does without a command of the project."""


class EntryPoints:
    """Where the code of each process type begins."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.app = program.app
        self.code = program.code

    def of(self, process: Process) -> tuple[Entry, ...]:
        """The modules that a process type starts with."""
        found: list[Entry] = []
        for launch in process.launches:
            found += self.entries(launch)
        return tuple(dict.fromkeys(found))

    def entries(self, launch: Launch) -> Iterator[Entry]:
        """The modules that one program starts with."""
        if launch.script and launch.script in self.code.files:
            yield Entry(launch.script, launch.tool in _MAINS)
        elif launch.module:
            yield from self._named(launch, launch.module)
        elif launch.tool == "flask":
            path = self.code.find("wsgi") or self.code.find("app")
            if path:
                yield Entry(path, False)
        elif launch.tool == "uwsgi":
            yield from self._uwsgi(launch)
        elif launch.tool not in ("python", "django"):
            from herolint.app.running.entries import entries_of

            yield from entries_of(self.app, launch, self.program.node_paths)
        if (config := self.gunicorn_config(launch)) is not None:
            yield Entry(config, False)
        if launch.tool == "django" and launch.subcommand and launch.subcommand not in _OWN_SUBCOMMANDS:
            for path in sorted(self.code.files):
                if path.endswith(f"/management/commands/{launch.subcommand}.py"):
                    yield Entry(path, False)

    def _named(self, launch: Launch, module: str) -> Iterator[Entry]:
        """The module that a command names, or the one that it was meant to name."""
        main = launch.tool == "python"
        path = self._main_of(module) if main else self.code.find(module)
        if path:
            yield Entry(path, main)
        elif (intended := self._intended(launch)) is not None:
            yield Entry(intended, False)
        elif launch.tool == "celery" and (inner := self.code.find(f"{module}.celery")):
            yield Entry(inner, False)

    def named_module(self, dotted: str) -> str | None:
        """Where the module lies that a command names; where it is not found at once, the Django project is asked, whose folder may lie deeper."""
        path = self.code.find(dotted)
        return self.code.find(dotted) if path is None and self.program.django is not None else path

    def _main_of(self, module: str) -> str | None:
        """What `python -m` runs: a module, or the one in a package that is there for it."""
        path = self.code.find(module)
        if path and path.endswith("__init__.py"):
            return self.code.find(f"{module}.__main__")
        return path

    def scripts(self) -> Iterator[str]:
        """The files that some process runs as `__main__`."""
        for process in self.app.processes.values():
            for launch in process.launches:
                if launch.tool in _MAINS and launch.script:
                    yield launch.script
                if launch.tool == "python" and launch.module and (path := self._main_of(launch.module)):
                    yield path

    def gunicorn_config(self, launch: Launch) -> str | None:
        """The Python file that gunicorn reads its settings from."""
        if launch.tool != "gunicorn":
            return None
        given = launch.option("--config")
        if given is None:
            path = "gunicorn.conf.py"
        elif given.text.startswith("python:"):
            path = self.code.find(given.text.removeprefix("python:")) or ""
        else:
            path = given.text.removeprefix("file:").removeprefix("./")
        return path if path in self.code.files else None

    def _uwsgi(self, launch: Launch) -> Iterator[Entry]:
        from herolint.app.running.uwsgi import uwsgi_settings

        settings = uwsgi_settings(self.app, launch)
        for name in ("module", "wsgi", "w"):
            if name in settings and (path := self.code.find(settings[name][0].partition(":")[0])):
                yield Entry(path, False)
        for name in ("wsgi-file", "file"):
            if name in settings and settings[name][0] in self.code.files:
                yield Entry(settings[name][0], False)

    def _intended(self, launch: Launch) -> str | None:
        """The module that a server was meant to load where its command names none that exists: the only one at the root that makes an app."""
        if launch.tool not in _LOADERS or not launch.module or "." in launch.module or self.app.dependencies.imports(launch.module):
            return None
        found = []
        for path in sorted(self.code.files):
            source = self.app.source(path) if "/" not in path else None
            if source is not None and any(word in source.text for word in self.program.knowledge.app_makers):
                found.append(path)
        outer = [path for path in found if not any(self._imports_file(other, path) for other in found if other != path)]
        return outer[0] if len(outer) == 1 else None

    def _imports_file(self, path: str, wanted: str) -> bool:
        """Whether one module at the root imports another."""
        mod = self.code.mod(path)
        return mod is not None and any(wanted in self.code.imported(mod, imp) for imp in mod.facts.imports)

    def factories(self, process: Process) -> Iterator[FunctionRef]:
        """Functions that make the app, where a command names one: `gunicorn "shop:create_app()"`, `uvicorn --factory shop:create_app`."""
        for launch in process.launches:
            mod = self.code.mod(self.code.find(launch.module) or "") if launch.module and launch.attr else None
            target = self.program.linker.lookup(mod, NONE, launch.attr) if mod is not None and launch.attr else None
            if target is None or target.kind != "function" or target.mod is None:
                continue
            called = "--factory" in launch.options or (launch.target is not None and "(" in launch.target.text)
            if called or all(param.default is not None for param in target.mod.facts.functions[target.number].params):
                yield FunctionRef(target.mod.path, target.number)

    def django_settings(self) -> str | None:
        """The settings module of the Django project that commands and config vars name, or the entry modules themselves."""
        processes = sorted(self.app.processes.values(), key=lambda p: not p.serves)
        starts = [e.path for p in processes for e in self.of(p) if not e.path.endswith("manage.py")]
        names = ("wsgi.py", "asgi.py", "manage.py")
        usual = [p for p in self.code.files if p.rpartition("/")[2] in names]
        starts += sorted(usual, key=lambda p: (p.endswith("manage.py"), p.count("/"), p))[:6]
        value = value_given(self.app, "DJANGO_SETTINGS_MODULE")
        named = self.code.find(value) if value else None
        for process in self.app.processes.values():
            for launch in process.launches:
                word = launch.assigned("DJANGO_SETTINGS_MODULE") or launch.option("--settings")
                if word and (path := self.code.find(word.text)):
                    named = path
        return named or settings_module(self.code, self.program.guards, iter(starts))

    def loads_django(self, process: Process) -> bool:
        """Whether a process starts a Django project, by its command or in the modules that it starts with."""
        starts = self.of(process)
        if any(launch.tool == "django" for launch in process.launches):
            return True
        return any(_speaks_of_django(mod) for entry in starts for mod in self._first_loaded(entry.path))

    def _first_loaded(self, path: str) -> Iterator[Mod]:
        """The module at a path, and where it is a package what that imports itself: `celery -A shop` starts with all of it."""
        mod = self.code.mod(path)
        if mod is None:
            return
        yield mod
        if path.endswith("/__init__.py"):
            paths = (inner for imp in mod.facts.imports for inner in self.code.imported(mod, imp))
            yield from (inner for one in paths if (inner := self.code.mod(one)) is not None)


def _speaks_of_django(mod: Mod) -> bool:
    return any("django" in (imp.module or "") for imp in mod.facts.imports) or "DJANGO_SETTINGS_MODULE" in mod.source.text[:4000]
