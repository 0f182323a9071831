"""The grammars of JavaScript, TypeScript and TSX. Their kinds of node go by the same names, so that one set of readers serves all three."""

from __future__ import annotations

from functools import cache

from herolint.code.grammar import Grammar

_NOISE = ("html_comment", "hash_bang_line")


@cache
def grammar(dialect: str) -> Grammar:
    """The grammar of `javascript`, `typescript` or `tsx`; only this one is loaded."""
    if dialect == "javascript":
        import tree_sitter_javascript

        return Grammar(tree_sitter_javascript.language(), *_NOISE)
    import tree_sitter_typescript

    language = tree_sitter_typescript.language_tsx if dialect == "tsx" else tree_sitter_typescript.language_typescript
    return Grammar(language(), *_NOISE)
