"""Values in a process's memory, and the places that change and read them."""

from __future__ import annotations

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Place


class Use(msgspec.Struct, frozen=True):
    """One place that changes or reads a value while a request is answered. `kind`: `add`, `rebind`, `remove` or `read`.

    `part`: the field that it is about, of a value that is an object with fields (`config.news`); empty where it may be any.
    """

    kind: str
    mod: Mod
    function: int
    at: Place
    guard: int = NONE
    value: facts.AnyExpr | None = None
    part: str = ""

    @property
    def ref(self) -> FunctionRef:
        """The function that it stands in."""
        return FunctionRef(self.mod.path, self.function)


class Held(msgspec.Struct, frozen=True):
    """A value with its uses. `name` is how a reader would call it (`games`, `Store.games`); `container`: not just a variable."""

    mod: Mod
    name: str
    at: Place
    container: bool
    uses: tuple[Use, ...]

    def of(self, *kinds: str) -> tuple[Use, ...]:
        """The uses of some kinds."""
        return tuple(use for use in self.uses if use.kind in kinds)
