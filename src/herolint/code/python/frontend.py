"""From one Python file to its facts."""

from __future__ import annotations

import sys

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.python import bindings, definitions, expressions, handling, operators, strings  # noqa: F401 - they fill the tables
from herolint.code.python.grammar import ERROR, GRAMMAR, parse
from herolint.code.python.nodes import HANDLERS
from herolint.code.python.statements import STATEMENTS, block
from herolint.code.reader import Reader
from herolint.source import SourceFile

MAX_DEFERRED = 20_000
"""How many pieces of a file may be read later than the rest; more come only from files made to be slow."""
_STACK = 4_000
"""Calls that reading may nest: levels of blocks times depth of expressions, bounded by both."""


def extract(source: SourceFile) -> Module:
    """The facts of a Python file, with byte offsets into it. What cannot be read is left out and stands in `errors`."""
    data = source.data
    if source.encoding not in ("utf-8", "latin-1") or source.is_binary:
        return Reader(b"", "utf-8", GRAMMAR).module("python", ((0, len(data)),))
    if source.bom_length:
        # The grammar takes no byte order mark; empty lines in its place leave all offsets as they are.
        data = b"\n" * source.bom_length + data[source.bom_length :]
    tree = parse(data)
    if tree is None:
        return Reader(b"", "utf-8", GRAMMAR).module("python", ((0, len(data)),))
    reader = Reader(data, source.encoding, GRAMMAR)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _STACK))
    try:
        block(reader, tree.root_node, 0)
        _read_deferred(reader)
    finally:
        sys.setrecursionlimit(limit)
    return reader.module("python")


def _read_deferred(r: Reader) -> None:
    """Read what lies too deep, or inside what the grammar could not make sense of."""
    done = 0
    while r.deferred and done < MAX_DEFERRED:
        node, r.function, r.klass, r.guard, r.block = r.deferred.pop()
        done += 1
        if node.kind_id != ERROR:
            HANDLERS[node.kind_id](r, node, 0)
            continue
        r.errors.add((node.start_byte, node.end_byte))
        for kid in node.named_children:
            _read_loose(r, kid)


def _read_loose(r: Reader, node: Node) -> None:
    number = node.kind_id
    if number in STATEMENTS:
        STATEMENTS[number](r, node, 0)
    elif node.type in ("block", "module", "expression_statement"):
        block(r, node, 0)
    else:
        HANDLERS[number](r, node, 0)
