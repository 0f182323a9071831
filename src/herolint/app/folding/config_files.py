"""Objects that a program fills from a file of the repository: `yaml.Unmarshal(text, &config)`, with the file's name beside it."""

from __future__ import annotations

import posixpath
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Known, Value, text_of
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import last_name
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder
    from herolint.formats.tree import Tree

_FORMATS = {".toml": "toml_tree", ".yml": "yaml_tree", ".yaml": "yaml_tree", ".json": "json_tree"}
_TAG = lazy(r'(?:toml|yaml|json):"([\w.-]+)')
_DEEPEST = 6
"""How many structs may lie in each other."""
_MOST_BYTES = 100_000
"""Larger files are no settings."""


class _Filled(msgspec.Struct, frozen=True):
    """A class whose objects are filled from a file."""

    mod: Mod
    number: int
    tree: Tree


class ConfigFiles:
    """What such files hold for the fields of the classes that the modules loaded so far fill from them."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._loaded = -1
        self._filled: list[_Filled] = []

    def value(self, mod: Mod, number: int, field: str) -> Value:
        """What the only file that fills objects of a class holds for a field; unknown where nothing is certain."""
        self._look()
        if len(self._filled) != 1 or self.folder.givers.changed(field):
            return UNKNOWN
        root = self._filled[0]
        path = self._path(root.mod, root.number, (mod.path, number), 0)
        node = root.tree.get(*path, _key(mod, number, field)) if path is not None else None
        return Known(node.value) if node is not None and node.kind not in ("map", "list") else UNKNOWN

    def _path(self, mod: Mod, number: int, wanted: tuple[str, int], depth: int) -> tuple[str, ...] | None:
        """The keys that lead from a class to another one inside of it."""
        if (mod.path, number) == wanted:
            return ()
        for name, fields in mod.class_body.get(number, {}).items() if depth < _DEEPEST else ():
            declared = fields[-1].annotation
            target = self.folder.linker.resolve(mod, NONE, declared) if declared is not None else None
            if target is not None and target.kind == "class" and target.mod is not None:
                below = self._path(target.mod, target.number, wanted, depth + 1)
                if below is not None:
                    return (_key(mod, number, name), *below)
        return None

    def _look(self) -> None:
        code, known = self.folder.linker.code, self.folder.linker.settings
        if code.asked_for == self._loaded:
            return
        self._loaded, self._filled = code.asked_for, []
        for mod in tuple(code.loaded()):
            for fact in mod.facts.calls if self.folder.linker.dialect(mod).follows_values else ():
                func = fact.call.func
                name = self.folder.linker.qualified(mod, fact.function, func) if last_name(func) in known.fills else None
                tree = self._file(mod, fact.function) if name is not None and name.startswith(known.decoders) else None
                for given in fact.call.args if tree is not None else ():
                    target = self.folder.linker.resolve(mod, fact.function, given)
                    if tree is not None and target is not None and target.kind == "instance" and target.mod is not None:
                        self._filled.append(_Filled(target.mod, target.number, tree))

    def _file(self, mod: Mod, function: int) -> Tree | None:
        """The only file of the repository that a function opens by name."""
        found: set[str] = set()
        linker = self.folder.linker
        for fact in mod.facts.calls:
            if fact.function == function and fact.call.args and linker.qualified(mod, function, fact.call.func) in linker.settings.opens:
                text = text_of(self.folder.fold(mod, function, fact.call.args[0]))
                found.add(posixpath.normpath(text) if text is not None else "")
        path = found.pop() if len(found) == 1 else ""
        kind = _FORMATS.get(posixpath.splitext(path)[1])
        workspace = self.folder.linker.code.workspace
        entry = workspace.slug_files.get(path) if kind is not None else None
        source = workspace.read(path) if entry is not None and entry.size <= _MOST_BYTES else None
        if source is None or source.is_binary:
            return None
        tree: Tree = import_module(f"herolint.formats.{kind}").load(source)
        return tree


def _key(mod: Mod, number: int, field: str) -> str:
    """What a field is called in the file: by its tag, else its name in small letters."""
    declared = mod.class_body.get(number, {}).get(field)
    tag = declared[-1].value if declared else None
    found = _TAG.search(str(tag.value)) if isinstance(tag, facts.Const) else None
    return found[1] if found is not None else field.lower()
