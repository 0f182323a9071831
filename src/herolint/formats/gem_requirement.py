"""Versions of gems and of Ruby, and the requirements that RubyGems reads: `>= 2.7, < 4`, `~> 7.0.4`, `3.3.6`."""

from __future__ import annotations

import re

from herolint.patterns import lazy

_PART = lazy(r"[0-9]+|[a-z]+", re.IGNORECASE)
_VERSION = lazy(r"\s*[0-9]+(?:\.[0-9a-z]+)*(?:-[0-9a-z.-]+)?\s*\Z", re.IGNORECASE)
_CONDITION = lazy(r"\s*(=|!=|>=|<=|~>|>|<)?\s*(\S+)\s*\Z")

Version = tuple[tuple[int, int, str], ...]
"""Parts in an order in which letters (pre-releases) come before numbers."""


def version(text: str) -> Version | None:
    """The version in a form that can be compared; None where RubyGems would refuse it. `1.0` and `1` are the same."""
    if not _VERSION.match(text):
        return None
    parts = [(1, int(part[:18]), "") if part.isdigit() else (0, 0, part.lower()) for part in _PART.findall(text.replace("-", ".pre."))]
    while parts and parts[-1] == (1, 0, ""):
        parts.pop()
    return tuple(parts)


def satisfies(wanted: str, requirement: str) -> bool | None:
    """Whether a version meets a requirement (empty: any does); None where one of them cannot be read."""
    found = version(wanted)
    if found is None:
        return None
    for condition in requirement.split(",") if requirement.strip() else ():
        match = _CONDITION.match(condition)
        bound = version(match[2]) if match else None
        if match is None or bound is None:
            return None
        if not _meets(found, match[1] or "=", bound, match[2]):
            return False
    return True


def _meets(found: Version, op: str, bound: Version, text: str) -> bool:
    order = _order(found, bound)
    if op == "~>":
        # Up to the next number before the last one that is written.
        kept = [int(part[:18]) for part in _PART.findall(text.partition("-")[0]) if part.isdigit()]
        kept = kept[:-1] if len(kept) > 1 else kept
        ceiling = version(".".join(str(number) for number in (*kept[:-1], kept[-1] + 1))) or ()
        return order >= 0 and _order(_release(found), ceiling) < 0
    return {"=": order == 0, "!=": order != 0, ">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[op]


def _release(found: Version) -> Version:
    """A pre-release counts as the release that it comes before."""
    at = next((i for i, part in enumerate(found) if not part[0]), len(found))
    return found[:at]


def _order(one: Version, other: Version) -> int:
    """Below, at or above zero as the first version is older, the same or newer."""
    size = max(len(one), len(other))
    a, b = (version + ((1, 0, ""),) * (size - len(version)) for version in (one, other))
    return (a > b) - (a < b)
