"""How each language finds what a name means outside of its file: modules, packages, globals, methods. One module per language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.dialects.base import Dialect

if TYPE_CHECKING:
    from herolint.app.codebase import CodeBase

__all__ = ["Dialect", "dialect_of"]


def dialect_of(language: str, code: CodeBase) -> Dialect:
    """The dialect of a front end's language; loaded only when the app has such code."""
    if language == "javascript":
        from herolint.app.dialects.javascript import JavaScript

        return JavaScript(code)
    if language == "go":
        from herolint.app.dialects.go import Go

        return Go(code)
    if language == "ruby":
        from herolint.app.dialects.ruby import Ruby

        return Ruby(code)
    from herolint.app.dialects.python import Python

    return Python(code)
