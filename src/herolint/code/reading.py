"""From one source file to its facts: what is the same for every language."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.grammar import Grammar
from herolint.code.reader import Reader
from herolint.source import SourceFile

R = TypeVar("R", bound=Reader)

_STACK = 12_000
"""Calls that reading may nest: levels of blocks and depth of expressions, both bounded, in each of some functions inside another."""


def read_file(
    source: SourceFile, language: str, grammar: Grammar, reader: Callable[[bytes, str, Grammar], R],
    whole: Callable[[R, Node], object], piece: Callable[[R, Node], object], wider: Callable[[], Grammar] | None = None,
) -> Module:  # fmt: skip
    """The facts of a file, with byte offsets into it. What cannot be read is left out and stands in `errors`.

    `whole` reads the root of the tree, `piece` whatever was put off or lies loose inside an error. `wider` gives a grammar that may
    know what the first one could make no sense of.
    """
    data = source.data
    nothing = ((0, len(data)),)
    if source.encoding not in ("utf-8", "latin-1") or source.is_binary:
        return reader(b"", "utf-8", grammar).module(language, nothing)
    if source.bom_length:
        # Empty lines in place of the byte order mark, which grammars do not take, leave all offsets as they are.
        data = b"\n" * source.bom_length + data[source.bom_length :]
    tree = grammar.parse(data)
    if tree is None:
        return reader(b"", "utf-8", grammar).module(language, nothing)
    if wider is not None and tree.root_node.has_error:
        second = wider()
        again = second.parse(data)
        if again is not None and not again.root_node.has_error:
            tree, grammar = again, second
    r = reader(data, source.encoding, grammar)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _STACK))
    try:
        whole(r, tree.root_node)
        for node in r.pieces():
            piece(r, node)
    finally:
        sys.setrecursionlimit(limit)
    return r.module(language)
