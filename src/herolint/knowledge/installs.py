"""What pip cannot install on a dyno, and which source archives do not build there. Reads installs.toml."""

import operator
from fnmatch import fnmatchcase
from functools import cache

import msgspec

from herolint.patterns import lazy
from herolint.tables import load_table

_RELEASE = lazy(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")
_BOUND = lazy(r"(?P<how>[<>]=?|==) *(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9})*)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distributions (or patterns of names) that no dyno can install; `instead` does the same there. `installer`: only with that one.

    `needless`: nothing is missing without it, since it never was a distribution or Python brings the same.
    """

    names: tuple[str, ...]
    reason: str
    versions: str = ""
    instead: str = ""
    installer: str = ""
    needless: bool = False


class Fails(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Source archives that do not build with some Pythons, unless one of the system packages (or a buildpack so called) is there."""

    names: tuple[str, ...]
    reason: str
    versions: str = ""
    python: str = ""
    unless: tuple[str, ...] = ()


class Carries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A distribution that brings a compiled one along: the first release that can be installed with each Python."""

    name: str
    needs: str
    first: dict[str, str]
    versions: str = ""


class _Absent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    boards: str
    standard: str
    modules: str


class _Builds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    always: tuple[str, ...]
    fails: tuple[Fails, ...]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked: str
    source: tuple[str, ...]
    absent: _Absent
    refused: tuple[Refused, ...]
    builds: _Builds
    carries: tuple[Carries, ...]


@cache
def _table() -> _Table:
    raw = load_table("herolint.knowledge", "installs.toml")
    raw["checked"] = str(raw["checked"])
    return msgspec.convert(raw, _Table)


def checked() -> str:
    """The day on which the table was last compared with the index."""
    return _table().checked


@cache
def standard_modules() -> frozenset[str]:
    """Modules of Python itself that are no distributions."""
    return frozenset(_table().absent.standard.split())


@cache
def board_modules() -> frozenset[str]:
    """Modules that only a small computer with pins can load."""
    return frozenset(_table().absent.boards.split())


@cache
def module_names() -> frozenset[str]:
    """Names, normalised, of modules whose distribution is called otherwise and that are no distributions themselves."""
    return frozenset(_table().absent.modules.split())


def refused(name: str) -> tuple[Refused, ...]:
    """The rows about a distribution that no dyno can install."""
    return tuple(row for row in _table().refused if any(one == name or ("*" in one and fnmatchcase(name, one)) for one in row.names))


def always_builds(name: str) -> bool:
    """Whether a distribution's source archives are known to install without a wheel."""
    return name in _table().builds.always


def failing_builds(name: str) -> tuple[Fails, ...]:
    """The rows about a distribution's source archives that do not build."""
    return tuple(row for row in _table().builds.fails if name in row.names)


def carries(name: str) -> Carries | None:
    """The row of a distribution that brings a compiled one along."""
    return next((row for row in _table().carries if row.name == name), None)


def matches(versions: str, version: str | None) -> bool:
    """Whether a version is one of those that a table's row is about; no version is the newest, which counts where all versions do."""
    if not versions:
        return True
    if version is not None and (plain := _plain(versions, version)) is not None:
        return plain
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    if version is None:
        return SpecifierSet(versions).contains("9999")
    try:
        return SpecifierSet(versions).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def _plain(versions: str, version: str) -> bool | None:
    """`matches` for plain release numbers and bounds, which most are; None for all else, which `packaging` judges and takes long to load."""
    if not _RELEASE.fullmatch(version):
        return None
    at = _release(version)
    for clause in versions.split(","):
        bound = _BOUND.fullmatch(clause.strip())
        if bound is None:
            return None
        if not _COMPARE[bound["how"]](at, _release(bound["release"])):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a release without zeros at the end, which mean nothing."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
