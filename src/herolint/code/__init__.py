"""Facts about source code: one front end per language, chosen by the file's name, behind one cache."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from herolint.code.cache import FactCache
    from herolint.code.facts import Module
    from herolint.source import SourceFile

_LANGUAGES = {
    **dict.fromkeys(("py", "pyw"), "python"),
    **dict.fromkeys(("js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx"), "javascript"),
    **dict.fromkeys(("rb", "ru", "rake"), "ruby"),
    "go": "go",
}
_NAMES = {**dict.fromkeys(("Gemfile", "Rakefile", "rakefile"), "ruby"), "www": "javascript"}
"""Files that are known by their whole name: `bin/www` is what Express's generator makes to start an app."""


def language_of(path: str) -> str | None:
    """The language whose front end reads a file of that name."""
    name = path.rpartition("/")[2]
    return _NAMES.get(name) or _LANGUAGES.get(name.rpartition(".")[2].lower())


def facts_of(source: SourceFile, cache: FactCache | None = None) -> Module | None:
    """The facts of a source file, from the cache where they are known; None when no front end reads such a file.

    The size is not looked at here: callers leave out files that are too big to be worth reading.
    """
    language = language_of(source.path)
    if language is None:
        return None
    if cache is not None and (known := cache.get(kept_as(source.path), source.data)) is not None:
        return known
    # Loads tree-sitter, which a run that finds everything in the cache does without.
    module: Module = import_module(f"herolint.code.{language}.frontend").extract(source)
    if cache is not None:
        cache.put(kept_as(source.path), source.data, module)
    return module


def kept_as(path: str) -> str:
    """The kind of facts that a file of that name gives: the same text may mean one thing in a .ts file and another in a .tsx file."""
    language = language_of(path) or ""
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    return f"{language}-{ending}" if language == "javascript" else language
