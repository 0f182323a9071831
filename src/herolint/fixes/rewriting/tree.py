"""A Python module as libcst reads it, with its nodes by the bytes that they stand at."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ParentNodeProvider

from herolint.source import Span

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


class Refused(Exception):
    """A change that cannot be made; the text says why, in words for the person who asked for it."""


class Tree:
    """One module. Spans are byte offsets into its text as UTF-8."""

    def __init__(self, text: str) -> None:
        try:
            wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        except cst.ParserSyntaxError as error:
            raise Refused(f"the file cannot be read as Python (line {error.raw_line})") from None
        self.module = wrapper.module
        if self.module.code != text:
            raise Refused("the file cannot be written back as it was read")
        self.data = text.encode()
        self._spans = wrapper.resolve(ByteSpanPositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)

    def span(self, node: cst.CSTNode) -> Span:
        """The bytes of a node, without parentheses around it."""
        found = self._spans[node]
        return Span(found.start, found.start + found.length)

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around a node, nearest first."""
        while not isinstance(node, cst.Module):
            node = self._parents[node]
            yield node

    def at(self, span: Span, *kinds: type[object]) -> cst.CSTNode:
        """The outermost node of one of the kinds that stands exactly at the span, or in the parentheses there. Raises Refused."""
        while True:
            found = [
                node for node, at in self._spans.items() if isinstance(node, kinds) and (at.start, at.start + at.length) == tuple(span)
            ]
            if found:
                return min(found, key=lambda node: sum(1 for _ in self.above(node)))
            text = self.data[span.start : span.end]
            if not (text.startswith(b"(") and text.endswith(b")")):
                raise Refused("the place could not be found again in the file")
            inner = text[1:-1]
            start = span.start + 1 + len(inner) - len(inner.lstrip())
            span = Span(start, start + len(inner.strip()))

    def statement(self, span: Span) -> Statement:
        """The innermost statement around the span that stands on lines of its own. Raises Refused."""
        around = [node for node in self._spans if span.within(self.span(node)) and not isinstance(node, cst.Module)]
        # Decorators do not count to the place of what they stand before: the way up leads to it.
        if around:
            inner = min(around, key=lambda node: self.span(node).end - self.span(node).start)
            for node in (inner, *self.above(inner)):
                if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                    return node
        raise Refused("the place could not be found again in the file")
