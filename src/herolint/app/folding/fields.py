"""Folding what stands behind a dot: attributes of modules, fields of objects, values in the bodies of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.folding.command_line import option_read
from herolint.app.folding.env_reads import ENV_TABLES, SETTINGS_BASES, settings_field, settings_prefix, tagged
from herolint.app.linking.module import Mod
from herolint.app.linking.operators import parent_folder
from herolint.app.linking.target import Target
from herolint.app.linking.values import UNKNOWN, Env, Known, Made, Value, held_under
from herolint.code import facts
from herolint.code.facts import NONE, Assign

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder

MAX_DEPTH = 20
"""Expressions that may stand for each other before a value is given up as unknown."""
_SAME_VALUE = frozenset({"presence", "to_s", "to_i", "freeze", "strip"})
"""Methods that need no brackets and give the value itself, or one that reads alike."""


class Fields:
    """Folds the attributes that a folder of expressions comes across; it folds what they are given in turn."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.linker = folder.linker

    def attribute(self, mod: Mod, function: int, expr: facts.Attr, depth: int) -> Value | None:
        """The value of an attribute by what it is one of; None where that is not known, and its name alone must tell."""
        if expr.name in _SAME_VALUE:
            return self.folder.fold(mod, function, expr.base, depth)
        base = self.linker.resolve(mod, function, expr.base)
        if base is not None and base.kind == "external" and base.name in ENV_TABLES and base.name != "os.environ":
            return Env(expr.name, Known(None))
        if base is not None and (option := option_read(self.linker.code, self.folder.environment, base.name, expr.name)) is not None:
            return option
        if base is None or base.kind in ("external", "variable"):
            if expr.name in ("parent", "parents", "name", "stem", "value"):
                return parent_folder(self.folder.fold(mod, function, expr.base, depth)) if expr.name == "parent" else None
            held = held_under(self.folder.fold(mod, function, expr.base, depth), expr.name)
            unsure = held is not None and self.linker.dialect(mod).follows_values and self.folder.givers.changed(expr.name)
            return UNKNOWN if unsure else held
        if base.kind == "module" and base.mod is not None:
            given = self.linker.dialect(base.mod).value(base.mod, expr.name)
            if given is not None:
                return self.folder.fold(given[0], NONE, given[1], depth)
            bindings = base.mod.names.get(NONE, {}).get(expr.name)
            if bindings and any(isinstance(b.what, Assign) for b in bindings):
                return self.folder.bindings(base.mod, bindings, depth)
        if base.kind in ("class", "instance") and base.mod is not None:
            if self.linker.dialect(base.mod).follows_values:
                return self._field(mod, function, expr, base, depth)
            return self.of_class(base.mod, base.number, expr.name, depth)
        return None

    def _field(self, mod: Mod, function: int, expr: facts.Attr, base: Target, depth: int) -> Value | None:
        """What a field holds: as its object was made here, or any object of its type elsewhere; else the variable that its tag names."""
        assert base.mod is not None
        declared = base.mod.class_body.get(base.number, {}).get(expr.name)
        if declared and isinstance(declared[-1].value, facts.Const) and (read := tagged(str(declared[-1].value.value), expr.name)):
            return read
        if self.folder.givers.is_filled(base.mod, base.number):
            return self.folder.files.value(base.mod, base.number, expr.name)
        made = self.folder.fold(mod, function, expr.base, depth + 1)
        given = self.folder.givers.of_field(base.mod, base.number, expr.name)
        if given is None:
            return UNKNOWN
        if isinstance(made, Made) and (value := made.keyword(expr.name)) is not None:
            return value if not any(one.changes for one in given) else self.folder.any_given(given, depth)
        if not declared:
            return self.of_class(base.mod, base.number, expr.name, depth)
        return self.folder.any_given(given, depth) if given else None

    def of_class(self, mod: Mod, index: int, name: str, depth: int = 0) -> Value | None:
        """The value of a class attribute, own or inherited; of a settings class, the environment variable behind it."""
        assigns = mod.class_body.get(index, {}).get(name)
        if assigns:
            last = assigns[-1]
            value = self.folder.fold(mod, last.function, last.value, depth) if last.value is not None else None
            if self.linker.ancestors(mod, index) & SETTINGS_BASES:
                return settings_field(name, value, settings_prefix(mod, index))
            if value is not None:
                return value
        for other, number in self.linker.dialect(mod).reopened(mod, index) if not assigns else ():
            if name in other.class_body.get(number, {}):
                return self.of_class(other, number, name, depth + 1)
        for assign in mod.self_assigns.get((index, name), ()):
            return self.folder.fold(mod, assign.function, assign.value, depth)
        for base in self.linker.bases(mod, index):
            if base.kind == "class" and base.mod is not None and depth < MAX_DEPTH:
                value = self.of_class(base.mod, base.number, name, depth + 1)
                if value is not None:
                    return value
        return None

    def enclosed(self, mod: Mod, function: int, name: str, depth: int) -> Value | None:
        """A constant of the classes around a function."""
        for where, index in self.linker.dialect(mod).enclosing(mod, function):
            if name in where.class_body.get(index, {}):
                return self.of_class(where, index, name, depth)
        return None
