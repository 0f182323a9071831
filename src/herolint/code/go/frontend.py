"""From one Go file to its facts."""

from __future__ import annotations

import sys

import msgspec
from tree_sitter import Node

from herolint.code.facts import NONE, Module
from herolint.code.go import bindings, choices, composites, definitions, expressions, functions, literals, types  # noqa: F401 - they fill the tables
from herolint.code.go.directives import directives
from herolint.code.go.grammar import GRAMMAR, kind, parse
from herolint.code.go.nodes import HANDLERS
from herolint.code.go.statements import STATEMENTS, block, one
from herolint.code.grammar import ERROR
from herolint.code.reader import Reader
from herolint.source import SourceFile

MAX_DEFERRED = 20_000
"""How many pieces of a file may be read later than the rest; more come only from files made to be slow."""
_STACK = 12_000
"""Calls that reading may nest: levels of blocks and depth of expressions in each of some nested functions, all of them bounded."""
_PACKAGE = kind("package_clause")


def extract(source: SourceFile) -> Module:
    """The facts of a Go file, with byte offsets into it. What cannot be read is left out and stands in `errors`."""
    data = source.data
    if source.encoding not in ("utf-8", "latin-1") or source.is_binary:
        return Reader(b"", "utf-8", GRAMMAR).module("go", ((0, len(data)),))
    if source.bom_length:
        # Empty lines in place of the byte order mark leave all offsets as they are.
        data = b"\n" * source.bom_length + data[source.bom_length :]
    tree = parse(data)
    if tree is None:
        return Reader(b"", "utf-8", GRAMMAR).module("go", ((0, len(data)),))
    reader = Reader(data, source.encoding, GRAMMAR)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _STACK))
    try:
        if tree.root_node.kind_id == ERROR:
            reader.errors.add((tree.root_node.start_byte, tree.root_node.end_byte))
        block(reader, tree.root_node, 0)
        _read_deferred(reader)
    finally:
        sys.setrecursionlimit(limit)
    _join_methods(reader)
    package_at = next((kid.start_byte for kid in tree.root_node.named_children if kid.kind_id == _PACKAGE), len(data))
    reader.directives = directives(reader, package_at)
    return reader.module("go")


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
    else:
        one(r, node, 0)


def _join_methods(r: Reader) -> None:
    """Give methods the class of their type, where this file declares it."""
    classes = {cls.name: i for i, cls in enumerate(r.classes) if cls.parent_function == NONE}
    for i, function in enumerate(r.functions):
        if function.owner in classes:
            r.functions[i] = msgspec.structs.replace(function, klass=classes[function.owner])
