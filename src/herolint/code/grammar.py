"""A language's tree-sitter grammar: its parser, bounded in time, and its kinds of node by number."""

from __future__ import annotations

from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from time import monotonic
from typing import Any

from tree_sitter import Language, Parser, Tree

from herolint.patterns import lazy

ERROR = 65_535
"""The kind of what a grammar could make no sense of."""
PARSE_SECONDS = 5.0
"""How long one file may take before its parse is given up."""
_SMALL = 16_384
"""Bytes; below this even the worst input parses in a fraction of a second, so that no callback is worth its cost."""
_CHUNK = 65_536
_LONE_CR = lazy(rb"\r(?!\n)")


def binding(package: str) -> Any:
    """The compiled part of a grammar package, which holds the language. Its Python part only reads query files, and what that loads
    takes longer than to read a small app."""
    found = PathFinder.find_spec(package)
    inner = PathFinder.find_spec(f"{package}._binding", found.submodule_search_locations) if found is not None else None
    if inner is None or inner.loader is None:
        return import_module(package)
    module = module_from_spec(inner)
    inner.loader.exec_module(module)
    return module


class Grammar:
    """One grammar. `language` is what a grammar package's `language()` gives; `skipped` names kinds that may stand between any two others."""

    def __init__(self, language: object, *skipped: str) -> None:
        self.language = Language(language)
        self.comment = self.kind("comment")
        self.skipped = frozenset({ERROR, self.comment, *map(self.kind, skipped)})

    def kind(self, name: str) -> int:
        """The number of a named node kind (-1 where the installed grammar lacks it)."""
        number = self.language.id_for_node_kind(name, True)
        return -1 if number is None else number

    def parse(self, data: bytes) -> Tree | None:
        """The syntax tree, with offsets into `data`; None when it takes too long."""
        if b"\r" in data:
            # Grammars end lines at LF only. Same length, so that offsets stay.
            data = _LONE_CR.sub(b"\n", data)
        parser = Parser(self.language)
        if len(data) <= _SMALL:
            return parser.parse(data)
        deadline = monotonic() + PARSE_SECONDS
        try:
            return parser.parse(lambda offset, _: data[offset : offset + _CHUNK], progress_callback=lambda *_: monotonic() > deadline)
        except ValueError:
            return None
