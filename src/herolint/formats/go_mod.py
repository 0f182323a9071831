"""Reads `go.mod` as the go command does, and the lines of it that Heroku's buildpack picks for itself."""

from __future__ import annotations

import re

import msgspec

from herolint.finding import Problem
from herolint.formats.go_lines import Directive, Replace, Word, read_directives, replacement
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_FIELD = lazy(r"[^ \t]+")


class Require(msgspec.Struct, frozen=True):
    """A module that the build needs; `indirect` when only other modules need it."""

    path: str
    version: str
    indirect: bool
    span: Span


class HerokuInstall(msgspec.Struct, frozen=True):
    """`// +heroku install specs…`: the packages to build. Without any, the build fails."""

    specs: tuple[Word, ...]
    span: Span


class GoMod(msgspec.Struct, frozen=True, eq=False):
    """What the file says. `go` is the version as the buildpack takes it: the second word of the first line that starts with `go`.

    Words that the buildpack picks (`go`, `heroku_version`, specs) keep a carriage return at the end of their line, as it does. `ignores`
    are folders that package patterns leave out, `tools` packages that are run by `go tool`.
    """

    module: Word | None = None
    go: Word | None = None
    toolchain: Word | None = None
    heroku_version: Word | None = None
    heroku_install: HerokuInstall | None = None
    requires: tuple[Require, ...] = ()
    replaces: tuple[Replace, ...] = ()
    excludes: tuple[Require, ...] = ()
    tools: tuple[Word, ...] = ()
    ignores: tuple[Word, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> GoMod:
    """The document; lines that are not understood are left out."""
    directives, problems = read_directives(source)
    go, heroku_version, heroku_install = _picked(source)
    return GoMod(
        module=_first(directives, "module"),
        go=go,
        toolchain=_first(directives, "toolchain"),
        heroku_version=heroku_version,
        heroku_install=heroku_install,
        requires=_versions(directives, "require"),
        replaces=tuple(found for d in directives if d.verb == "replace" and (found := replacement(d)) is not None),
        excludes=_versions(directives, "exclude"),
        tools=_each(directives, "tool"),
        ignores=_each(directives, "ignore"),
        problems=problems,
    )


def _first(directives: tuple[Directive, ...], verb: str) -> Word | None:
    return next((d.words[0] for d in directives if d.verb == verb and d.words), None)


def _each(directives: tuple[Directive, ...], verb: str) -> tuple[Word, ...]:
    return tuple(d.words[0] for d in directives if d.verb == verb and d.words)


def _versions(directives: tuple[Directive, ...], verb: str) -> tuple[Require, ...]:
    return tuple(
        Require(d.words[0].text, d.words[1].text, re.match(r"indirect\b", d.comment) is not None, d.span)
        for d in directives
        if d.verb == verb and len(d.words) == 2
    )


def _picked(source: SourceFile) -> tuple[Word | None, Word | None, HerokuInstall | None]:
    """The `go` line, `// +heroku goVersion V` and `// +heroku install …`: words between blanks, the first line of each kind."""
    go: Word | None = None
    version: Word | None = None
    install: HerokuInstall | None = None
    at = 0
    for line in source.text.split("\n"):
        start, at = at, at + len(line) + 1
        if "go" not in line and "+heroku" not in line:
            continue
        words = [Word(m.group(), source.span_of_text(start + m.start(), start + m.end())) for m in _FIELD.finditer(line)]
        texts = [word.text for word in words]
        if go is None and len(words) > 1 and texts[0] == "go":
            go = words[1]
        elif texts[:2] == ["//", "+heroku"]:
            if version is None and len(words) > 3 and texts[2] == "goVersion":
                version = words[3]
            elif install is None and texts[2:3] == ["install"]:
                install = HerokuInstall(tuple(words[3:]), Span(words[0].span.start, words[-1].span.end))
    return go, version, install
