"""Python's grammar, and the kinds of node that the front end tells apart."""

from __future__ import annotations

from herolint.code.grammar import ERROR, Grammar, binding

__all__ = ["COMMENT", "ERROR", "GRAMMAR", "LANGUAGE", "SKIPPED", "kind", "parse"]

GRAMMAR = Grammar(binding("tree_sitter_python").language(), "line_continuation")
LANGUAGE = GRAMMAR.language
COMMENT = GRAMMAR.comment
SKIPPED = GRAMMAR.skipped
kind = GRAMMAR.kind
parse = GRAMMAR.parse
