"""Entries of the objects that frameworks keep an app's settings in: `app.config["UPLOAD_FOLDER"] = …` in one module, read in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, AnyOf, Value
from herolint.code import facts

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder


class ConfigEntries:
    """What the modules that have been loaded so far put into such objects, by key."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._loaded = -1
        self._set: dict[str, list[tuple[Mod, facts.Assign]]] = {}

    def value(self, key: str, depth: int) -> Value:
        """What is put in under the key, where every place that does so can be read."""
        self._look()
        found = [(mod, one) for mod, one in self._set.get(key, ()) if self.folder.holds(mod, one.guard) is not False]
        values = tuple(dict.fromkeys(self.folder.fold(mod, one.function, one.value, depth + 1) for mod, one in found))
        if not values or UNKNOWN in values:
            return UNKNOWN
        return values[0] if len(values) == 1 else AnyOf(values)

    def _look(self) -> None:
        code = self.folder.linker.code
        if code.asked_for == self._loaded:
            return
        self._loaded = code.asked_for
        self._set = {}
        for mod in tuple(code.loaded()):
            for one in mod.facts.assigns:
                match one.target:
                    case facts.Index(base=facts.Attr(name="config") as base, key=facts.Const(value=str(key))):
                        if self.folder.linker.qualified(mod, one.function, base) in self.folder.linker.settings.objects:
                            self._set.setdefault(key, []).append((mod, one))
