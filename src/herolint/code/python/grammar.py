"""Python's tree-sitter grammar: the parser, bounded in time, and the kinds of node that the front end tells apart."""

from __future__ import annotations

import re
from time import monotonic

import tree_sitter_python
from tree_sitter import Language, Parser, Tree

LANGUAGE = Language(tree_sitter_python.language())
PARSE_SECONDS = 5.0
"""How long one file may take before its parse is given up."""
_SMALL = 16_384
"""Bytes; below this even the worst input parses in a fraction of a second, so that no callback is worth its cost."""
_CHUNK = 65_536
_LONE_CR = re.compile(rb"\r(?!\n)")


def kind(name: str) -> int:
    """The number of a named node kind (-1 where the installed grammar lacks it)."""
    number = LANGUAGE.id_for_node_kind(name, True)
    return -1 if number is None else number


ERROR = 65_535
COMMENT = kind("comment")
SKIPPED = frozenset({ERROR, COMMENT, kind("line_continuation")})
"""Kinds that may stand between any two children of any node."""


def parse(data: bytes) -> Tree | None:
    """The syntax tree, with offsets into `data`; None when it takes too long."""
    if b"\r" in data:
        # The grammar ends lines at LF only. Same length, so that offsets stay.
        data = _LONE_CR.sub(b"\n", data)
    parser = Parser(LANGUAGE)
    if len(data) <= _SMALL:
        return parser.parse(data)
    deadline = monotonic() + PARSE_SECONDS
    try:
        return parser.parse(lambda offset, _: data[offset : offset + _CHUNK], progress_callback=lambda *_: monotonic() > deadline)
    except ValueError:
        return None
