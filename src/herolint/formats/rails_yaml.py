"""Reads the YAML files of a Rails app that may hold ERB: `config/database.yml`, `storage.yml`, `cable.yml`.

ERB is put out of YAML's way before it is read, byte for byte, so that all spans are those of the file; its Ruby is kept.
"""

from __future__ import annotations

import re

import msgspec

from herolint.finding import Problem
from herolint.formats import yaml_tree
from herolint.formats.tree import Node, Scalar
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_TAG = lazy(rb"<%(?!%)(=?)(.*?)-?%>", re.DOTALL)
_NOT_BREAK = lazy(rb"[^\r\n]")


class Erb(msgspec.Struct, frozen=True):
    """A piece of Ruby between `<%` and `%>`; `span` covers the Ruby alone. `output` says that it writes its value into the file."""

    code: str
    span: Span
    output: bool


class RailsValue(msgspec.Struct, frozen=True):
    """A scalar. `value` is None where ERB makes all or part of it; `text` is what stands in the file."""

    value: Scalar
    text: str
    erb: tuple[Erb, ...]
    span: Span


class Section(msgspec.Struct, frozen=True, eq=False):
    """A map under a name, such as an environment or one of its databases, with what it inherits by `<<`.

    `lists` holds the values of what is a list. `span` is its name; `inside` covers what it holds.
    """

    name: str
    span: Span
    inside: Span
    values: dict[str, RailsValue] = {}
    sections: dict[str, Section] = {}
    lists: dict[str, tuple[RailsValue, ...]] = {}

    def text(self, name: str) -> str | None:
        """The plain text of a value; None where there is none or ERB makes it."""
        found = self.values.get(name)
        return str(found.value) if found is not None and found.value is not None else None


class RailsYaml(msgspec.Struct, frozen=True, eq=False):
    """A file's maps by name (mostly environments), and all ERB in it, also that of comments and conditions."""

    sections: dict[str, Section] = {}
    erb: tuple[Erb, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> RailsYaml:
    """The sections of the file; one that YAML cannot read is empty, with its problem."""
    erb, masked = _mask(source)
    tree = yaml_tree.load(SourceFile(source.path, masked))
    reader = _Reader(source, erb)
    sections = reader.sections(tree.root) if tree.root is not None else {}
    return RailsYaml(sections, erb, tree.problems)


def _mask(source: SourceFile) -> tuple[tuple[Erb, ...], bytes]:
    """All ERB, and the file with plain letters in place of what ERB writes and blanks in place of the rest of it."""
    if source.encoding not in ("utf-8", "latin-1"):
        return (), source.data
    found: list[Erb] = []

    def hide(match: re.Match[bytes]) -> bytes:
        output = bool(match[1])
        if not match[2].startswith(b"#"):
            found.append(Erb(match[2].decode(source.encoding, "replace"), Span(match.start(2), match.end(2)), output))
        # A word that is split over lines would be read as two.
        return b"x" * len(match[0]) if output else _NOT_BREAK.sub(b" ", match[0])

    masked = _TAG.sub(hide, source.data)
    return tuple(found), masked


class _Reader:
    def __init__(self, source: SourceFile, erb: tuple[Erb, ...]) -> None:
        self.source = source
        self.erb = erb

    def sections(self, node: Node) -> dict[str, Section]:
        return {entry.key: self.section(entry.key, entry.key_span, entry.value) for entry in node.entries if entry.value.kind == "map"}

    def section(self, name: str, span: Span, node: Node) -> Section:
        lists = {e.key: tuple(self.value(i) for i in e.value.items) for e in node.entries if e.value.kind == "list"}
        values = {e.key: self.value(e.value) for e in node.entries if e.value.kind not in ("map", "list")}
        return Section(name, span, node.span, values, self.sections(node), lists)

    def value(self, node: Node) -> RailsValue:
        erb = tuple(one for one in self.erb if one.output and one.span.within(node.span))
        return RailsValue(None if erb else node.value, self.source.slice(node.span), erb, node.span)
