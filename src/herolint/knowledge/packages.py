"""What is known of Python distributions: import names, console scripts, what they add to a slug. Reads packages.toml and package_sizes.json."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

MB = 1_000_000
"""A megabyte, in bytes: the platform's limits and all sizes here count in powers of ten."""

BYTE_CODE = 0.4
"""Compressed bytes of `.pyc` files for each byte of `.py` source."""

BASE_BYTES = 18 * MB
"""Compressed bytes of the Python runtime (about 14 MB) and of pip."""

SOURCE_IN_SMALL = 3.3
"""Bytes of `.py` source for each byte of a small wheel."""

EXACT = (0.96, 1.04)
UNPINNED = (0.9, 1.15)
OTHER_RELEASE = (0.75, 1.25)
"""Factors within which a share lies: of the release that was weighed, of whatever is newest, of a release further away."""

UNKNOWN_LOCKED = (20_000, 150_000, 1_500_000)
UNKNOWN_DIRECT = (50_000, 500_000, 6_000_000)
"""Bytes that a distribution outside the table is taken to add at least, mostly and at most: alone, and with what it pulls in."""


class DropIn(msgspec.Struct, frozen=True):
    """A lighter distribution for the same purpose. `bytes` is its share of the slug with all that it pulls in."""

    name: str
    reason: str
    bytes: int


class Package(msgspec.Struct, frozen=True):
    """A distribution as measured on Linux x86-64.

    `bytes` is its own share of the compressed slug, byte code included; `closure` names the measured distributions that a plain
    install pulls in besides, `rest` is the share of all others that it pulls in. `version` is the release that was weighed, `date`
    the day of the measurement. `source_only`: there is no wheel, and `bytes` is only about what the source archive weighs.
    """

    name: str
    import_names: tuple[str, ...]
    version: str
    bytes: int
    closure: tuple[str, ...]
    rest: int
    date: str
    older: tuple[str, ...] = ()
    """Earlier releases that were weighed too, see `release`."""
    drop_in: DropIn | None = None
    source_only: bool = False


def normalise(name: str) -> str:
    """A distribution's name in its one spelling (PEP 503): `Flask_SQLAlchemy` becomes `flask-sqlalchemy`."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def table() -> dict[str, Any]:
    """The shipped table, as it stands in packages.toml."""
    found: dict[str, Any] = tomllib.loads(files("herolint.knowledge").joinpath("packages.toml").read_text("utf-8"))
    return found


@cache
def _modules() -> dict[str, tuple[str, ...]]:
    """Import names by distribution: the table's `imports`, turned round."""
    found: dict[str, list[str]] = {}
    for module, distributions in table()["imports"].items():
        for distribution in distributions:
            found.setdefault(distribution, []).append(module)
    return {name: tuple(modules) for name, modules in found.items()}


def import_names(distribution: str) -> tuple[str, ...]:
    """The top-level modules that a distribution provides. What the table does not know is taken to be named alike."""
    name = normalise(distribution)
    return _modules().get(name) or (name.replace("-", "_"),)


def distributions_for_import(module: str) -> tuple[str, ...]:
    """The distributions, normalised, that provide a module; the usual one first. Dotted names find the longest known part.

    What the table does not know is taken to be named alike.
    """
    known: dict[str, list[str]] = table()["imports"]
    part = module
    while part:
        if part in known:
            return tuple(known[part])
        part = part.rpartition(".")[0]
    top = module.partition(".")[0]
    return (normalise(top),) if top else ()


def program_packages(program: str) -> tuple[str, ...]:
    """The distributions, normalised, that install a console script; the usual one first. Empty for an unknown program."""
    return tuple(table()["programs"].get(program, ()))


class _Row(msgspec.Struct, frozen=True):
    """A measured release: bytes of its wheel and of the `.py` files in it, what it pulls in, and the day."""

    version: str
    wheel: int
    date: str
    python: int = 0
    closure: tuple[str, ...] = ()
    rest_wheel: int = 0
    rest_python: int = 0

    @property
    def bytes(self) -> int:
        return share(self.wheel, self.python)

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
    return msgspec.json.decode(files("herolint.knowledge").joinpath("package_sizes.json").read_bytes(), type=_Sizes)


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
    return _package(key, min((newest, *older), key=lambda row: _distance(version, row.version)))


def _package(key: str, row: _Row) -> Package:
    lighter = table()["lighter"].get(key)
    return Package(
        name=key,
        import_names=import_names(key),
        version=row.version,
        bytes=row.bytes,
        closure=row.closure,
        rest=row.rest,
        date=row.date,
        older=tuple(old.version for old in _sizes().older.get(key, ())),
        drop_in=DropIn(lighter["name"], lighter["reason"], _with_closure(lighter["name"])) if lighter else None,
        source_only=key in _built(),
    )


def _with_closure(name: str) -> int:
    """Bytes that a distribution and all that it pulls in add to a slug."""
    row = _sizes().size[name]
    return row.bytes + row.rest + sum(_sizes().size[other].bytes for other in row.closure)


def share(wheel: int, python: int) -> int:
    """Bytes that a wheel adds to the compressed slug: itself, and the byte code that the build makes of its `python` bytes of source."""
    return wheel + round(BYTE_CODE * python)


def _distance(one: str, other: str) -> float:
    """How far apart two versions are: in minor releases, a major one counting for a hundred."""
    a, b = _numbers(one), _numbers(other)
    return abs((a[0] - b[0]) * 100 + (a[1] - b[1]) + (a[2] - b[2]) / 1000)


def _numbers(version: str) -> tuple[int, int, int]:
    found = [int(n[:9]) for n in re.findall(r"[0-9]+", version.partition("+")[0])[:3]] + [0, 0, 0]
    return found[0], found[1], found[2]


