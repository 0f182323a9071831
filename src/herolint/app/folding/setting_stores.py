"""Settings that a program looks up by key in a store: which variable or default stands behind a key (`viper.BindEnv`, `viper.SetDefault`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Env, Known, Made, Value, text_of
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, dotted

if TYPE_CHECKING:
    from herolint.app.folding.flags import Flags
    from herolint.app.folding.fold import Folder

STORE = "github.com/spf13/viper"
_TELLS = frozenset(
    """
    SetDefault BindEnv AutomaticEnv SetEnvPrefix ReadInConfig MergeInConfig BindPFlag BindPFlags Set SetConfigFile SetConfigName
    SetConfigType AddConfigPath
    """.split()
)


class _Told(msgspec.Struct, frozen=True):
    """One call that tells the store something."""

    mod: Mod
    fact: CallFact
    what: str


class Stores:
    """What the modules that have been loaded so far tell the store."""

    def __init__(self, folder: Folder, flags: Flags) -> None:
        self.folder = folder
        self.flags = flags
        self._loaded = -1
        self._told: list[_Told] = []

    def reads(self, name: str) -> bool:
        """Whether a call of that qualified name looks something up."""
        return name.startswith(STORE) and name.rpartition(".")[2].startswith("Get")

    def read(self, made: Made, depth: int) -> Value:
        """The variable behind the key that a call looks up, with what is there when it is not set."""
        key = text_of(made.args[0]) if made.args else None
        if key is None:
            return UNKNOWN
        self._look()
        default = self._default(key.lower(), depth)
        variable = self._variable(key)
        if variable is None:
            return default
        # Where nothing else gives a value, an unset variable gives an empty one.
        return Env(variable, default if default is not UNKNOWN or self._has("ReadInConfig", "MergeInConfig") else Known(None))

    def file(self) -> str | None:
        """The only file that the store is told to read, where its name is known."""
        self._look()
        named = [self._first(told) for told in self._of("SetConfigFile")]
        if not named:
            folders = [self._first(told) for told in self._of("AddConfigPath")]
            names = [self._first(told) for told in self._of("SetConfigName")]
            endings = [self._first(told) for told in self._of("SetConfigType")]
            if len(folders) == len(names) == len(endings) == 1 and None not in (folders[0], names[0], endings[0]):
                named = [f"{folders[0]}/{names[0]}.{endings[0]}"]
        return named[0] if len(named) == 1 else None

    def _first(self, told: _Told) -> str | None:
        return text_of(self._fold(told, told.fact.call.args[0], 0)) if told.fact.call.args else None

    def _default(self, key: str, depth: int) -> Value:
        if self._has("Set") or (flag := self._flag(key)) is UNKNOWN:
            return UNKNOWN
        if flag is not None:
            return flag
        for told in self._of("SetDefault"):
            args = told.fact.call.args
            if len(args) > 1 and (text_of(self._fold(told, args[0], depth)) or "").lower() == key:
                return self._fold(told, args[1], depth)
        return UNKNOWN

    def _flag(self, key: str) -> Value | None:
        """The flag of the command line that stands behind a key; None where none does."""
        for told in self._of("BindPFlag"):
            named, *given = told.fact.call.args
            if (text_of(self._fold(told, named, 0)) or "").lower() == key:
                looked_up = argument(given[0], 0, None) if given else None
                return self.flags.named(
                    looked_up.value if isinstance(looked_up, facts.Const) and isinstance(looked_up.value, str) else None
                )
        return self.flags.named(key) if self._has("BindPFlags") else None

    def _variable(self, key: str) -> str | None:
        prefix = next((self._first(told) for told in self._of("SetEnvPrefix")), None)
        derived = "_".join(filter(None, (prefix, key))).upper().replace(".", "_").replace("-", "_")
        for told in self._of("BindEnv"):
            names = [text_of(self._fold(told, arg, 0)) for arg in told.fact.call.args]
            if names and names[0] is not None and names[0].lower() == key.lower():
                return next((name for name in names[1:] if name), derived)
        # A store whose settings cannot be seen may be told elsewhere, in a library of the project.
        return (
            derived
            if self._has("AutomaticEnv") or not self._has("SetDefault", "BindEnv", "ReadInConfig", "BindPFlag", "BindPFlags")
            else None
        )

    def _fold(self, told: _Told, expr: facts.AnyExpr, depth: int) -> Value:
        return self.folder.fold(told.mod, told.fact.function, expr, depth + 2)

    def _of(self, what: str) -> Iterator[_Told]:
        return (told for told in self._told if told.what == what)

    def _has(self, *what: str) -> bool:
        return any(told.what in what for told in self._told)

    def _look(self) -> None:
        code = self.folder.linker.code
        if code.asked_for == self._loaded:
            return
        self._loaded = code.asked_for
        self._told = []
        for mod in tuple(code.loaded()):
            if any(imp.module.startswith(STORE) for imp in mod.facts.imports):
                for fact in mod.facts.calls:
                    last = (dotted(fact.call.func) or "").rpartition(".")[2]
                    if last in _TELLS:
                        self._told.append(_Told(mod, fact, last))
