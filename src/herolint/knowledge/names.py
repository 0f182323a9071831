"""Names of Python distributions: which provides a module or a console script. Reads packages.toml."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from herolint.tables import load_table


def normalise(name: str) -> str:
    """A distribution's name in its one spelling (PEP 503): `Flask_SQLAlchemy` becomes `flask-sqlalchemy`."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def table() -> dict[str, Any]:
    """The shipped table, as it stands in packages.toml."""
    found: dict[str, Any] = load_table("herolint.knowledge", "packages.toml")
    return found


@cache
def _modules() -> dict[str, tuple[str, ...]]:
    """Import names by distribution: the table's `imports`, turned round."""
    found: dict[str, list[str]] = {}
    for module, distributions in table()["imports"].items():
        for distribution in distributions:
            found.setdefault(distribution, []).append(module)
    return {name: tuple(modules) for name, modules in found.items()}


def import_names(distribution: str) -> tuple[str, ...]:
    """The top-level modules that a distribution provides. What the table does not know is taken to be named alike."""
    name = normalise(distribution)
    return _modules().get(name) or (name.replace("-", "_"),)


def distributions_for_import(module: str) -> tuple[str, ...]:
    """The distributions, normalised, that provide a module; the usual one first. Dotted names find the longest known part.

    What the table does not know is taken to be named alike.
    """
    known: dict[str, list[str]] = table()["imports"]
    part = module
    while part:
        if part in known:
            return tuple(known[part])
        part = part.rpartition(".")[0]
    top = module.partition(".")[0]
    return (normalise(top),) if top else ()


def advised(distribution: str) -> str:
    """The distribution to add in its place where a lighter one provides the same modules; else itself."""
    lighter = str(table()["lighter"].get(distribution, {}).get("name", distribution))
    modules = [module for module, names in table()["imports"].items() if distribution in names]
    return lighter if modules and all(lighter in table()["imports"][module] for module in modules) else distribution


def is_listed_import(module: str) -> bool:
    """Whether the table knows the top-level module."""
    return module in table()["imports"] or normalise(module) in _alike()


@cache
def _alike() -> frozenset[str]:
    return frozenset(table()["alike"])


def program_packages(program: str) -> tuple[str, ...]:
    """The distributions, normalised, that install a console script; the usual one first. Empty for an unknown program."""
    return tuple(table()["programs"].get(program, ()))
