"""The grammars of JavaScript, TypeScript and TSX. Their kinds of node go by the same names, so that one set of readers serves all three."""

from __future__ import annotations

from functools import cache

from herolint.code.grammar import Grammar, binding

_NOISE = ("html_comment", "hash_bang_line")


@cache
def grammar(dialect: str) -> Grammar:
    """The grammar of `javascript`, `typescript` or `tsx`; only this one is loaded."""
    if dialect == "javascript":
        return Grammar(binding("tree_sitter_javascript").language(), *_NOISE)
    typescript = binding("tree_sitter_typescript")
    language = typescript.language_tsx if dialect == "tsx" else typescript.language_typescript
    return Grammar(language(), *_NOISE)
