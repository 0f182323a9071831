"""What a plugin may provide: pluggy hook specifications. Imported only when a plugin is installed, and by plugins.

A plugin is an installed distribution with an entry point in the group `herolint` that names a module or object
with functions marked `@hookimpl`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from herolint.reports import Options
    from herolint.result import Result
    from herolint.rules.registry import Rule
    from herolint.source import SourceFile

hookspec = pluggy.HookspecMarker("herolint")
hookimpl = pluggy.HookimplMarker("herolint")


@hookspec
def herolint_rules() -> Iterable[Rule]:
    """Rules to run beside the built-in ones."""
    return ()


@hookspec
def herolint_rule_pages() -> Iterable[Path]:
    """Folders with the pages of the plugin's rules, laid out as `rules/` of herolint is."""
    return ()


@hookspec
def herolint_knowledge() -> Iterable[Path]:
    """Knowledge tables (TOML), in the form of `herolint/knowledge/*.toml`."""
    return ()


@hookspec
def herolint_platforms() -> Iterable[Path]:
    """Platform profiles (TOML), in the form of `herolint/platforms/*.toml`."""
    return ()


@hookspec
def herolint_formats() -> Mapping[str, Callable[[SourceFile], object]]:
    """Parsers for further documents by path pattern; a rule reads them with `herolint.plugins.document`."""
    return {}


@hookspec
def herolint_reports() -> Mapping[str, Callable[[Result, Options], str]]:
    """Output formats by name."""
    return {}
