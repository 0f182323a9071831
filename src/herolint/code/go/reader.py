"""What is gathered while a Go file is read, beyond what every language has."""

from __future__ import annotations

import re

import msgspec

from herolint.code.facts import NONE, Module, Name
from herolint.code.grammar import Grammar
from herolint.code.reader import Reader
from herolint.patterns import lazy

_CONSTRAINTS = frozenset({"go:build", "+build"})
_DIRECTIVE = lazy(r"//(go:[a-z]\S*|\s*\+build(?=\s|\Z))[ \t]*(.*)", re.DOTALL)
_BLANK_LINE = lazy(r"\n[ \t\r]*\n")


class GoReader(Reader):
    """A reader of Go. `package_at` is where the package clause starts."""

    __slots__ = ("package_at",)

    def __init__(self, data: bytes, encoding: str, grammar: Grammar) -> None:
        super().__init__(data, encoding, grammar)
        self.package_at = len(data)

    def module(self, language: str, errors: tuple[tuple[int, int], ...] = ()) -> Module:
        """The facts of the file, with what can only be told when all of it is read."""
        self._join_methods()
        self.globals = [found for found in dict.fromkeys(self.rebound) if self._outside(*found)]
        self.directives = tuple(self._directives())
        return super().module(language, errors)

    def _join_methods(self) -> None:
        """Give methods the class of their type, where this file declares it."""
        classes = {cls.name: i for i, cls in enumerate(self.classes) if cls.parent_function == NONE}
        for i, function in enumerate(self.functions):
            if function.owner in classes:
                self.functions[i] = msgspec.structs.replace(function, klass=classes[function.owner])

    def _outside(self, function: int, name: str) -> bool:
        """Whether a name that a function gives a new value to is declared by no function around: then it is the package's."""
        if name == "_":
            return False
        while function != NONE:
            fn = self.functions[function]
            if (function, name) in self.declared or any(param.name == name for param in fn.params) or fn.receiver == name:
                return False
            if any(
                a.function == function and a.op in ("for", "match") and isinstance(a.target, Name) and a.target.id == name
                for a in self.assigns
            ):
                return False
            function = fn.parent
        return True

    def _directives(self) -> list[tuple[str, str, int, int]]:
        """Comments that steer Go's tools.

        Build constraints count only before the package clause, those of the older form only with an empty line between them and it.
        """
        found = []
        for start, end in sorted(self.comments):
            match = _DIRECTIVE.match(self.text, start, end)
            if match is None:
                continue
            name = match[1].strip()
            if name in _CONSTRAINTS and start > self.package_at:
                continue
            if name == "+build" and not _BLANK_LINE.search(self.text, end, self.package_at):
                continue
            text = match[2].strip()
            found.append((name, text if text.isascii() else self.decode(text), start, end))
        return found
