"""Facts about source code: one front end per language, chosen by the file's name, behind one cache."""

from __future__ import annotations

from collections.abc import Callable

from herolint.code.cache import FactCache
from herolint.code.facts import Module
from herolint.source import SourceFile

_LANGUAGES = {"py": "python", "pyw": "python", "rb": "ruby", "ru": "ruby", "rake": "ruby"}
_NAMES = {"Gemfile": "ruby", "Rakefile": "ruby", "rakefile": "ruby"}
"""Files that are known by their whole name."""


def facts_of(source: SourceFile, cache: FactCache | None = None) -> Module | None:
    """The facts of a source file, from the cache where they are known; None when no front end reads such a file.

    The size is not looked at here: callers leave out files that are too big to be worth reading.
    """
    name = source.path.rpartition("/")[2]
    language = _NAMES.get(name) or _LANGUAGES.get(name.rpartition(".")[2].lower())
    if language is None:
        return None
    if cache is not None and (known := cache.get(language, source.data)) is not None:
        return known
    module = _front_end(language)(source)
    if cache is not None:
        cache.put(language, source.data, module)
    return module


def _front_end(language: str) -> Callable[[SourceFile], Module]:
    """The function that reads a language. It loads tree-sitter, which a run that finds everything in the cache does without."""
    if language == "ruby":
        from herolint.code.ruby import frontend as ruby

        return ruby.extract
    from herolint.code.python import frontend as python

    return python.extract
