"""Which PHP the buildpack can install for what composer.json and composer.lock require, as Composer reads constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node
    from herolint.platforms.languages import PhpSeries
    from herolint.source import Span

_ONE = lazy(r"(?P<op>\^|~|>=|<=|!=|<>|>|<|==|=|)\s*v?(?P<version>\d+(?:\.(?:\d+|[*xX]))*|\*)(?:[-@+][\w.-]*)?\Z")
_HYPHEN = lazy(r"v?([\d.]+)\s+-\s+v?([\d.]+)\Z")
_PATCHES = 100
"""More than any minor version has releases."""

Version = tuple[int, int, int]


def outcomes(app: App, root: Node) -> Iterator[Outcome]:
    """No PHP fits, none is named for production, an extension is gone, or the version is old."""
    php = app.platform.php
    span = root.key_span("require", "php")
    if span is None and root.key_span("require-dev", "php") is not None:
        yield Outcome(
            "version-invalid", True, "PHP is required for development only", Place("composer.json", root.key_span("require-dev", "php")),
            "the build stops: no PHP version is required outside of require-dev", "move `php` to `require`",
        )  # fmt: skip
        return
    offered = php.on(app.stack)
    asked = list(_asked(app, root))
    fitting = tuple(row for row in offered if all(allows(text, row.minor) is not False for _, text, _ in asked))
    if offered and not fitting:
        yield _none_fits(app, offered, asked)
        return
    yield from _extensions(app, root)
    if span is not None and fitting and fitting[0].end_of_life <= app.today:
        yield Outcome(
            "version-old", False, f"PHP {fitting[0].minor} has reached its end of life ({fitting[0].end_of_life.isoformat()})",
            Place("composer.json", span), "the build warns, and there are no security fixes",
            f'test the app on PHP {offered[0].minor}, and require `"php": "^{offered[0].minor}"`',
        )  # fmt: skip


def _asked(app: App, root: Node) -> Iterator[tuple[str, str, Span | None]]:
    """Who requires which PHP: the app, and the packages of the lock; with the place of the app's own."""
    own = root.text("require", "php")
    if own is not None:
        yield "composer.json", own, root.key_span("require", "php")
    listed = app.composer_lock.get("packages") if app.composer_lock is not None else None
    for package in listed.items if listed is not None else ():
        text = package.text("require", "php")
        if text is not None:
            yield package.text("name") or "a package of the lock", text, None


def _none_fits(app: App, offered: tuple[PhpSeries, ...], asked: list[tuple[str, str, Span | None]]) -> Outcome:
    names = ", ".join(reversed([row.minor for row in offered]))
    alone = [one for one in asked if not any(allows(one[1], row.minor) is not False for row in offered)]
    who, text, span = (alone or asked)[0]
    words = (
        f"{who} asks for PHP {text}" if alone else f"what {who} and the packages of the lock ask of PHP ({text} and others) fits no version"
    )
    return Outcome(
        "version-invalid", True, f"{words}: {app.stack} has {names}" + (", assuming that stack" if app.stack_assumed else ""),
        Place("composer.json" if span is not None else "composer.lock", span),
        "the build stops: Failed to install system packages!",
        f'test the app on PHP {offered[0].minor}, require `"php": "^{offered[-1].minor}"`, run `composer update` and commit composer.lock',
        # A version of PHP that came out after the tables were made would be above all of them.
        confidence=Confidence.HIGH if any(allows(text, old) for old in app.platform.php.before) else Confidence.MEDIUM,
    )  # fmt: skip


def _extensions(app: App, root: Node) -> Iterator[Outcome]:
    for name, instead in app.platform.php.gone.items():
        span = root.key_span("require", name)
        if span is not None:
            yield Outcome(
                "version-invalid", True, f"{name} is for PHP before 8 only", Place("composer.json", span),
                "the build stops: Failed to install system packages!", f"use {instead}, and take {name} out of `require`",
            )  # fmt: skip


def allows(constraint: str, minor: str) -> bool | None:
    """Whether some release of a minor version such as `8.3` meets a constraint; None where that cannot be read."""
    results = [_all_of(part.strip(), minor) for part in re.split(r"\s*\|\|?\s*", constraint.strip())]
    if any(result is True for result in results):
        return True
    return None if None in results else False


def _all_of(part: str, minor: str) -> bool | None:
    hyphen = _HYPHEN.match(part)
    if hyphen:
        pieces = [f">={hyphen[1]}", f"<={hyphen[2]}" if hyphen[2].count(".") > 1 else f"{hyphen[2]}.*"]
        if pieces[1].endswith(".*"):
            top = _numbers(hyphen[2])
            pieces[1] = f"<{top[0]}.{top[1] + 1}" if "." in hyphen[2] else f"<{top[0] + 1}"
    else:
        pieces = re.split(r"[\s,]+", re.sub(r"(?<=[<>=!~^])\s+", "", part).strip(" ,\t"))
    ranges = [_range(piece) for piece in pieces]
    if not ranges or None in ranges:
        return None
    major, second = (int(number) for number in minor.split("."))
    least, most = (major, second, 0), (major, second, _PATCHES)
    excluded: set[Version] = set()
    for found in ranges:
        assert found is not None
        low, high, out = found
        least, most = max(least, low), min(most, high)
        excluded |= out
    return least < most and not (most[2] - least[2] == 1 and least in excluded)


def _range(piece: str) -> tuple[Version, Version, frozenset[Version]] | None:
    """The lowest release that a part of a constraint lets in, the first one above, and single ones that it leaves out."""
    match = _ONE.match(piece)
    if match is None:
        return None
    op, text = match["op"], match["version"]
    least, top = (0, 0, 0), (10_000, 0, 0)
    if text == "*":
        return least, top, frozenset()
    wild = any(letter in text for letter in "*xX")
    version = _numbers(text)
    given = len([one for one in text.split(".") if one.isdigit()])
    above = _above(version, given)
    match op:
        case "^":
            return version, _above(version, 1 if version[0] else given), frozenset()
        case "~":
            return version, _above(version, max(1, given - 1)), frozenset()
        case ">=":
            return version, top, frozenset()
        case ">":
            return (version[0], version[1], version[2] + 1), top, frozenset()
        case "<":
            return least, version, frozenset()
        case "<=":
            return least, (version[0], version[1], version[2] + 1), frozenset()
        case "!=" | "<>":
            return least, top, frozenset({version})
    return (version, above, frozenset()) if wild else (version, (version[0], version[1], version[2] + 1), frozenset())


def _numbers(text: str) -> Version:
    found = [int(part) if part.isdigit() else 0 for part in text.split(".")[:3]] + [0, 0]
    return found[0], found[1], found[2]


def _above(version: Version, given: int) -> Version:
    """The first release of the next major version (1), minor version (2) or patch (3)."""
    return (
        (version[0] + 1, 0, 0)
        if given <= 1
        else (version[0], version[1] + 1, 0)
        if given == 2
        else (version[0], version[1], version[2] + 1)
    )
