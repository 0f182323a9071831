"""What a platform does, as data: limits, stacks, dynos, buildpacks; each group of facts in TOML, with its source and date."""

from __future__ import annotations

from functools import cache

import msgspec

from herolint.platforms.languages import Locked, PythonVersion
from herolint.platforms.model import Buildpack, Dyno, Platform, Stack
from herolint.tables import load_table, shipped

__all__ = ["Buildpack", "Dyno", "Locked", "Platform", "PythonVersion", "Stack", "load", "names"]

_NOT_PLATFORMS = frozenset({"addons", "buildpacks"})


@cache
def names() -> tuple[str, ...]:
    """The platforms that are known, in alphabetical order."""
    found = (entry.name.removesuffix(".toml") for entry in shipped("herolint.platforms", "").iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(set(found) - _NOT_PLATFORMS))


@cache
def load(name: str = "heroku") -> Platform:
    """The platform of that name. Raises ValueError, naming the known ones, when there is none."""
    if name not in names():
        raise ValueError(f"unknown platform {name!r} (known: {', '.join(names())})")
    return msgspec.convert({"buildpacks": _table("buildpacks"), **_table(name)}, Platform)


def _table(name: str) -> dict[str, object]:
    return load_table("herolint.platforms", f"{name}.toml")
