"""Ruby's grammar, and the kinds of node that the front end tells apart."""

from __future__ import annotations

from herolint.code.grammar import ERROR, Grammar, binding

__all__ = ["ERROR", "GRAMMAR", "LANGUAGE", "SKIPPED", "kind", "parse"]

GRAMMAR = Grammar(binding("tree_sitter_ruby").language(), "heredoc_body", "empty_statement", "uninterpreted")
LANGUAGE = GRAMMAR.language
SKIPPED = GRAMMAR.skipped
kind = GRAMMAR.kind
parse = GRAMMAR.parse
