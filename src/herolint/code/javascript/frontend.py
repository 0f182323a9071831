"""From one JavaScript or TypeScript file to its facts."""

from __future__ import annotations

from functools import partial

from tree_sitter import Node

from herolint.code.facts import Module
from herolint.code.javascript import (  # noqa: F401
    assignments,
    classes,
    declarations,
    definitions,
    expressions,
    handling,
    imports,
    operators,
    patterns,
    strings,
)
from herolint.code.javascript.grammar import grammar
from herolint.code.javascript.nodes import HANDLERS, Script
from herolint.code.javascript.statements import STATEMENTS, block, run
from herolint.code.reading import read_file
from herolint.source import SourceFile

_MINIFIED = 20_000
"""Bytes a line on average from which a file is taken for a tool's output, of which nothing is read."""
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
"""What holds types alone."""
_DIALECTS = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx"}


def extract(source: SourceFile) -> Module:
    """The facts of a JavaScript or TypeScript file, by its name's ending."""
    dialect = _DIALECTS.get(source.path.rpartition(".")[2].lower(), "javascript")
    data = source.data
    if source.path.endswith(_DECLARATIONS) or len(data) > _MINIFIED * (1 + data.count(b"\n") + data.count(b"\r")):
        return Script(b"", "utf-8", grammar(dialect)).module("javascript")
    # What is no JavaScript may be typed with Flow, which looks much like TypeScript.
    wider = partial(grammar, "tsx") if dialect == "javascript" else None
    return read_file(source, "javascript", grammar(dialect), Script, lambda r, root: block(r, root, 0), _piece, wider)


def _piece(r: Script, node: Node) -> None:
    """Read what lies too deep, or inside what the grammar could not make sense of."""
    kind = node.type
    if kind in ("statement_block", "program"):
        block(r, node, 0)
    elif kind in STATEMENTS or kind == "expression_statement":
        run(r, (node,), 0)
    else:
        HANDLERS[kind](r, node, 0)