def known_packages() -> tuple[str, ...]:
    """The names of all measured distributions."""
    return tuple(name for name in (*_sizes().size, *_built()) if "+" not in name)


# ---- the slug -----------------------------------------------------------------------------------------------------------


class Part(msgspec.Struct, frozen=True):
    """A contributor to the slug: a distribution (or what else the note says) and its share in bytes."""

    name: str
    bytes: int
    note: str = ""


class Estimate(msgspec.Struct, frozen=True):
    """The compressed slug lies between `low` and `high` bytes. `parts` are largest first; `unknown` lists what the table does not know.

    An unknown distribution counts for next to nothing in `low`, so only `low` should decide whether a slug is too large.
    """

    low: int
    high: int
    parts: tuple[Part, ...]
    unknown: tuple[str, ...]

    @property
    def likely(self) -> int:
        """The sum of the parts, in bytes."""
        return sum(part.bytes for part in self.parts)


def estimate_slug(
    requirements: Iterable[tuple[str, str | None]],
    *,
    locked: bool,
    repo_bytes: int,
    cpu_index: bool = False,
    wheel_bytes: Mapping[str, int] | None = None,
    base_bytes: int = BASE_BYTES,
) -> Estimate:
    """What the compressed slug will weigh, from the distributions and the exact versions (None: not pinned) that the build installs.

    `locked`: the requirements are the whole closure, as a lock file has it; else they are the direct ones, and what they pull in is
    added. `repo_bytes`: the pushed files after `.slugignore`, compressed. `cpu_index`: an index of builds without CUDA is used.
    `wheel_bytes`: exact sizes of the wheels by distribution, where a lock file tells. `base_bytes`: the runtime and the installer.
    """
    wanted = {normalise(name): version for name, version in requirements}
    cpu = cpu_index or any((version or "").endswith("+cpu") for version in wanted.values())
    found = {name: release(name, version, "cpu" if cpu else "") for name, version in wanted.items()}
    sizes = {normalise(name): size for name, size in (wheel_bytes or {}).items()}
    shares = [_share(name, wanted[name], row, sizes.get(name)) for name, row in found.items() if row is not None or name in sizes]
    unknown = tuple(sorted(name for name, row in found.items() if row is None and name not in sizes))
    if not locked:
        shares += _pulled_in({name: row for name, row in found.items() if row is not None}, cpu)
    if unknown:
        least, likely, most = (len(unknown) * size for size in (UNKNOWN_LOCKED if locked else UNKNOWN_DIRECT))
        shares.append(_Share(Part("unknown", likely, f"{len(unknown)} packages outside the table"), least, most))
    fixed = [Part("python", base_bytes, "the Python runtime and the installer")]
    fixed += [Part("app", repo_bytes, "the app's own files")] if repo_bytes else []
    low = sum(part.bytes for part in fixed) + sum(s.low for s in shares)
    high = sum(part.bytes for part in fixed) + sum(s.high for s in shares)
    parts = sorted([*fixed, *(s.part for s in shares if s.part.bytes)], key=lambda part: (-part.bytes, part.name))
    return Estimate(round(low), round(high), tuple(parts), unknown)


class _Share(msgspec.Struct, frozen=True):
    """A part and the bounds, in bytes, within which it is known."""

    part: Part
    low: float
    high: float


def _share(name: str, version: str | None, row: Package | None, wheel: int | None) -> _Share:
    """The share of a distribution that is asked for by name."""
    if wheel is not None:
        # Small wheels are mostly Python source, which the wheel holds at about a quarter of its size.
        likely = round(wheel * (1 + BYTE_CODE * SOURCE_IN_SMALL)) if wheel < MB else wheel
        return _Share(Part(name, likely), wheel * EXACT[0], likely * EXACT[1])
    assert row is not None
    if version is None:
        return _bounded(Part(name, row.bytes, f"as of {row.version}, not pinned"), UNPINNED)
    near = _distance(version, row.version) < 1
    note = "" if version == row.version else f"as of {row.version}"
    return _bounded(Part(name, row.bytes, note), EXACT if near else OTHER_RELEASE)


def _bounded(part: Part, bounds: tuple[float, float]) -> _Share:
    return _Share(part, part.bytes * bounds[0], part.bytes * bounds[1])


def _pulled_in(direct: dict[str, Package], cpu: bool) -> list[_Share]:
    """The shares of what the direct distributions bring along, each counted once."""
    by: dict[str, str] = {}
    for name, row in sorted(direct.items(), key=lambda item: -item[1].bytes):
        for other in row.closure:
            if other not in direct and other not in _not_needed(row, direct, cpu):
                by.setdefault(other, name)
    found = []
    for other, name in by.items():
        pulled = release(other, None, "cpu" if cpu else "")
        if pulled is not None:
            found.append(_bounded(Part(other, pulled.bytes, f"pulled in by {name}"), UNPINNED))
    rests = [row.rest for row in direct.values()]
    if any(rests):
        # They overlap by an unknown amount: at least the largest, at most all of them.
        low, high = max(rests), sum(rests)
        found.append(_Share(Part("others", (low + high) // 2, "small packages that they pull in"), low, high))
    return found


def _not_needed(row: Package, direct: dict[str, Package], cpu: bool) -> frozenset[str]:
    """What a closure names only for the sake of the newest build of a member, when another build of that member is installed."""
    gone: set[str] = set()
    for member in row.closure:
        newest = package(member)
        chosen = direct.get(member) or (release(member, None, "cpu") if cpu else newest)
        if newest is not None and chosen is not None and chosen.closure != newest.closure:
            gone |= set(newest.closure) - set(chosen.closure)
    return frozenset(gone)
