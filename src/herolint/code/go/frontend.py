"""From one Go file to its facts."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.go import bindings, choices, composites, definitions, expressions, functions, literals, types  # noqa: F401 - they fill the tables
from herolint.code.go.grammar import GRAMMAR
from herolint.code.go.reader import GoReader
from herolint.code.go.statements import block, one
from herolint.code.grammar import ERROR
from herolint.code.reading import read_file
from herolint.source import SourceFile


def extract(source: SourceFile) -> Module:
    """The facts of a Go file."""
    return read_file(source, "go", GRAMMAR, GoReader, _whole, lambda r, node: one(r, node, 0))


def _whole(r: GoReader, root: Node) -> None:
    if root.kind_id == ERROR:
        r.errors.add((root.start_byte, root.end_byte))
    for kid in root.named_children:
        if kid.type == "package_clause":
            r.package_at = kid.start_byte
            break
    block(r, root, 0)
