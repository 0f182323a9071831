"""Reads XML into elements with their places: project files of Maven and .NET. Nothing outside the file is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from herolint.finding import Problem
from herolint.formats.tree import MAX_DEPTH
from herolint.source import SourceFile, Span

MAX_ELEMENTS = 50_000
"""Elements above which a file is not read."""


class Element(msgspec.Struct, eq=False):
    """An element by its name without namespace; `text` is the text in it, `span` its start tag up to the end of its own text."""

    name: str
    attributes: dict[str, str]
    span: Span
    text: str = ""
    children: list[Element] = msgspec.field(default_factory=list)

    def get(self, *path: str) -> Element | None:
        """The first element at the end of a path of names."""
        found: Element | None = self
        for name in path:
            found = next((one for one in found.children if one.name == name), None) if found is not None else None
        return found

    def text_of(self, *path: str) -> str:
        """The text at the end of a path, without blanks around it; empty when it is not there."""
        found = self.get(*path)
        return found.text.strip() if found is not None else ""

    def named(self, name: str) -> Iterator[Element]:
        """All elements of a name, at any depth."""
        queue = [self]
        while queue:
            element = queue.pop()
            if element.name == name:
                yield element
            queue += reversed(element.children)


class XmlFile(msgspec.Struct, frozen=True, eq=False):
    """The root element (None: the file is not well-formed, or was not read) and what was wrong."""

    root: Element | None
    problem: Problem | None = None
    well_formed: bool = True


class _Refused(Exception):
    pass


def load(source: SourceFile) -> XmlFile:
    """The file. Documents that declare entities, are deeper than other files may be, or very large are not read."""
    reader = _Reader()
    try:
        reader.parser.Parse(source.data, True)
    except expat.ExpatError as error:
        line = source.line_span(max(1, min(error.lineno, source.line_count)))
        return XmlFile(None, Problem(message=f"not well-formed XML: {expat.ErrorString(error.code)}", path=source.path, span=line), False)
    except (_Refused, ValueError, LookupError) as error:
        return XmlFile(None, Problem(message=f"not read: {error or 'an encoding that is not known'}", path=source.path))
    return XmlFile(reader.root)


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.EntityDeclHandler = self.entity

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise _Refused("nested too deeply, or too large")
        at = self.parser.CurrentByteIndex
        element = Element(name.rpartition(":")[2], attributes, Span(at, at + len(name) + 1))
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _name: str) -> None:
        element = self.open.pop()
        if not element.children:
            element.span = Span(element.span.start, max(element.span.end, self.parser.CurrentByteIndex))

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def entity(self, *_: object) -> None:
        raise _Refused("it declares entities")
