"""Version ranges as npm reads them: `^1.2`, `>=18 <21`, `1.x || 2.x`, `1.2 - 1.4`. Prereleases are left aside."""

from __future__ import annotations

from functools import lru_cache

from herolint.patterns import lazy

Version = tuple[int, int, int]
Comparator = tuple[str, Version]

_PARTIAL = lazy(r"[v=\s]*(?P<major>\d+|[xX*])(?:\.(?P<minor>\d+|[xX*]))?(?:\.(?P<patch>\d+|[xX*]))?(?:-[\w.-]+)?(?:\+[\w.-]+)?\Z")
_OPERATOR = lazy(r"(?P<op>\^|~>|~=|~|>=|<=|>|<|=)?\s*(?P<version>[^\s<>=~^|]+)")
_HYPHEN = lazy(r"\s*(\S+)\s+-\s+(\S+)\s*\Z")


@lru_cache(maxsize=4096)
def parse_range(text: str) -> tuple[tuple[Comparator, ...], ...] | None:
    """Alternatives of comparators that must all hold; None when it is no range."""
    text = text.strip()
    if text in ("", "latest"):
        text = "*"
    found = []
    for part in text.split("||"):
        comparators = _comparators(part.strip() or "*")
        if comparators is None:
            return None
        found.append(comparators)
    return tuple(found)


def _comparators(text: str) -> tuple[Comparator, ...] | None:
    hyphen = _HYPHEN.match(text)
    if hyphen:
        low, high = _partial(hyphen[1]), _partial(hyphen[2])
        if low is None or high is None:
            return None
        return ((">=", _floor(low)), ("<", _above(high)))
    found: list[Comparator] = []
    at = 0
    for match in _OPERATOR.finditer(text):
        if text[at : match.start()].strip(" ,"):
            return None
        at = match.end()
        version = _partial(match["version"].rstrip(","))
        if version is None:
            return None
        found += _expand(match["op"] or "", version)
    return tuple(found) if not text[at:].strip(" ,") else None


def _partial(text: str) -> tuple[int | None, int | None, int | None] | None:
    match = _PARTIAL.match(text)
    if match is None:
        return None
    numbers: list[int | None] = []
    for name in ("major", "minor", "patch"):
        part = match[name]
        numbers.append(None if part is None or part in "xX*" or (numbers and numbers[-1] is None) else int(part))
    return numbers[0], numbers[1], numbers[2]


def _floor(version: tuple[int | None, int | None, int | None]) -> Version:
    return version[0] or 0, version[1] or 0, version[2] or 0


def _above(version: tuple[int | None, int | None, int | None]) -> Version:
    """The first version after all that a partial one covers."""
    major, minor, patch = version
    if major is None:
        return 1 << 30, 0, 0
    if minor is None:
        return major + 1, 0, 0
    return (major, minor + 1, 0) if patch is None else (major, minor, patch + 1)


def _expand(op: str, version: tuple[int | None, int | None, int | None]) -> list[Comparator]:
    low = _floor(version)
    if op in ("", "="):
        return [(">=", low), ("<", _above(version))]
    if op == "^":
        major, minor, _ = version
        if low[0] or minor is None:
            return [(">=", low), ("<", ((major or 0) + 1, 0, 0) if major is not None else (1 << 30, 0, 0))]
        if low[1] or version[2] is None:
            return [(">=", low), ("<", (0, low[1] + 1, 0))]
        return [(">=", low), ("<", (0, 0, low[2] + 1))]
    if op in ("~", "~>", "~="):
        return [(">=", low), ("<", _above((version[0], version[1], None)))]
    if op == ">":
        return [(">=", _above(version))]
    if op == "<=":
        return [("<", _above(version))]
    return [(op, low)]


def satisfies(version: Version, text: str) -> bool | None:
    """Whether a version is in a range; None when the range cannot be read."""
    alternatives = parse_range(text)
    if alternatives is None:
        return None
    return any(all(_holds(version, op, bound) for op, bound in one) for one in alternatives)


def _holds(version: Version, op: str, bound: Version) -> bool:
    return version >= bound if op == ">=" else version < bound


def only_within(asked: str, versions: str) -> bool:
    """Whether a range lets in no release outside of another one; False where one of them cannot be read."""
    inner, outer = spans(asked), spans(versions)
    return bool(inner) and all(any(low <= first and last <= high for low, high in outer) for first, last in inner)


def spans(text: str) -> list[tuple[Version, Version]]:
    """The stretches that a range covers: the first version of each, and the first one behind it."""
    found = []
    for one in parse_range(text) or ():
        first = max((bound for op, bound in one if op == ">="), default=(0, 0, 0))
        behind = min((bound for op, bound in one if op == "<"), default=(1 << 30, 0, 0))
        if first < behind:
            found.append((first, behind))
    return found


def parse_version(text: str) -> Version | None:
    """`v18.2.1` as numbers; None when it is no full version."""
    match _partial(text):
        case (int(major), int(minor), int(patch)):
            return major, minor, patch
    return None
