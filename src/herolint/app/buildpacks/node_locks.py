"""Whether a lock file of npm, Yarn or pnpm still fits package.json, as their frozen installs judge it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.app.buildpacks.node_range import Version, parse_range, parse_version, satisfies
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    from herolint.formats.package_json import PackageJson

_KEY = lazy(r'^"?(?P<keys>[^\s"#][^\n]*?)"?:\s*$', re.MULTILINE)


Wanted = dict[str, tuple[str, Span]]
"""What is asked for, by name: the range and where it stands."""
EMPTY: Mapping[str, PackageJson] = MappingProxyType({})


class Change(msgspec.Struct, frozen=True):
    """A dependency that the lock file does not have, or not in a version that is asked for."""

    words: str
    span: Span
    path: str = "package.json"


def stale(name: str, lock: SourceFile, package: PackageJson, workspaces: Mapping[str, PackageJson] = EMPTY) -> tuple[Change, ...]:
    """The dependencies over which a frozen install would stop; nothing where the lock cannot be read.

    `workspaces` are the other packages that are installed from the same lock, by folder.
    """
    wanted = _wanted(package)
    if name == "yarn.lock":
        return tuple(_berry(lock.text, wanted) if "__metadata:" in lock.text else _yarn(lock, wanted, workspaces))
    if name == "pnpm-lock.yaml":
        return tuple(_pnpm(lock, wanted))
    found = list(_npm(lock, wanted, "", frozenset()))
    names = frozenset(one.tree.text("name") or "" for one in workspaces.values())
    for folder, one in workspaces.items():
        found += [msgspec.structs.replace(change, path=f"{folder}/package.json") for change in _npm(lock, _wanted(one), folder, names)]
    return tuple(found)


def _wanted(package: PackageJson) -> Wanted:
    return {**package.dev_dependencies, **package.dependencies}


def _npm(lock: SourceFile, wanted: Wanted, folder: str, own: frozenset[str]) -> Iterator[Change]:
    """`folder`: of a workspace, whose packages may lie in it or at the top; `own`: names of workspaces, which are links."""
    try:
        document: Any = msgspec.json.decode(lock.data[lock.bom_length :])
    except (msgspec.DecodeError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    packages = document.get("packages")
    old = document.get("dependencies")
    for name, (asked, span) in wanted.items():
        if not is_plain(asked) or name in own:
            continue
        entry = old.get(name) if isinstance(old, dict) else None
        if isinstance(packages, dict):
            entry = packages.get(f"{folder}/node_modules/{name}") if folder else None
            entry = entry or packages.get(f"node_modules/{name}")
        if isinstance(packages, dict) or isinstance(old, dict):
            if not isinstance(entry, dict):
                yield Change(f"{name}", span)
                continue
            locked = parse_version(str(entry.get("version", "")))
            if locked is not None and "-" not in str(entry["version"]) and satisfies(locked, asked) is False:
                yield Change(f"{name}@{asked} (it has {entry['version']})", span)


def _yarn(lock: SourceFile, wanted: Wanted, workspaces: Mapping[str, PackageJson]) -> Iterator[Change]:
    """By the keys of a lock of Yarn 1, which leaves workspaces out."""
    text = lock.text
    known = {key.strip().strip('"') for match in _KEY.finditer(text) for key in match["keys"].split(",")}
    if not known:
        return
    for name, (asked, span) in wanted.items():
        # An entry without a range, as very old releases wrote it, is taken for any.
        if is_plain(asked) and not {name, f"{name}@{asked}"} & known and not _is_workspace(name, asked, workspaces):
            yield Change(f"{name}@{asked}", span)


def _is_workspace(name: str, asked: str, workspaces: Mapping[str, PackageJson]) -> bool:
    """Whether what is asked for is a package of the repository itself, in a version that it has."""
    roots = (one.tree.root for one in workspaces.values())
    versions = [root.text("version") or "" for root in roots if root is not None and root.kind == "map" and root.text("name") == name]
    return any((version := parse_version(text)) is None or satisfies(version, asked) is not False for text in versions)


_ROOT = lazy(r'^"?[^\n]*@workspace:\."?:\n(?P<block>(?:[ \t][^\n]*\n?)+)', re.MULTILINE)
_ASKED = lazy(r'^    "?(?P<name>[@\w./-]+)"?: "?(?P<range>[^"\n]+)"?$', re.MULTILINE)


def _berry(text: str, wanted: Wanted) -> Iterator[Change]:
    """By what the lock of a newer Yarn records for the root project."""
    root = _ROOT.search(text)
    if root is None:
        return
    section = re.search(r"^  dependencies:\n((?:    [^\n]*\n?)+)", root["block"], re.MULTILINE)
    recorded = {match["name"]: match["range"].removeprefix("npm:") for match in _ASKED.finditer(section[1] if section is not None else "")}
    for name, (asked, span) in wanted.items():
        if is_plain(asked) and name not in recorded:
            yield Change(f"{name}", span)
        elif is_plain(asked) and recorded[name].strip() != asked.strip():
            yield Change(f"{name}@{asked} (it records {recorded[name]})", span)


def locked_version(name: str, lock: SourceFile, package: str) -> Version | None:
    """The version of a package at the top that a lock holds; None where it is not known."""
    if name == "yarn.lock":
        found = re.search(rf'^"?{re.escape(package)}@[^\n]*:\n  version:? "?([\d.]+)', lock.text, re.MULTILINE)
        return parse_version(found[1]) if found is not None else None
    if name == "pnpm-lock.yaml":
        return None
    try:
        document: Any = msgspec.json.decode(lock.data[lock.bom_length :])
        entry = (document.get("packages") or {}).get(f"node_modules/{package}") or (document.get("dependencies") or {}).get(package) or {}
        return parse_version(str(entry.get("version", "")))
    except (msgspec.DecodeError, RecursionError, AttributeError):
        return None


def _pnpm(lock: SourceFile, wanted: Wanted) -> Iterator[Change]:
    """By the specifiers that the lock records for the root project."""
    text = lock.text
    section = re.search(r"^importers:\n\n?  \.:\n(.*?)(?=^\S|^  \S|\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return
    recorded = dict(re.findall(r"^      '?([@\w./-]+)'?:\n        specifier: '?([^'\n]+)'?$", section[1], re.MULTILINE))
    for name, (asked, span) in wanted.items():
        if not is_plain(asked):
            continue
        if name not in recorded:
            yield Change(f"{name}", span)
        elif recorded[name].strip() != asked.strip():
            yield Change(f"{name}@{asked} (it records {recorded[name]})", span)


def is_plain(asked: str) -> bool:
    """Whether a dependency is asked for by version, and not by address, folder, alias or workspace."""
    return parse_range(asked) is not None and ":" not in asked and "/" not in asked


def in_production(name: str, lock: SourceFile, wanted: str, package: PackageJson) -> bool | None:
    """Whether a package is there once what is for development only is removed; None where the lock does not tell."""
    if name == "pnpm-lock.yaml":
        return None
    if name == "yarn.lock":
        graph = _graph(lock.text)
        return _reaches(graph, package, wanted) if graph else None
    try:
        document: Any = msgspec.json.decode(lock.data[lock.bom_length :])
    except (msgspec.DecodeError, RecursionError):
        return None
    packages = document.get("packages") if isinstance(document, dict) else None
    old = document.get("dependencies") if isinstance(document, dict) else None
    if isinstance(packages, dict):
        entry = packages.get(f"node_modules/{wanted}")
    elif isinstance(old, dict):
        entry = old.get(wanted)
    else:
        return None
    return isinstance(entry, dict) and not entry.get("dev") and (None if entry.get("devOptional") else True)


def _graph(text: str) -> dict[str, set[str]]:
    """Which packages ask for which in a lock file of Yarn, by name."""
    graph: dict[str, set[str]] = {}
    asking: set[str] = set()
    section = ""
    for line in text.splitlines():
        if line and not line[0].isspace() and line.endswith(":") and not line.startswith("#"):
            asking = graph.setdefault(_name_of(line.partition(",")[0]), set())
            section = ""
        elif line.startswith("  ") and line[2:3].strip():
            section = line.strip().rstrip(":")
        elif line.startswith("    ") and section in ("dependencies", "optionalDependencies"):
            asking.add(line.strip().split('" ')[0].split(" ")[0].strip('":'))
    return graph


def _name_of(key: str) -> str:
    """The package of a key such as `"@babel/core@^7.0.0":`."""
    bare = key.strip().strip('":')
    return bare[: bare.index("@", 1)] if "@" in bare[1:] else bare


def _reaches(graph: dict[str, set[str]], package: PackageJson, wanted: str) -> bool:
    """Whether what package.json asks for in production brings a package along."""
    waiting, seen = list(package.dependencies), set(package.dependencies)
    while waiting:
        at = waiting.pop()
        if at == wanted:
            return True
        fresh = graph.get(at, set()) - seen
        seen |= fresh
        waiting += fresh
    return False
