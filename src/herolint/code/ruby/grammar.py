"""Ruby's grammar, and the kinds of node that the front end tells apart."""

from __future__ import annotations

from herolint.code.grammar import Grammar, binding

GRAMMAR = Grammar(binding("tree_sitter_ruby").language(), "heredoc_body", "empty_statement", "uninterpreted")
SKIPPED = GRAMMAR.skipped
kind = GRAMMAR.kind
