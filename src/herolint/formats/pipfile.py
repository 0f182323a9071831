"""Reads Pipenv's Pipfile and Pipfile.lock, and computes the hash that ties one to the other."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable

import msgspec

from herolint.finding import Problem
from herolint.formats import json_tree, toml_tree
from herolint.formats.pyproject import entries_as_requirements
from herolint.formats.requirement_line import Requirement, normalise
from herolint.formats.tree import Node, Tree
from herolint.source import SourceFile, Span


class Pipfile(msgspec.Struct, frozen=True, eq=False):
    """`packages` and `develop` as written; the Python that `[requires]` names."""

    packages: tuple[Requirement, ...] = ()
    develop: tuple[Requirement, ...] = ()
    python_version: str | None = None
    python_span: Span | None = None
    hash: str | None = None
    """The hash that a fitting lock records; None when the file cannot be read."""
    old_hash: str | None = None
    """The hash that older Pipenv writes: it takes names as written, not in the index's spelling."""
    problems: tuple[Problem, ...] = ()


class PipfileLock(msgspec.Struct, frozen=True, eq=False):
    """`packages` and `develop`: normalised name → version (`==1.2.3`, empty for a VCS or path). `readable`: whether it is a JSON object."""

    readable: bool
    packages: dict[str, str] = {}
    develop: dict[str, str] = {}
    markers: dict[str, str] = {}
    """Markers of `packages`, where they have one."""
    hash: str | None = None
    hash_span: Span | None = None
    python_version: str | None = None
    """`_meta.requires.python_full_version`, else `python_version`."""
    python_span: Span | None = None
    problems: tuple[Problem, ...] = ()


def parse_pipfile(source: SourceFile) -> Pipfile:
    """The Pipfile; an unreadable one is empty, with its problem."""
    tree = toml_tree.load(source)
    version = tree.get("requires", "python_full_version") or tree.get("requires", "python_version")
    return Pipfile(
        packages=entries_as_requirements(tree.get("packages"), source.path),
        develop=entries_as_requirements(tree.get("dev-packages"), source.path),
        python_version=version.value if version is not None and isinstance(version.value, str) else None,
        python_span=version.span if version is not None else None,
        hash=pipfile_hash(source),
        old_hash=pipfile_hash(source, str),
        problems=tree.problems,
    )


_SECTIONS = frozenset({"source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"})
_DEFAULT_SOURCE = {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True}


def pipfile_hash(source: SourceFile, spelt: Callable[[str], str] = normalise) -> str | None:
    """SHA-256 over sources, requires and packages, as Pipenv writes it into `_meta.hash.sha256`; `spelt` gives each name's spelling."""
    from hashlib import sha256

    try:
        raw = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    sections = {"default": raw.get("packages", {}), "develop": raw.get("dev-packages", {})}
    sections.update({name: table for name, table in raw.items() if name not in _SECTIONS})
    if not all(isinstance(table, dict) for table in sections.values()):
        return None
    data: dict[str, object] = {name: {spelt(key): value for key, value in table.items()} for name, table in sections.items()}
    data["_meta"] = {"sources": raw.get("source", [_DEFAULT_SOURCE]), "requires": raw.get("requires", {})}
    try:
        return sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    except (TypeError, ValueError, RecursionError):
        return None


def parse_pipfile_lock(source: SourceFile) -> PipfileLock:
    """The lock; `readable` is False for what is no JSON object."""
    tree = json_tree.load(source)
    if tree.root is None or tree.root.kind != "map":
        return PipfileLock(readable=False, problems=tree.problems)
    requires = tree.get("_meta", "requires")
    version = (requires.get("python_full_version") or requires.get("python_version")) if requires is not None else None
    found = tree.get("_meta", "hash", "sha256")
    return PipfileLock(
        readable=True,
        packages=_versions(tree, "default"),
        develop=_versions(tree, "develop"),
        markers={name: text for name, entry in _entries(tree, "default") if (text := entry.text("markers"))},
        hash=found.value if found is not None and isinstance(found.value, str) else None,
        hash_span=found.span if found is not None else None,
        python_version=version.value if version is not None and isinstance(version.value, str) else None,
        python_span=version.span if version is not None else None,
        problems=tree.problems,
    )


def _versions(tree: Tree, section: str) -> dict[str, str]:
    return {name: entry.text("version") or "" for name, entry in _entries(tree, section)}


def _entries(tree: Tree, section: str) -> list[tuple[str, Node]]:
    node = tree.get(section)
    return [(normalise(entry.key), entry.value) for entry in node.entries] if node is not None and node.kind == "map" else []
