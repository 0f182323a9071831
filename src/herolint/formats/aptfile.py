"""Reads `Aptfile`, as the apt buildpack does: packages, addresses of `.deb` files, `:repo:` lines, and what it cannot use.

The buildpack drops blank lines, lines that begin with `#` and lines that begin with `:repo:`; of every other line that ends in `deb` it
fetches the address, and the words of all others it hands to `apt-get install` as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

Kind = Literal[
    "encoding", "carriage-return", "comment", "comma", "command", "repository", "ppa", "address", "local-file", "version", "list", "name", "option"
]  # fmt: skip

_WORD = lazy(r"\S+")
_NAME = lazy(r"[a-z0-9][a-z0-9+.\-]+(?::[a-z0-9\-]+)?(?:=[^\s=<>~]\S*|/\S+)?\Z")
_PATTERN = lazy(r"[*?^\[]")
_VERSION = lazy(r"[a-z0-9+.\-]*(?:==|>=|<=|~=|>|<)\S*\Z")
_REPOSITORY = lazy(r"deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?[a-z][a-z+]*:/?\S+\s+\S+")
_COMMANDS = frozenset({"sudo", "apt", "apt-get", "aptitude", "run", "install", "add-apt-repository", "pip", "npm"})


class AptPackage(msgspec.Struct, frozen=True):
    """A package by name (without version or architecture), as it is written in `text`."""

    name: str
    text: str
    span: Span


class AptProblem(msgspec.Struct, frozen=True):
    """A place that apt or the buildpack cannot use: what kind of fault, the text, where it stands."""

    kind: Kind
    text: str
    span: Span


class Aptfile(msgspec.Struct, frozen=True, eq=False):
    """`packages` come from the stack's archive, `archives` are `.deb` addresses, `repositories` are lines for further archives."""

    packages: tuple[AptPackage, ...] = ()
    archives: tuple[tuple[str, Span], ...] = ()
    repositories: tuple[tuple[str, Span], ...] = ()
    faults: tuple[AptProblem, ...] = ()

    def has(self, *names: str) -> bool:
        """Whether one of the packages is listed."""
        return any(package.name in names for package in self.packages)


def parse(source: SourceFile) -> Aptfile:
    """Every line as the buildpack takes it; of line breaks only LF counts there, a CR before it becomes part of the last word."""
    reader = _Reader(source)
    if source.encoding not in ("utf-8", "latin-1"):
        return Aptfile(faults=(AptProblem("encoding", source.encoding.upper(), Span(0, source.bom_length)),))
    at = 0
    for number, piece in enumerate(source.text.split("\n")):
        reader.line(piece.rstrip("\r"), at, piece.endswith("\r") and number < source.text.count("\n"))
        at += len(piece) + 1
    if source.bom_length:
        reader.faults.insert(0, AptProblem("encoding", source.encoding.upper(), Span(0, source.bom_length)))
    return Aptfile(tuple(reader.packages), tuple(reader.archives), tuple(reader.repositories), tuple(reader.faults))


class _Reader:
    """Collects what the lines say; `at` are offsets into the file's text."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.packages: list[AptPackage] = []
        self.archives: list[tuple[str, Span]] = []
        self.repositories: list[tuple[str, Span]] = []
        self.faults: list[AptProblem] = []

    def fault(self, kind: Kind, text: str, start: int, end: int) -> None:
        self.faults.append(AptProblem(kind, text, self.source.span_of_text(start, end)))

    def line(self, line: str, at: int, carriage_return: bool) -> None:
        """One line without its line break."""
        if not line.strip() or line.lstrip().startswith("#"):
            return
        if line.startswith(":repo:"):
            self.repository(line, at)
            return
        if carriage_return and not any(fault.kind == "carriage-return" for fault in self.faults):
            self.fault("carriage-return", line.strip(), at, at + len(line))
        words = [(match.group(), at + match.start()) for match in _WORD.finditer(line)]
        if words[0][0].lstrip("-*").lower().startswith((":repo", "repo:")):
            self.fault("repository", line.strip(), words[0][1], at + len(line))
        elif words[0][0].lower().startswith("ppa:"):
            self.fault("ppa", words[0][0], words[0][1], words[0][1] + len(words[0][0]))
        elif words[0][0].lower() in _COMMANDS and len(words) > 1:
            self.fault("command", line.strip(), words[0][1], at + len(line))
            self.packages += (package for package in self.words(words, quiet=True) if package.name not in _COMMANDS)
        else:
            self.packages += self.words(words, quiet=False)
            if all(word.startswith("-") for word, _ in words) and words[0][0] != "-":
                self.fault("option", line.strip(), words[0][1], at + len(line))

    def repository(self, line: str, at: int) -> None:
        text = line.removeprefix(":repo:").strip()
        self.repositories.append((text, self.source.span_of_text(at, at + len(line))))
        if text.lower().startswith("ppa:"):
            self.fault("ppa", text, at, at + len(line))
        elif not _REPOSITORY.match(text):
            self.fault("repository", line.strip(), at, at + len(line))

    def words(self, words: list[tuple[str, int]], *, quiet: bool) -> Iterator[AptPackage]:
        """The packages that a line names; faults of single words are noted unless the whole line is one."""
        for word, start in words:
            end = start + len(word)
            if word.startswith("#"):
                if not quiet:
                    self.fault("comment", word, start, words[-1][1] + len(words[-1][0]))
                return
            if "://" in word:
                self.archives.append((word, self.source.span_of_text(start, end)))
                if not quiet and (not word.endswith("deb") or len(words) > 1):
                    self.fault("address", word, start, end)
                continue
            kind = None if quiet else _kind(word)
            if kind is not None:
                self.fault(kind, word, start, end)
            name = re.split(r"[=:/<>~]", word.strip(",;'\""), maxsplit=1)[0]
            if name and not name.startswith("-") and kind != "local-file":
                yield AptPackage(name, word, self.source.span_of_text(start, end))


def _kind(word: str) -> Kind | None:
    """What is wrong with a word that is to be a package's name."""
    if (
        _NAME.match(word)
        and not word.endswith(".deb")
        or _PATTERN.search(word)
        and len(word) > 1
        or (word.startswith("-") and len(word) > 1)
    ):
        return None
    if word in ("-", "*", "•"):
        return "list"
    if word.endswith(".deb"):
        return "local-file"
    if "," in word or ";" in word:
        return "comma"
    return "version" if _VERSION.match(word) else "name"
