"""What every built-in rule declares, known without importing it: a run imports only the rules that can say something of the app.

Nobody writes the index. It is read off the registry once all modules of rules are imported, and kept in the user's cache folder for
as long as those modules stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from herolint import __version__
from herolint.digests import blake2b
from herolint.finding import Severity
from herolint.rules.registry import Elsewhere, Rule, add, all_rules
from herolint.tables import compiled


class _Declared(msgspec.Struct, frozen=True):
    """What stands in the decorator of a rule, and the name of the function below it."""

    code: str
    name: str
    severities: tuple[Severity, ...]
    needs: tuple[str, ...]
    function: str


@cache
def register() -> None:
    """Put all built-in rules into the registry."""
    modules, state = _modules()
    index = msgspec.convert(compiled(f"rules-{state}", lambda: read_index(modules)), dict[str, tuple[_Declared, ...]], strict=False)
    for module in modules:
        for rule in index.get(module, ()):
            add(Rule(rule.code, rule.name, rule.severities, Elsewhere(module, rule.function), rule.needs))


def read_index(modules: Sequence[str]) -> dict[str, Any]:
    """What the rules of each module declare, which all are imported for it."""
    for module in modules:
        import_module(module)
    index: dict[str, list[dict[str, Any]]] = {module: [] for module in modules}
    for rule in all_rules():
        function = rule.check
        if function.__module__ in index:  # others are of plugins
            declared = _Declared(rule.code, rule.name, rule.severities, rule.needs, function.__name__)
            index[function.__module__].append(msgspec.structs.asdict(declared))
    return index


def _modules() -> tuple[tuple[str, ...], str]:
    """The modules of rules, and a digest that changes when one of their files does, by size and time."""
    found = sorted(_files(os.path.dirname(__file__), __package__))
    return tuple(name for name, _ in found), blake2b(repr((__version__, found)).encode(), digest_size=16).hexdigest()


def _files(folder: str, package: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The modules below a package by their full names, each with the size and time of its file."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield f"{package}.{entry.name[:-3]}".removesuffix(".__init__"), (status.st_size, status.st_mtime_ns)
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _files(entry.path, f"{package}.{entry.name}")
