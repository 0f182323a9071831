"""What distributions bring along when they are installed. Reads brings.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import msgspec

from herolint.patterns import lazy
from herolint.tables import load_table

_NEED = lazy(r"(?P<name>[a-z0-9-]+)(?:(?P<operator>[<>])=?(?P<version>[0-9.]+))?\Z")


class Asked(msgspec.Struct, frozen=True):
    """How a distribution is asked for: its exact version if one is pinned, its extras, whether releases above some version are shut out."""

    version: str | None = None
    extras: tuple[str, ...] = ()
    capped: bool = False


class Brought(msgspec.Struct, frozen=True):
    """A distribution that comes along: `by` is the listed one that brings it, `until` the release from which on it no longer does."""

    by: str
    until: str = ""


@cache
def _table() -> dict[str, str]:
    """What each distribution requires, as written."""
    raw = load_table("herolint.knowledge", "brings.toml")
    return {**dict.fromkeys(raw["alone"], ""), **raw["brings"]}


@cache
def _row(name: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(map(_need, _table().get(name, "").split()))


def _need(word: str) -> tuple[str, str, str]:
    match = _NEED.match(word)
    if match is None:
        raise ValueError(f"brings.toml: {word!r}")
    return match["name"], match["operator"] or "", match["version"] or ""


def is_known(name: str) -> bool:
    """Whether the table knows all that a distribution brings."""
    return name in _table()


def needs(name: str) -> frozenset[str]:
    """What a distribution requires itself, by any of its releases that the table tells of."""
    return frozenset(need for need, _, _ in _row(name))


@cache
def counts() -> Mapping[str, int]:
    """How many of the known distributions bring another one along."""
    found: dict[str, int] = {}
    for row in _table().values():
        for word in row.split():
            name = word.partition("<")[0].partition(">")[0]
            found[name] = found.get(name, 0) + 1
    return found


def brought(listed: Mapping[str, Asked]) -> dict[str, Brought]:
    """All that the listed distributions bring along, directly or not.

    For what only earlier releases of a listed one brought, `until` says so. Of what is not listed itself no release is known: it is
    taken to bring whatever some release of it brought.
    """
    found: dict[str, Brought] = {}
    for name, asked in listed.items():
        for need, until in _needs(name, asked):
            if need not in found or found[need].until:
                found[need] = Brought(name, until)
            if not until and need not in listed:
                _follow(name, need, listed, found)
    return found


def _follow(top: str, name: str, listed: Mapping[str, Asked], found: dict[str, Brought]) -> None:
    for need, _ in _needs(name, Asked(capped=True)):
        if need not in found or found[need].until:
            found[need] = Brought(top)
            if need not in listed:
                _follow(top, need, listed, found)


def _needs(name: str, asked: Asked) -> Iterator[tuple[str, str]]:
    """What one release requires, each with the release from which on it is no longer so (empty: it is)."""
    for row in (name, *(f"{name}[{extra}]" for extra in asked.extras)):
        for need, operator, version in _row(row):
            if not operator or asked.capped:
                yield need, ""
            elif operator == "<" and (asked.version is None or numbers(asked.version) < numbers(version)):
                yield need, "" if asked.version is not None else version
            elif operator == ">" and (asked.version is None or numbers(asked.version) >= numbers(version)):
                yield need, ""


def numbers(version: str) -> tuple[int, ...]:
    """A version's release part, for comparing."""
    return tuple(int(part[:9]) for part in re.findall(r"[0-9]+", version.partition("+")[0])[:4])
