"""What the project's modules make and a command can be given: applications of frameworks and queues, and files that are programs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.calls import NamedCalls
from herolint.app.services.secrets import is_beside_production
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import last_name
from herolint.knowledge.starts import load_starts

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App

_ENTRIES = ("wsgi.py", "asgi.py")
"""Modules that are there to hand the application to a server."""
_USUAL = "application"
"""The name that servers take without being told."""


class Made(msgspec.Struct, frozen=True):
    """An object that a module makes: the module's path, the object's name (or the call that makes it), its qualified kind."""

    path: str
    name: str
    kind: str


class Makes:
    """The modules of an app that are for production, and what they make."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.code = app.code.code

    @cached_property
    def mods(self) -> tuple[Mod, ...]:
        """Modules outside of tests, examples and documentation."""
        paths = (path for path in sorted(self.code.files | self.code.sources) if not is_beside_production(path))
        return tuple(mod for path in paths if (mod := self.code.mod(path)) is not None)

    @cached_property
    def _objects(self) -> tuple[Made, ...]:
        wanted = {kind for row in load_starts().start for kind in row.made}
        return tuple(made for mod in self.mods for made in self._of(mod) if made.kind in wanted)

    def _of(self, mod: Mod) -> Iterator[Made]:
        """What stands under the names of a module under no condition, and what its functions without parameters give back."""
        linker = self.app.code.linker
        for name, bindings in mod.names.get(NONE, {}).items():
            last = bindings[-1]
            if last.guard != NONE:
                continue
            if isinstance(last.what, facts.Assign) and isinstance(last.what.value, facts.Call | facts.Attr):
                yield Made(mod.path, name, linker.qualified(mod, NONE, last.what.value) or "")
            elif isinstance(last.what, facts.Function) and all(param.default is not None for param in last.what.params):
                call = facts.Call(last.start, last.start, facts.Name(last.start, last.start, name), ())
                yield Made(mod.path, f"{name}()", linker.qualified(mod, NONE, call) or "")

    def of(self, kinds: tuple[str, ...]) -> tuple[Made, ...]:
        """The objects of these kinds; where there are some, functions that make one do not count, and a module made for servers comes first."""
        found = [made for made in self._objects if made.kind in kinds]
        objects = [made for made in found if not made.name.endswith("()")] or found
        entries = [made for made in objects if posixpath.basename(made.path) in _ENTRIES]
        return tuple(entries if len(entries) == 1 else objects)

    def sets(self, names: tuple[str, ...]) -> bool:
        """Whether some code sets one of the names, or calls it."""
        for mod in self.mods:
            targets = [assign.target for assign in mod.facts.assigns] + [fact.call.func for fact in mod.facts.calls]
            targets += [argument for fact in mod.facts.calls for argument in fact.call.args if isinstance(argument, facts.Keyword)]
            if any(_last_name(target) in names for target in targets):
                return True
        return False

    def programs(self, process: str) -> tuple[str, ...]:
        """Files that no other module imports, and in which some call does what makes them a program for the process type."""
        effects = {effect for effect, wanted in load_starts().programs.items() if wanted == process}
        alone = [mod for mod in self.mods if mod.path not in self._imported and posixpath.splitext(mod.path)[1] in load_starts().runs]
        found = []
        for call in NamedCalls(self.app.code.linker, alone).all:
            known = self.app.code.knows(call.mod)
            rows = known.effects(call.name) or known.effects(f".{call.name.rpartition('.')[2]}")
            if any(row.effect in effects for row in rows):
                found.append(call.mod.path)
        return tuple(dict.fromkeys(found))

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Paths that some module imports."""
        return frozenset(path for mod in self.mods for path in self.imported_by(mod))

    def imported_by(self, mod: Mod) -> Iterator[str]:
        """Paths that a module imports."""
        for imp in mod.facts.imports:
            yield from self.app.code.linker.dialect(mod).imported(mod, imp)

    def scripts(self, module: str, beside: tuple[str, ...]) -> tuple[str, ...]:
        """Files that import a module and that no other file imports, outside of some folders."""
        return tuple(
            mod.path
            for mod in self.mods
            if mod.path not in self._imported
            and not set(posixpath.dirname(mod.path).split("/")) & set(beside)
            and any((imp.module or "").partition(".")[0] == module and imp.level == 0 for imp in mod.facts.imports)
        )

    def dotted(self, path: str) -> tuple[str, str]:
        """The folder that a command must go to first (empty: none), and the module's name from there."""
        folder = posixpath.dirname(path)
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return (folder, module.rpartition(".")[2]) if folder and not self._goes_from_root(folder) else ("", module)

    def _goes_from_root(self, folder: str) -> bool:
        """Whether modules of a folder are found from the root: it is a package, or none of them imports its neighbours by bare name."""
        if f"{folder}/__init__.py" in self.code.files:
            return True
        neighbours = {posixpath.basename(path).removesuffix(".py") for path in self.code.files if posixpath.dirname(path) == folder}
        beside = [mod for mod in self.mods if posixpath.dirname(mod.path) == folder]
        return not any(imp.level == 0 and (imp.module or "").partition(".")[0] in neighbours for mod in beside for imp in mod.facts.imports)


def runner(path: str) -> str:
    """The command that starts a file."""
    return load_starts().runs[posixpath.splitext(path)[1]].format(path=path)


def object_of(module: str, made: Made) -> str:
    """`module:name`; quoted where it is a call, and without the name where servers know it."""
    if made.name == _USUAL:
        return module
    return f'"{module}:{made.name}"' if made.name.endswith("()") else f"{module}:{made.name}"


def _last_name(expr: facts.AnyExpr | None) -> str:
    if isinstance(expr, facts.Keyword):
        return expr.name
    return last_name(expr)
