"""What importing known modules costs in memory: the rows of memory.toml."""

import datetime
from collections.abc import Iterable
from functools import cache

import msgspec

from herolint.tables import load_table


class Module(msgspec.Struct, frozen=True):
    """What a module adds by itself, in MB, and the modules that it imports; the release that was measured, and when."""

    own: int
    loads: tuple[str, ...] = ()
    version: str = ""
    date: datetime.date | None = None


class Worker(msgspec.Struct, frozen=True):
    """MB of a bare worker, and of what an app's own code adds to it."""

    worker: int
    growth: int


class Memory(msgspec.Struct, frozen=True):
    """The whole table."""

    checked: datetime.date
    worker: Worker
    model: dict[str, int]
    """MB of trained models that libraries know by name."""
    module: dict[str, Module]

    def loaded(self, imported: Iterable[str]) -> dict[str, int]:
        """MB by known module, of all that the imported ones bring along."""
        found: dict[str, int] = {}
        queue = list(imported)
        while queue:
            name = queue.pop()
            row = self.module.get(name)
            if row is not None and name not in found:
                found[name] = row.own
                queue += row.loads
        return found


@cache
def load_memory() -> Memory:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "memory.toml"), Memory)
