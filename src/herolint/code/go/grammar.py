"""Go's grammar, and the kinds of node that the front end tells apart."""

from __future__ import annotations

import tree_sitter_go

from herolint.code.grammar import Grammar

GRAMMAR = Grammar(tree_sitter_go.language())
LANGUAGE = GRAMMAR.language
SKIPPED = GRAMMAR.skipped
kind = GRAMMAR.kind
parse = GRAMMAR.parse
