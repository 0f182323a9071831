"""From one Ruby file to its facts."""

from __future__ import annotations

import sys

from herolint.code.facts import Module
from herolint.code.ruby import assignments, calls, closures, control, definitions, handling, literals, operators  # noqa: F401 - they fill the tables
from herolint.code.ruby.grammar import ERROR, parse
from herolint.code.ruby.nodes import convert, statement
from herolint.code.ruby.reader import RubyReader
from herolint.source import SourceFile

MAX_DEFERRED = 20_000
"""How many pieces of a file may be read later than the rest; more come only from files made to be slow."""
_STACK = 4_000
"""Calls that reading may nest: a few for each level of depth, which is bounded."""


def extract(source: SourceFile) -> Module:
    """The facts of a Ruby file, with byte offsets into it. What cannot be read is left out and stands in `errors`."""
    data = source.data
    if source.encoding not in ("utf-8", "latin-1") or source.is_binary:
        return RubyReader(b"", "utf-8").module("ruby", ((0, len(data)),))
    if source.bom_length:
        # The grammar takes no byte order mark; empty lines in its place leave all offsets as they are.
        data = b"\n" * source.bom_length + data[source.bom_length :]
    tree = parse(data)
    if tree is None:
        return RubyReader(b"", "utf-8").module("ruby", ((0, len(data)),))
    reader = RubyReader(data, source.encoding)
    reader.find_heredocs(tree.root_node)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _STACK))
    try:
        statement(reader, tree.root_node, 0, False)
        _read_later(reader)
    finally:
        sys.setrecursionlimit(limit)
    return reader.module("ruby")


def _read_later(r: RubyReader) -> None:
    """Read what lies too deep, or inside what the grammar could not make sense of."""
    done = 0
    while r.later and done < MAX_DEFERRED:
        node, r.function, r.klass, r.guard, r.block, r.prefix, r.singleton = r.later.pop()
        done += 1
        if node.kind_id != ERROR:
            convert(r, node)
            continue
        r.errors.add((node.start_byte, node.end_byte))
        for kid in r.clean(node.named_children):
            statement(r, kid, 0, False)
