"""Whether a lock file of npm, Yarn or pnpm still fits package.json, as their frozen installs judge it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.app.buildpacks.node_range import parse_range, parse_version, satisfies
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    from herolint.formats.package_json import PackageJson

_KEY = lazy(r'^"?(?P<keys>[^\s"#][^\n]*?)"?:\s*$', re.MULTILINE)


class Change(msgspec.Struct, frozen=True):
    """A dependency that the lock file does not have, or not in a version that is asked for."""

    words: str
    span: Span


def stale(name: str, lock: SourceFile, package: PackageJson) -> tuple[Change, ...]:
    """The dependencies over which a frozen install would stop; nothing where the lock cannot be read."""
    wanted = {**package.dev_dependencies, **package.dependencies}
    if name == "yarn.lock":
        return tuple(_yarn(lock, wanted))
    if name == "pnpm-lock.yaml":
        return tuple(_pnpm(lock, wanted))
    return tuple(_npm(lock, wanted))


Wanted = dict[str, tuple[str, Span]]


def _npm(lock: SourceFile, wanted: Wanted) -> Iterator[Change]:
    try:
        document: Any = msgspec.json.decode(lock.data[lock.bom_length :])
    except (msgspec.DecodeError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    packages = document.get("packages")
    old = document.get("dependencies")
    for name, (asked, span) in wanted.items():
        if not _is_plain(asked):
            continue
        entry = packages.get(f"node_modules/{name}") if isinstance(packages, dict) else old.get(name) if isinstance(old, dict) else None
        if isinstance(packages, dict) or isinstance(old, dict):
            if not isinstance(entry, dict):
                yield Change(f"{name}", span)
                continue
            locked = parse_version(str(entry.get("version", "")))
            if locked is not None and "-" not in str(entry["version"]) and satisfies(locked, asked) is False:
                yield Change(f"{name}@{asked} (it has {entry['version']})", span)


def _yarn(lock: SourceFile, wanted: Wanted) -> Iterator[Change]:
    text = lock.text
    if "__metadata:" in text:
        return  # newer Yarns write other keys, and may resolve a range by another one's entry
    known = {key.strip().strip('"') for match in _KEY.finditer(text) for key in match["keys"].split(",")}
    if not known:
        return
    for name, (asked, span) in wanted.items():
        if _is_plain(asked) and f"{name}@{asked}" not in known:
            yield Change(f"{name}@{asked}", span)


def _pnpm(lock: SourceFile, wanted: Wanted) -> Iterator[Change]:
    """By the specifiers that the lock records for the root project."""
    text = lock.text
    section = re.search(r"^importers:\n\n?  \.:\n(.*?)(?=^\S|^  \S|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return
    recorded = dict(re.findall(r"^      '?([@\w./-]+)'?:\n        specifier: '?([^'\n]+)'?$", section[1], re.MULTILINE))
    for name, (asked, span) in wanted.items():
        if not _is_plain(asked):
            continue
        if name not in recorded:
            yield Change(f"{name}", span)
        elif recorded[name].strip() != asked.strip():
            yield Change(f"{name}@{asked} (it records {recorded[name]})", span)


def _is_plain(asked: str) -> bool:
    """Whether a dependency is asked for by version, and not by address, folder, alias or workspace."""
    return parse_range(asked) is not None and ":" not in asked and "/" not in asked
