"""From one Ruby file to its facts."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.reading import read_file
from herolint.code.ruby import assignments, calls, closures, control, definitions, handling, literals, operators  # noqa: F401 - they fill the tables
from herolint.code.ruby.grammar import GRAMMAR, SKIPPED
from herolint.code.ruby.nodes import statement
from herolint.code.ruby.reader import RubyReader
from herolint.source import SourceFile


def extract(source: SourceFile) -> Module:
    """The facts of a Ruby file."""
    return read_file(source, "ruby", GRAMMAR, RubyReader, _whole, _piece)


def _whole(r: RubyReader, root: Node) -> None:
    r.find_heredocs(root)
    statement(r, root, 0, False)


def _piece(r: RubyReader, node: Node) -> None:
    """Read what lies too deep, or inside what the grammar could not make sense of."""
    if node.kind_id in SKIPPED:
        r.skip(node)
    else:
        statement(r, node, 0, False)
