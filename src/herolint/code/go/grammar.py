"""Go's grammar, and the kinds of node that the front end tells apart."""

from __future__ import annotations

from tree_sitter import Tree

from herolint.code.grammar import Grammar, binding
from herolint.patterns import lazy

_NEW = lazy(rb"\bnew\(")


class _GoGrammar(Grammar):
    """Go's grammar knows `new` before a type alone; since Go 1.26 a value may stand there."""

    def parse(self, data: bytes) -> Tree | None:
        """The syntax tree; what has errors with `new` as a keyword is read with `new` as any function's name."""
        tree = super().parse(data)
        if tree is not None and tree.root_node.has_error and _NEW.search(data):
            # Same length, so that offsets stay.
            again = super().parse(_NEW.sub(b"neW(", data))
            if again is not None and not again.root_node.has_error:
                return again
        return tree


GRAMMAR = _GoGrammar(binding("tree_sitter_go").language())
SKIPPED = GRAMMAR.skipped
kind = GRAMMAR.kind
