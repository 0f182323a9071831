"""From one Python file to its facts."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.python import bindings, definitions, expressions, handling, operators, strings  # noqa: F401 - they fill the tables
from herolint.code.python.grammar import GRAMMAR
from herolint.code.python.nodes import HANDLERS
from herolint.code.python.statements import STATEMENTS, block
from herolint.code.reader import Reader
from herolint.code.reading import read_file
from herolint.source import SourceFile


def extract(source: SourceFile) -> Module:
    """The facts of a Python file."""
    return read_file(source, "python", GRAMMAR, Reader, lambda r, root: block(r, root, 0), _piece)


def _piece(r: Reader, node: Node) -> None:
    """Read what lies too deep, or inside what the grammar could not make sense of."""
    number = node.kind_id
    if number in STATEMENTS:
        STATEMENTS[number](r, node, 0)
    elif node.type in ("block", "module", "expression_statement"):
        block(r, node, 0)
    else:
        HANDLERS[number](r, node, 0)
