"""The modules that Python brings itself, by version. Reads stdlib.toml."""

from functools import cache

import msgspec

from herolint.tables import load_table


class Stdlib(msgspec.Struct, frozen=True):
    """`removed`: the first minor version without a module; `back` and `now`: what brings it back, what serves in its place.

    `two`: modules of Python 2 with their name of today; `windows`: modules that exist on Windows only.
    """

    modules: frozenset[str]
    windows: frozenset[str]
    removed: dict[str, str]
    back: dict[str, tuple[str, ...]]
    now: dict[str, str]
    two: dict[str, str]

    def has(self, module: str, minor: str) -> bool:
        """Whether Python of that minor version (`3.13`) has the top-level module on Linux."""
        gone = self.removed.get(module)
        return module in self.modules or (gone is not None and _number(minor) < _number(gone))


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))


@cache
def load() -> Stdlib:
    """The shipped table."""
    raw = load_table("herolint.knowledge", "stdlib.toml")
    return msgspec.convert({name: raw[name] for name in Stdlib.__struct_fields__}, Stdlib)
