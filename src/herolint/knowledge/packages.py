"""What is known of Python distributions: import names, console scripts, what they add to a slug. Reads packages.toml."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

MB = 1_000_000
"""A megabyte, in bytes: the platform's limits and all sizes here count in powers of ten."""


class DropIn(msgspec.Struct, frozen=True):
    """A lighter distribution for the same purpose. `bytes` is its share of the slug with all that it pulls in."""

    name: str
    reason: str
    bytes: int


class Package(msgspec.Struct, frozen=True):
    """A distribution as measured on Linux x86-64.

    `bytes` is its own share of the compressed slug, byte code included; `closure` names the measured distributions that a plain
    install pulls in besides, `rest` is the share of all others that it pulls in. `lowest` and `newest` are the versions that
    the figure holds for; `date` is the day of the measurement. A share of 0 bytes means that it was not measured.
    """

    name: str
    import_names: tuple[str, ...]
    bytes: int
    closure: tuple[str, ...]
    rest: int
    lowest: str
    newest: str
    date: str
    drop_in: DropIn | None = None
    source_only: bool = False
    """No wheel: it is built on the build machine, and `bytes` is only about what the source archive weighs."""


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


@cache
def package(name: str) -> Package | None:
    """What was measured of a distribution, by any spelling of its name; None when it is not in the table."""
    key = normalise(name)
    row = table().get("size", {}).get(key)
    if row is None:
        return None
    lighter = table().get("lighter", {}).get(key)
    return Package(
        name=key,
        import_names=import_names(key),
        bytes=row["bytes"],
        closure=tuple(row.get("closure", ())),
        rest=row.get("rest", 0),
        lowest=row.get("lowest", row["version"]),
        newest=row["version"],
        date=_day(row["date"]),
        drop_in=DropIn(lighter["name"], lighter["reason"], _with_closure(lighter["name"])) if lighter else None,
        source_only=row.get("source", False),
    )


def _day(value: datetime.date | str) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _with_closure(name: str) -> int:
    """Bytes that a distribution and all that it pulls in add to a slug."""
    sizes = table()["size"]
    row = sizes[name]
    total: int = row["bytes"] + row.get("rest", 0)
    return total + sum(sizes[n]["bytes"] for n in row.get("closure", ()))


def known_packages() -> Iterable[str]:
    """The names of all measured distributions."""
    return tuple(table().get("size", {}))
