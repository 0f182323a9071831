"""What an expression names: the answer of the linker."""

from __future__ import annotations

import msgspec

from herolint.app.linking.module import Binding, Mod
from herolint.code.facts import NONE

MAX_DEPTH = 24
"""Names that may stand for each other before the chain is given up as unknown."""


class Target(msgspec.Struct, frozen=True, gc=False):
    """What an expression names.

    `kind`: `external` (name: qualified; `x()` marks the result of calling x), `module` (mod), `function`, `class`, `instance`
    (mod and number of the project's definition), `variable` (mod, name and its bindings).
    """

    kind: str
    name: str
    mod: Mod | None = None
    number: int = NONE
    bindings: tuple[Binding, ...] = ()
