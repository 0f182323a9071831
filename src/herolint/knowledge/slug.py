"""What a slug will weigh, estimated from the Python distributions that the build installs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from herolint.knowledge.measured import BYTE_CODE, MB, Package, distance, package, release
from herolint.knowledge.names import normalise

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


class Part(msgspec.Struct, frozen=True):
    """A contributor to the slug: a distribution (or what else the note says) and its share in bytes."""

    name: str
    bytes: int
    note: str = ""


class Share(msgspec.Struct, frozen=True):
    """A part and the bounds, in bytes, within which it is known."""

    part: Part
    low: float
    high: float


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

    def enlarged(self, shares: Iterable[Share]) -> Estimate:
        """The estimate with more in the slug."""
        more = list(shares)
        parts = sorted([*self.parts, *(share.part for share in more if share.part.bytes)], key=lambda part: (-part.bytes, part.name))
        low, high = self.low + sum(share.low for share in more), self.high + sum(share.high for share in more)
        return Estimate(round(low), round(high), tuple(parts), self.unknown)


def estimate_slug(
    requirements: Iterable[tuple[str, str | None]],
    *,
    locked: bool,
    repo_bytes: int,
    cpu_index: bool = False,
    wheel_bytes: Mapping[str, int] | None = None,
    base_bytes: int = BASE_BYTES,
    by_extras: Mapping[str, str] | None = None,
) -> Estimate:
    """What the compressed slug will weigh, from the distributions and the exact versions (None: not pinned) that the build installs.

    `locked`: the requirements are the whole closure, as a lock file has it; else they are the direct ones, and what they pull in is
    added. `repo_bytes`: the pushed files after `.slugignore`, compressed. `cpu_index`: an index of builds without CUDA is used.
    `wheel_bytes`: exact sizes of the wheels by distribution, where a lock file tells. `base_bytes`: the runtime and
    the installer. `by_extras`: what extras bring besides, and by which requirement.
    """
    wanted = {normalise(name): version for name, version in requirements}
    cpu = cpu_index or any((version or "").endswith("+cpu") for version in wanted.values())
    found = {name: release(name, version, "cpu" if cpu else "") for name, version in wanted.items()}
    sizes = {normalise(name): size for name, size in (wheel_bytes or {}).items()}
    shares = [_share(name, wanted[name], row, sizes.get(name)) for name, row in found.items() if row is not None or name in sizes]
    unknown = tuple(sorted(name for name, row in found.items() if row is None and name not in sizes))
    if not locked:
        alone = sum(row is None and name in sizes for name, row in found.items())
        shares.append(Share(Part("", 0), 0, alone * UNKNOWN_DIRECT[2]))  # a size tells nothing of what they pull in
        shares += _pulled_in({name: row for name, row in found.items() if row is not None}, cpu, by_extras or {})
    if unknown:
        least, likely, most = (len(unknown) * size for size in (UNKNOWN_LOCKED if locked else UNKNOWN_DIRECT))
        name = f"{len(unknown)} lesser-known package{'s' if len(unknown) > 1 else ''}"
        shares.append(Share(Part(name, likely, "outside the table"), least, most))
    return _summed(shares, repo_bytes, base_bytes, unknown)


def _summed(shares: list[Share], repo_bytes: int, base_bytes: int, unknown: tuple[str, ...]) -> Estimate:
    fixed = [Part("python", base_bytes, "runtime and installer")]
    fixed += [Part("app", repo_bytes, "the app's own files")] if repo_bytes else []
    low = sum(part.bytes for part in fixed) + sum(s.low for s in shares)
    high = sum(part.bytes for part in fixed) + sum(s.high for s in shares)
    parts = sorted([*fixed, *(s.part for s in shares if s.part.bytes)], key=lambda part: (-part.bytes, part.name))
    return Estimate(round(low), round(high), tuple(parts), unknown)


def weighed_slug(sizes: Mapping[str, int], *, repo_bytes: int, base_bytes: int = BASE_BYTES) -> Estimate:
    """The slug of an environment that was weighed: bytes by distribution."""
    shares = [_bounded(Part(name, size), EXACT) for name, size in sizes.items()]
    return _summed(shares, repo_bytes, base_bytes, ())


def _share(name: str, version: str | None, row: Package | None, wheel: int | None) -> Share:
    """The share of a distribution that is asked for by name."""
    if wheel is not None:
        # The byte code comes on top: as much as it was in the release that was weighed; small wheels are mostly Python source.
        unknown = 1 + BYTE_CODE * SOURCE_IN_SMALL if wheel < MB else 1.0
        known = row is not None and row.wheel > 0
        likely = round(wheel * (row.bytes / row.wheel if row is not None and known else unknown))
        return Share(Part(name, likely), likely * EXACT[0] if known else min(wheel, likely * EXACT[0]), likely * EXACT[1])
    assert row is not None
    if version is None:
        return _bounded(Part(name, row.bytes, f"as of {row.version}, not pinned"), UNPINNED)
    near = distance(version, row.version) < 1
    note = "" if version == row.version else f"as of {row.version}"
    return _bounded(Part(name, row.bytes, note), EXACT if near else OTHER_RELEASE)


def _bounded(part: Part, bounds: tuple[float, float]) -> Share:
    return Share(part, part.bytes * bounds[0], part.bytes * bounds[1])


def _pulled_in(direct: dict[str, Package], cpu: bool, by_extras: Mapping[str, str]) -> list[Share]:
    """The shares of what the direct distributions bring along, each counted once."""
    by: dict[str, str] = {}
    for name, requirement in by_extras.items():
        for other in (name, *(row.closure if (row := package(name)) is not None else ())):
            if other not in direct:
                by.setdefault(other, requirement)
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
        found.append(Share(Part("others", (low + high) // 2, "small packages pulled in"), low, high))
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
