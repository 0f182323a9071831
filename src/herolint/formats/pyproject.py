"""Reads pyproject.toml as far as installers do: PEP 621, dependency groups (PEP 735), Poetry's and uv's tables."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import msgspec

from herolint.finding import Problem
from herolint.formats import toml_tree
from herolint.formats.requirement_line import Requirement, normalise, read_requirement
from herolint.formats.tree import Node, Tree
from herolint.source import SourceFile, Span


class PyProject(msgspec.Struct, frozen=True, eq=False):
    """What the file asks for. `dependencies` are the main ones, of `[project]` and of Poetry's table, without Python itself.

    `requires_python` is `[project] requires-python` or Poetry's constraint on Python; `groups` holds dependency groups, uv's
    development dependencies and Poetry's groups by name; `poetry_package` tells that Poetry would install the project itself.
    """

    tree: Tree
    name: str | None = None
    version: str | None = None
    has_project: bool = False
    has_poetry: bool = False
    has_uv: bool = False
    has_build_system: bool = False
    poetry_package: bool = False
    uv_package: bool | None = None
    requires_python: str | None = None
    requires_python_span: Span | None = None
    dependencies: tuple[Requirement, ...] = ()
    optional: dict[str, tuple[Requirement, ...]] = {}
    groups: dict[str, tuple[Requirement, ...]] = {}
    poetry_hash: str | None = None
    """What a fitting poetry.lock records as `content-hash`; None when the file cannot be read."""
    poetry_old_hash: str | None = None
    """The same as Poetry before 2.3 wrote it, without the dependency groups."""
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> PyProject:
    """The document; what has a wrong type is left out, and an unreadable file is empty with its problem."""
    tree = toml_tree.load(source)
    project, poetry, uv = tree.get("project"), tree.get("tool", "poetry"), tree.get("tool", "uv")
    has_project, has_poetry = _is_map(project), _is_map(poetry)
    requires = tree.get("project", "requires-python") or tree.get("tool", "poetry", "dependencies", "python")
    listed = [*_listed(tree.get("project", "dependencies"), source.path), *_poetry(tree.get("tool", "poetry", "dependencies"), source.path)]
    hash_now, hash_before = poetry_hashes(source)
    mode, managed = tree.get("tool", "poetry", "package-mode"), tree.get("tool", "uv", "package")
    return PyProject(
        tree=tree,
        name=tree.text("project", "name") or tree.text("tool", "poetry", "name"),
        version=tree.text("project", "version") or tree.text("tool", "poetry", "version"),
        has_project=has_project,
        has_poetry=has_poetry,
        has_uv=_is_map(uv),
        has_build_system=_is_map(tree.get("build-system")),
        poetry_package=(has_poetry or has_project) and not (mode is not None and mode.value is False),
        uv_package=bool(managed.value) if managed is not None and managed.kind == "bool" else None,
        requires_python=requires.value if requires is not None and isinstance(requires.value, str) else None,
        requires_python_span=requires.span if requires is not None else None,
        dependencies=tuple(listed),
        optional={name: tuple(_listed(node, source.path)) for name, node in _tables(tree.get("project", "optional-dependencies"))},
        groups=_groups(tree, source.path),
        poetry_hash=hash_now,
        poetry_old_hash=hash_before,
        problems=tree.problems,
    )


_LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")


def poetry_hashes(source: SourceFile) -> tuple[str | None, str | None]:
    """SHA-256 over what Poetry resolves, as it writes it into `content-hash`; with and without the dependency groups of PEP 735."""
    try:
        raw = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None, None
    tables = raw.get("project", {}), raw.get("dependency-groups", {}), raw.get("tool", {})
    poetry = tables[2].get("poetry", {}) if isinstance(tables[2], dict) else {}
    if not all(isinstance(table, dict) for table in (*tables, poetry)):
        return None, None
    return _poetry_hash(tables[0], tables[1], poetry), _poetry_hash(tables[0], {}, poetry)


def _poetry_hash(project: dict[str, Any], groups: dict[str, Any], poetry: dict[str, Any]) -> str | None:
    from hashlib import sha256

    content: dict[str, object] = {}
    wanted = {key: project[key] for key in ("requires-python", "dependencies", "optional-dependencies") if key in project}
    if wanted:
        content["project"] = wanted
    if groups:
        content["dependency-groups"] = groups
    listed = {key: poetry[key] for key in (*_LEGACY_KEYS, "group") if key in poetry}
    if content:
        content["tool"] = {"poetry": listed}
    else:
        # Where nothing stands outside Poetry's own table, absent keys count as null: so it was before there was anything else.
        content = dict.fromkeys(_LEGACY_KEYS) | listed
    try:
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    except (TypeError, ValueError, RecursionError):
        return None


def _is_map(node: Node | None) -> bool:
    return node is not None and node.kind == "map"


def _tables(node: Node | None) -> list[tuple[str, Node]]:
    return [(entry.key, entry.value) for entry in node.entries] if node is not None and node.kind == "map" else []


def _groups(tree: Tree, path: str) -> dict[str, tuple[Requirement, ...]]:
    found = {normalise(name): tuple(_listed(node, path)) for name, node in _tables(tree.get("dependency-groups"))}
    for name, node in _tables(tree.get("tool", "poetry", "group")):
        found[name] = (*found.get(name, ()), *_poetry(node.get("dependencies"), path))
    old = tuple(_poetry(tree.get("tool", "poetry", "dev-dependencies"), path)) + tuple(
        _listed(tree.get("tool", "uv", "dev-dependencies"), path)
    )
    if old:
        found["dev"] = (*found.get("dev", ()), *old)
    return found


def _listed(node: Node | None, path: str) -> list[Requirement]:
    """PEP 508 strings of a list."""
    found = []
    for item in node.items if node is not None and node.kind == "list" else ():
        if isinstance(item.value, str) and item.kind == "str":
            made = read_requirement(item.value.strip(), path, item.span, editable=False)
            if not isinstance(made, str) and made.name:
                found.append(
                    msgspec.structs.replace(made, name_span=Span(item.span.start + 1, item.span.start + 1 + len(made.raw_name.encode())))
                )
    return found


def _poetry(node: Node | None, path: str) -> list[Requirement]:
    """Entries of a Poetry table: `name = "^1.2"`, `name = { version = …, extras = … }`, or a list of such."""
    found = []
    for entry in node.entries if node is not None and node.kind == "map" else ():
        if entry.key.lower() == "python":
            continue
        for value in entry.value.items if entry.value.kind == "list" else (entry.value,):
            found.append(_entry(entry.key, value, path, entry.span, entry.key_span))
    return found


def _entry(name: str, value: Node, path: str, span: Span, key_span: Span) -> Requirement:
    constraint = value.value if isinstance(value.value, str) else value.text("version") or ""
    extras = value.get("extras")
    listed = tuple(str(item.value) for item in extras.items) if extras is not None else ()
    exact = constraint.removeprefix("==").strip()
    pinned = exact if exact and exact[0].isdigit() and not set(exact) & set("*^~<>,| ") else None
    url = value.text("git") or value.text("url") or ""
    local = value.text("path") or ""
    marker = value.text("markers") or ""
    develop = value.get("develop") or value.get("editable")
    editable = bool(develop.value) if develop is not None else False
    return Requirement(normalise(name), name, listed, constraint, marker, url, local, editable, (), path, span, key_span, pinned)


def entries_as_requirements(node: Node | None, path: str) -> tuple[Requirement, ...]:
    """A table of packages as Pipenv and Poetry write it."""
    return tuple(_poetry(node, path))
