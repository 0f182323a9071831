"""What Python distributions weigh: the rows of package_sizes.json, and those of packages.toml for what has no wheels."""

import re
from functools import cache
from typing import Any

import msgspec

from herolint.knowledge.names import import_names, normalise, table
from herolint.tables import shipped

MB = 1_000_000
"""A megabyte, in bytes: the platform's limits and all sizes here count in powers of ten."""

BYTE_CODE = 0.4
"""Compressed bytes of `.pyc` files for each byte of `.py` source."""


class DropIn(msgspec.Struct, frozen=True):
    """A lighter distribution for the same purpose. `bytes` is its share of the slug with all that it pulls in.

    `since` is the first release of the heavy one beside which there is such a lighter one; empty: any.
    """

    name: str
    reason: str
    bytes: int
    since: str = ""
    own: int = 0
    """Its share alone."""
    spares: tuple[str, ...] = ()
    """What the heavy one pulls in and the lighter one does not."""
    same: bool = False
    """Whether it has the same releases and the same modules, so that only the name changes."""
    lacks: tuple[str, ...] = ()
    """Functions of the heavy one that it does not have."""
    index: str = ""
    """The index that has the lighter builds, under the heavy one's name."""

    def exists_for(self, version: str | None) -> bool:
        """Whether the lighter one is there in the release that is asked for (None: the newest)."""
        return version is None or not self.since or _numbers(version) >= _numbers(self.since)


class Package(msgspec.Struct, frozen=True):
    """A distribution as measured on Linux x86-64.

    `wheel` is the size of its wheel, `bytes` its own share of the compressed slug, byte code included; `closure` names the measured
    distributions that a plain install pulls in besides, `rest` is the share of all others that it pulls in. `version` is the release
    that was weighed, `date` the day of the measurement. `source_only`: there is no wheel, and `bytes` is only about what the source
    archive weighs.
    """

    name: str
    import_names: tuple[str, ...]
    version: str
    wheel: int
    bytes: int
    closure: tuple[str, ...]
    rest: int
    date: str
    older: tuple[str, ...] = ()
    """Earlier releases that were weighed too, see `release`."""
    drop_in: DropIn | None = None
    source_only: bool = False


class _Row(msgspec.Struct, frozen=True):
    """A measured release: bytes of its wheel and of the `.py` files in it, what it pulls in, and the day."""

    version: str
    wheel: int
    date: str
    python: int = 0
    closure: tuple[str, ...] = ()
    rest_wheel: int = 0
    rest_python: int = 0
    slug: int = 0
    """What it adds to a slug, where that was measured."""

    @property
    def bytes(self) -> int:
        return self.slug or share(self.wheel, self.python)

    @property
    def rest(self) -> int:
        return share(self.rest_wheel, self.rest_python)


class _Sizes(msgspec.Struct, frozen=True):
    """`size` holds today's releases, builds without CUDA as `NAME+cpu`; `older` earlier ones."""

    size: dict[str, _Row]
    older: dict[str, tuple[_Row, ...]]


@cache
def _sizes() -> _Sizes:
    # Written by a program and large: JSON is read in a millisecond, TOML takes a hundred.
    return msgspec.json.decode(shipped("herolint.knowledge", "package_sizes.json").read_bytes(), type=_Sizes)


@cache
def _built() -> dict[str, _Row]:
    """Rows of distributions without wheels; they name only what they pull in themselves, so the closure is made here."""
    rows = msgspec.convert(table()["built"], dict[str, _Row])
    found = {}
    for name, row in rows.items():
        closure = {other for direct in row.closure for other in (direct, *_sizes().size[direct].closure)}
        rest = max((_sizes().size[direct].rest_wheel for direct in row.closure), default=0)
        found[name] = msgspec.structs.replace(row, closure=tuple(sorted(closure)), rest_wheel=rest)
    return found


@cache
def package(name: str) -> Package | None:
    """What was measured of a distribution's newest release, by any spelling of its name; None when it is not in the table."""
    key = normalise(name)
    row = _sizes().size.get(key) or _built().get(key)
    return _package(key, row) if row else None


@cache
def release(name: str, version: str | None, variant: str = "") -> Package | None:
    """The measured release that is nearest to a version (None: the newest); None when the distribution is not in the table.

    `variant` is a local version such as `cpu`, and wins over the version when such a build was measured.
    """
    key = normalise(name)
    special = _sizes().size.get(f"{key}+{variant}") if variant else None
    if special:
        return _package(key, special)
    newest, older = _sizes().size.get(key), _sizes().older.get(key)
    if newest is None or version is None or not older:
        return package(key)
    return _package(key, min((newest, *older), key=lambda row: distance(version, row.version)))


def _package(key: str, row: _Row) -> Package:
    lighter = table()["lighter"].get(key)
    return Package(
        name=key,
        import_names=import_names(key),
        version=row.version,
        wheel=row.wheel,
        bytes=row.bytes,
        closure=row.closure,
        rest=row.rest,
        date=row.date,
        older=tuple(old.version for old in _sizes().older.get(key, ())),
        drop_in=_drop_in(row, lighter) if lighter else None,
        source_only=key in _built(),
    )


def _drop_in(heavy: _Row, lighter: dict[str, Any]) -> DropIn:
    row = _sizes().size[lighter["name"]]
    spares = tuple(name for name in heavy.closure if name not in row.closure)
    share, since = _with_closure(lighter["name"]), lighter.get("since", "")
    lacks = tuple(lighter.get("lacks", ()))
    return DropIn(
        lighter["name"], lighter["reason"], share, since, row.bytes, spares, lighter.get("same", False), lacks, lighter.get("index", "")
    )


@cache
def sizes_date() -> str:
    """The day of the newest measurement in the table."""
    return max(row.date for row in _sizes().size.values())


def _with_closure(name: str) -> int:
    """Bytes that a distribution and all that it pulls in add to a slug."""
    row = _sizes().size[name]
    return row.bytes + row.rest + sum(_sizes().size[other].bytes for other in row.closure)


def share(wheel: int, python: int) -> int:
    """Bytes that a wheel adds to the compressed slug: itself, and the byte code that the build makes of its `python` bytes of source."""
    return wheel + round(BYTE_CODE * python)


def distance(one: str, other: str) -> float:
    """How far apart two versions are: in minor releases, a major one counting for a hundred."""
    a, b = _numbers(one), _numbers(other)
    return abs((a[0] - b[0]) * 100 + (a[1] - b[1]) + (a[2] - b[2]) / 1000)


def _numbers(version: str) -> tuple[int, int, int]:
    found = [int(n[:9]) for n in re.findall(r"[0-9]+", version.partition("+")[0])[:3]] + [0, 0, 0]
    return found[0], found[1], found[2]


def known_packages() -> tuple[str, ...]:
    """The names of all measured distributions."""
    return tuple(name for name in (*_sizes().size, *_built()) if "+" not in name)
