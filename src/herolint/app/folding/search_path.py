"""Folders that imports are searched in beside the root: those of commands, of `PYTHONPATH`, and those that code itself adds."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from herolint.app.folding.config_vars import value_given
from herolint.app.folding.guards import Guards
from herolint.app.linking.codebase import CodeBase
from herolint.app.linking.module import Mod
from herolint.app.linking.operators import HOME
from herolint.app.linking.values import Known, Unknown, options
from herolint.code import facts

if TYPE_CHECKING:
    from herolint.app.model import App

_ADDING = {"sys.path.append": 0, "sys.path.insert": 1, "sys.path.extend": 0, "site.addsitedir": 0}


def add_roots(app: App, code: CodeBase) -> None:
    """Make the folders that commands start from and that `PYTHONPATH` names roots of the code base, and `src` where its modules are."""
    for process in app.processes.values():
        for launch in process.launches:
            for folder in (launch.folder, launch.cwd):
                if folder:
                    code.add_root(folder)
            if (given := launch.assigned("PYTHONPATH")) is not None:
                _search_in(code, given.text)
    _search_in(code, value_given(app, "PYTHONPATH") or "")
    code.open_path |= app.config_var("PYTHONPATH") == ""
    if "src" in code.folders and "src/__init__.py" not in code.files and not _named_with_root(code, "src"):
        code.add_root("src")


def _search_in(code: CodeBase, path: str) -> None:
    """Make the folders of a `PYTHONPATH` roots of the code base."""
    for folder in path.split(":"):
        folder = folder.removeprefix("/app").removeprefix("$HOME").removeprefix("$PWD").strip("/")
        if folder and "$" not in folder:
            code.add_root(folder)
        code.open_path |= "$" in folder


def _named_with_root(code: CodeBase, folder: str) -> bool:
    """Whether modules at the root import from a folder by its own name (`from src.views import …`): then it is a package, no root."""
    beginnings = (f"from {folder}.", f"from {folder} ", f"import {folder}.")
    top = (mod for path in code.files if "/" not in path and path.endswith(".py") and (mod := code.mod(path)) is not None)
    return any(word in mod.source.text for mod in top for word in beginnings)


def add_folders(mod: Mod, guards: Guards) -> None:
    """Make the folders that a module puts on the search path roots of the code base; one that cannot be known leaves the base `open`."""
    if "sys.path" not in mod.source.text and "addsitedir" not in mod.source.text:
        return
    code = guards.linker.code
    for fact in mod.facts.calls:
        name = guards.linker.qualified(mod, fact.function, fact.call.func)
        if name in _ADDING and len(fact.call.args) > _ADDING[name]:
            given = fact.call.args[_ADDING[name]]
            items = given.items if isinstance(given, facts.Sequence) else (given,)
            for item in items:
                _add(mod, fact.function, item, guards)
    for assign in mod.facts.assigns:
        if guards.linker.qualified(mod, assign.function, assign.target) == "sys.path":
            code.open_path = True


def _add(mod: Mod, function: int, expr: facts.AnyExpr, guards: Guards) -> None:
    code = guards.linker.code
    for value in options(guards.folder.fold(mod, function, expr)):
        if isinstance(value, Known) and isinstance(value.value, str) and "{}" not in value.value:
            path = posixpath.normpath(posixpath.join(HOME, value.value))
            if path == HOME or path.startswith(f"{HOME}/"):
                code.add_root(path.removeprefix(HOME))
        elif isinstance(value, Unknown) or not isinstance(value, Known):
            code.open_path = True
