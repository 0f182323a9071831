"""How each language finds what a name means outside of its file: modules, packages, globals, methods. One module per language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.dialects.base import Dialect

if TYPE_CHECKING:
    from herolint.app.linking.codebase import CodeBase

__all__ = ["Dialect", "dialect_of"]


def dialect_of(language: str, code: CodeBase) -> Dialect:
    """The dialect of a front end's language; loaded only when the app has such code."""
    if language == "javascript":
        from herolint.app.linking.dialects.javascript import JavaScript

        return JavaScript(code)
    if language == "go":
        from herolint.app.linking.dialects.go import Go

        return Go(code)
    if language == "ruby":
        from herolint.app.linking.dialects.ruby import Ruby

        return Ruby(code)
    from herolint.app.linking.dialects.python import Python

    return Python(code)
