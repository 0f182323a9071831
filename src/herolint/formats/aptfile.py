"""Reads `Aptfile`, as the apt buildpack does: packages, addresses of `.deb` files, and `:repo:` lines."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from herolint.source import SourceFile, Span

_WORD = re.compile(r"\S+")


class AptPackage(NamedTuple):
    """A package by name (without version or architecture), as it is written in `text`."""

    name: str
    text: str
    span: Span


class Aptfile(msgspec.Struct, frozen=True, eq=False):
    """`packages` come from the stack's archive, `archives` are `.deb` addresses, `repositories` are lines for further archives."""

    packages: tuple[AptPackage, ...] = ()
    archives: tuple[tuple[str, Span], ...] = ()
    repositories: tuple[tuple[str, Span], ...] = ()

    def has(self, *names: str) -> bool:
        """Whether one of the packages is listed."""
        return any(package.name in names for package in self.packages)


def parse(source: SourceFile) -> Aptfile:
    """Every line: `#` starts a comment line, words are packages, `:repo:` takes the whole line."""
    packages: list[AptPackage] = []
    archives: list[tuple[str, Span]] = []
    repositories: list[tuple[str, Span]] = []
    at = 0
    for piece in source.text.splitlines(keepends=True):
        line = piece.rstrip("\r\n")
        if not line.strip() or line.lstrip().startswith("#"):
            at += len(piece)
            continue
        if line.startswith(":repo:"):
            repositories.append((line.removeprefix(":repo:").strip(), source.span_of_text(at, at + len(line))))
            at += len(piece)
            continue
        for match in _WORD.finditer(line):
            span = source.span_of_text(at + match.start(), at + match.end())
            word = match.group()
            if word.startswith("#"):
                break
            if word.endswith(".deb") or "://" in word:
                archives.append((word, span))
            else:
                packages.append(AptPackage(re.split(r"[=:/]", word, maxsplit=1)[0], word, span))
        at += len(piece)
    return Aptfile(packages=tuple(packages), archives=tuple(archives), repositories=tuple(repositories))
