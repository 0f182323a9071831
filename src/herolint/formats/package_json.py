"""Reads the fields of `package.json` that decide what Heroku installs, builds and starts."""

from __future__ import annotations

import msgspec

from herolint.finding import Problem
from herolint.formats import json_tree
from herolint.formats.tree import Node, Tree
from herolint.source import SourceFile, Span

_TABLES = ("scripts", "dependencies", "devDependencies", "engines")
_STRINGS = ("main", "packageManager")

Texts = dict[str, tuple[str, Span]]
"""Name → text and where it is written."""


class PackageJson(msgspec.Struct, frozen=True, eq=False):
    """What a `package.json` says. Values that are no strings are left out and stand in `problems`.

    The spans of scripts and engines are the values'; those of dependencies cover name and version. `better_scripts`: the commands that
    better-npm-run runs by their names.
    """

    tree: Tree
    scripts: Texts = {}
    better_scripts: Texts = {}
    dependencies: Texts = {}
    dev_dependencies: Texts = {}
    engines: Texts = {}
    main: str | None = None
    package_manager: str | None = None
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> PackageJson:
    """The document; an unreadable one is empty, with its problem."""
    tree = json_tree.load(source)
    problems = list(tree.problems)

    def wrong(what: str, expected: str, node: Node) -> None:
        problems.append(Problem(message=f"{what} must be {expected}, not {node.words}", path=source.path, span=node.span))

    root = tree.root
    if root is None:
        return PackageJson(tree, problems=tuple(problems))
    if root.kind != "map":
        wrong("package.json", "an object", root)
        return PackageJson(tree, problems=tuple(problems))
    tables: dict[str, Texts] = {name: {} for name in _TABLES}
    for name in _TABLES:
        section = root.get(name)
        if section is None:
            continue
        if section.kind != "map":
            wrong(repr(name), "an object", section)
            continue
        for entry in section.entries:
            node = entry.value
            if node.kind == "str" and isinstance(node.value, str):
                tables[name][entry.key] = (node.value, entry.span if "ependencies" in name else node.span)
            else:
                wrong(f"{entry.key!r} in {name!r}", "a string", node)
    for name in _STRINGS:
        value = root.get(name)
        if value is not None and value.kind != "str":
            wrong(repr(name), "a string", value)
    return PackageJson(
        tree,
        tables["scripts"],
        _better_scripts(root),
        tables["dependencies"],
        tables["devDependencies"],
        tables["engines"],
        root.text("main"),
        root.text("packageManager"),
        tuple(problems),
    )


def _better_scripts(root: Node) -> Texts:
    """The commands under `betterScripts`, each a string or the `command` of an object."""
    found: Texts = {}
    section = root.get("betterScripts")
    for entry in section.entries if section is not None and section.kind == "map" else ():
        node = entry.value if entry.value.kind == "str" else entry.value.get("command") if entry.value.kind == "map" else None
        if node is not None and isinstance(node.value, str):
            found[entry.key] = (node.value, node.span)
    return found
