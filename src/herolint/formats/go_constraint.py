"""Reads what decides whether a Go file is built: `//go:build` expressions, `// +build` lines, and systems in file names."""

from __future__ import annotations

import re
from collections.abc import Callable

from herolint.patterns import lazy

_TOKEN = lazy(r"\s*(\|\||&&|[!()]|[\w.]+)", re.ASCII)
_MAX_DEPTH = 100
SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos".split()
)
ARCHITECTURES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64"
    " s390 s390x sparc sparc64 wasm".split()
)

Has = Callable[[str], bool]
"""Whether a build has a tag."""


def expression_holds(text: str, has: Has) -> bool | None:
    """Whether a `//go:build` expression holds; None when it is none."""
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(match[1])
        at = match.end()
    try:
        truth, end = _either(tokens, 0, has, 0)
    except (IndexError, ValueError):
        return None
    return truth if end == len(tokens) else None


def _either(tokens: list[str], at: int, has: Has, depth: int) -> tuple[bool, int]:
    truth, at = _both(tokens, at, has, depth)
    while at < len(tokens) and tokens[at] == "||":
        other, at = _both(tokens, at + 1, has, depth)
        truth = truth or other
    return truth, at


def _both(tokens: list[str], at: int, has: Has, depth: int) -> tuple[bool, int]:
    truth, at = _term(tokens, at, has, depth)
    while at < len(tokens) and tokens[at] == "&&":
        other, at = _term(tokens, at + 1, has, depth)
        truth = truth and other
    return truth, at


def _term(tokens: list[str], at: int, has: Has, depth: int) -> tuple[bool, int]:
    token = tokens[at]
    if depth > _MAX_DEPTH or token in ("||", "&&", ")"):
        raise ValueError(token)
    if token == "!":
        truth, at = _term(tokens, at + 1, has, depth + 1)
        return not truth, at
    if token == "(":
        truth, at = _either(tokens, at + 1, has, depth + 1)
        if tokens[at] != ")":
            raise ValueError(token)
        return truth, at + 1
    return has(token), at + 1


def line_holds(text: str, has: Has) -> bool:
    """Whether a `// +build` line holds: one of its words does, each a list of tags joined by commas."""
    return any(
        all(has(tag[1:]) is False if tag.startswith("!") else has(tag) for tag in word.split(",") if tag not in ("", "!"))
        for word in text.split()
    )


def name_holds(name: str, has: Has) -> bool:
    """Whether a file is built, by its name: `_linux`, `_amd64` or both behind the first underscore choose a system."""
    if name.startswith(("_", ".")):
        return False
    _, underscore, behind = name.partition(".")[0].partition("_")
    parts = behind.split("_") if underscore else []
    if parts and parts[-1] == "test":
        return False
    if len(parts) > 1 and parts[-2] in SYSTEMS and parts[-1] in ARCHITECTURES:
        return has(parts[-2]) and has(parts[-1])
    return has(parts[-1]) if parts and parts[-1] in SYSTEMS | ARCHITECTURES else True
