"""Releases that do not run with a Python, with another distribution, or with what the app's code asks. Reads api_breaks.toml."""

from functools import cache

import msgspec

from herolint.knowledge.installs import matches
from herolint.tables import load_table


class PythonBreak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Releases that fail with some Pythons when they are used, unless one of the distributions in `unless` is there.

    `partly`: only what `uses` names fails, and the process starts.
    """

    name: str
    versions: str
    python: str
    reason: str
    raise_to: str
    instead: str = ""
    uses: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    partly: bool = False
    source: str = ""


class SetuptoolsBreak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Releases that import `needs`, which only setuptools brings (or brought)."""

    name: str
    versions: str
    needs: str
    raise_to: str
    instead: str = ""
    uses: tuple[str, ...] = ()


class PairBreak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Releases that fail with a partner from `since` on. `together`: the partner's releases that fit.

    `capped_by`: distributions that keep the partner old themselves.
    """

    name: str
    versions: str
    partner: str
    since: str
    reason: str
    together: str
    uses: tuple[str, ...] = ()
    capped_by: tuple[str, ...] = ()
    source: str = ""


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Releases that keep other distributions below a release of theirs."""

    name: str
    versions: str
    keeps: dict[str, str]


class GoneName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names that a distribution no longer has from `since` on, or has from then on; `instead` says in words what to do about it."""

    names: tuple[str, ...]
    distribution: str
    since: str
    instead: str
    together: str = ""

    def covers(self, name: str) -> bool:
        """Whether a qualified name is one of these."""
        return any(name == one or (one.endswith(".*") and (name + ".").startswith(one[:-1])) for one in self.names)


class PkgResources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first setuptools without pkg_resources, the last one with it, and the bound that keeps it."""

    gone: str
    last: str
    together: str


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a distribution does from `since` on and did not do before; rules ask for it by its words."""

    name: str
    turn: str
    since: str
    source: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked: str
    source: tuple[str, ...]
    python: tuple[PythonBreak, ...]
    setuptools: tuple[SetuptoolsBreak, ...]
    pair: tuple[PairBreak, ...]
    cap: tuple[Cap, ...]
    gone: tuple[GoneName, ...]
    coming: tuple[GoneName, ...]
    turn: tuple[Turn, ...]
    pkg_resources: PkgResources


@cache
def table() -> _Table:
    """The shipped table."""
    raw = load_table("herolint.knowledge", "api_breaks.toml")
    raw["checked"] = str(raw["checked"])
    return msgspec.convert(raw, _Table)


def before(name: str, turn: str, version: str) -> bool:
    """Whether a release of a distribution is older than the one that first did what `turn` says."""
    since = next(row.since for row in table().turn if (row.name, row.turn) == (name, turn))
    return matches(f"<{since}", version)
