"""What every built-in rule declares, known without importing it: a run imports only the rules that can say something of the app.

Nobody writes the index. It is read off the registry once all modules of rules are imported, and kept in the user's cache folder for
as long as those modules stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from herolint import __version__
from herolint.digests import blake2b
from herolint.finding import Severity
from herolint.own_files import own_files
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
    """The modules of rules by their full names, and a digest that changes when one of them does."""
    found = [status for status in own_files("rules") if status[0].endswith(".py")]
    names = tuple(f"herolint.rules.{path[:-3].replace('/', '.')}" for path, _, _ in found if not path.endswith("__init__.py"))
    return names, blake2b(repr((__version__, found)).encode(), digest_size=16).hexdigest()
