"""Folders that code itself adds to the path that imports are searched on."""

from __future__ import annotations

import posixpath

from herolint.app.codebase import Mod
from herolint.app.guards import Guards
from herolint.app.operators import HOME
from herolint.app.values import Known, Unknown, options
from herolint.code import facts

_ADDING = {"sys.path.append": 0, "sys.path.insert": 1, "sys.path.extend": 0, "site.addsitedir": 0}


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
