"""What calls, modules and packages need of the operating system. Reads system.toml."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

import msgspec

from herolint.tables import load_table


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that can be missing; what the fields mean stands in the head of system.toml."""

    name: str
    fails: str
    apt: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    programs: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    since: str = ""
    only_with: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    fix: str = ""
    optional: bool = False

    def given_by(self, packages: Iterable[str]) -> bool:
        """Whether one of some Ubuntu packages gives it."""
        return any(fnmatchcase(package, pattern) for package in packages for pattern in self.apt)

    def told_in(self, text: str) -> bool:
        """Whether a text in lower case tells of it."""
        return any(word in text for word in self.words)


class System(msgspec.Struct, frozen=True):
    """All needs; calls that run programs, and those that ask for one; what base images hold.

    `second`: those of `words` whose second argument is the program.
    """

    needs: tuple[Need, ...]
    words: frozenset[str]
    shell: frozenset[str]
    second: frozenset[str]
    asks: frozenset[str]
    images: dict[str, tuple[str, ...]]


@cache
def load() -> System:
    """The shipped table."""
    raw = load_table("herolint.knowledge", "system.toml")
    return msgspec.convert({"needs": raw["need"], **raw["runs"], "images": raw["images"]}, System)
