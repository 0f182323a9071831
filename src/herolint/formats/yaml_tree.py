"""Reads the first document of a YAML file into a tree with spans; nothing is ever constructed.

PyYAML's event stream is turned into nodes here rather than by its composer, which recurses. An alias is the node of
its anchor itself, so that alias bombs stay as small as they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from herolint.finding import Problem
from herolint.formats.tree import MAX_DEPTH, Entry, Kind, Node, Offsets, Scalar, Tree
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    import yaml

_TAG = "tag:yaml.org,2002:"
_MAX_MERGED = 10_000
_MAX_PROBLEMS = 20
_INT = lazy(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$")
_TRUE = frozenset(("yes", "true", "on"))


class _Frame:
    """A mapping or sequence that is still open, with its finished children."""

    __slots__ = ("anchor", "children", "event", "height")

    def __init__(self, event: Any) -> None:
        self.event = event
        self.anchor: str | None = event.anchor
        self.children: list[Node] = []
        self.height = 1


class _TooDeep(Exception):
    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


def load(source: SourceFile) -> Tree:
    """The first document as a tree. After a syntax error, or when the file is empty, there is no root."""
    import yaml

    builder = _Builder(source)
    try:
        root = builder.document()
    except yaml.YAMLError as error:
        builder.problem(*_explain(error, source.text))
        root = None
    except _TooDeep as deep:
        builder.problem(f"nested deeper than {MAX_DEPTH} levels", deep.start)
        root = None
    return Tree(root, tuple(builder.problems))


def _explain(error: yaml.YAMLError, text: str) -> tuple[str, int]:
    """What is wrong, and the text offset at which."""
    import yaml

    if isinstance(error, yaml.MarkedYAMLError):
        mark: Any = error.problem_mark or error.context_mark
        at = min(mark.index, len(text)) if mark else len(text)
        before = text[:at].rpartition("\n")[2]
        if text[at : at + 1] == "\t" and not before.strip():
            return "a tab indents this line; YAML wants spaces", at
        if "nesting depth" in (error.problem or ""):
            return "nested deeper than the parser allows", at
        return ", ".join(part for part in (error.problem, error.context) if part) or "syntax error", at
    if isinstance(error, yaml.reader.ReaderError):
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        return "a control character that YAML does not allow", bad.start() if bad else 0
    return str(error).partition("\n")[0], 0


class _Builder:
    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.path = source.path
        self.text = source.text
        self.offsets = Offsets(source)
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()
        self.merged = 0

    def problem(self, message: str, start: int, end: int | None = None) -> None:
        if len(self.problems) >= _MAX_PROBLEMS:
            return
        span = self.offsets.span(start, start + 1 if end is None else end)
        self.problems.append(Problem(message=f"not valid YAML: {message}", path=self.path, span=span))

    def document(self) -> Node | None:
        import yaml

        loader_type: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        loader = loader_type(self.text)
        try:
            return self.build(loader)
        finally:
            loader.dispose()

    def build(self, loader: Any) -> Node | None:
        import yaml

        stack: list[_Frame] = []
        root: Node | None = None
        while True:
            event = loader.get_event()
            if event is None or isinstance(event, (yaml.StreamEndEvent, yaml.DocumentEndEvent)):
                # What follows must be a document or the end: the parser says otherwise only when asked for it.
                loader.get_event()
                return root
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if len(stack) >= MAX_DEPTH:
                    raise _TooDeep(_start(event))
                stack.append(_Frame(event))
                if event.anchor:
                    self.open_anchors.add(event.anchor)
                continue
            if isinstance(event, yaml.ScalarEvent):
                node, height = self.scalar(event, loader), 0
                if event.anchor:
                    self.anchors[event.anchor] = node, 0
            elif isinstance(event, yaml.AliasEvent):
                node, height = self.alias(event)
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                frame = stack.pop()
                node, height = self.close(frame, event), frame.height
                if frame.anchor:
                    self.open_anchors.discard(frame.anchor)
                    self.anchors[frame.anchor] = node, height
            else:
                continue
            if not stack:
                root = node
                continue
            stack[-1].children.append(node)
            stack[-1].height = max(stack[-1].height, height + 1)
            if stack[-1].height + len(stack) > MAX_DEPTH + 1:
                raise _TooDeep(_start(event))

    def span(self, event: Any) -> Span:
        return self.offsets.span(event.start_mark.index, event.end_mark.index)

    def alias(self, event: Any) -> tuple[Node, int]:
        if event.anchor in self.anchors and event.anchor not in self.open_anchors:
            return self.anchors[event.anchor]
        why = "contains itself" if event.anchor in self.open_anchors else "has no anchor"
        self.problem(f"the alias *{event.anchor} {why}", event.start_mark.index, event.end_mark.index)
        return Node("null", None, self.span(event)), 0

    def scalar(self, event: Any, loader: Any) -> Node:
        import yaml

        tag = event.tag
        if tag is None or tag == "!":
            tag = str(loader.resolve(yaml.ScalarNode, event.value, event.implicit))
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):  # the mark stands behind the line breaks that follow the block
            end = start + len(self.text[start:end].rstrip())
        kind, value = _resolve(tag.removeprefix(_TAG), event.value)
        return Node(kind, value, self.offsets.span(start, end))

    def close(self, frame: _Frame, end: Any) -> Node:
        import yaml

        first, last = frame.event.start_mark.index, end.end_mark.index
        children = frame.children
        span = self.offsets.span(first, last)
        if not frame.event.flow_style:  # a block's end mark stands at the next token, maybe lines further down
            span = self.offsets.span(first, first + len(self.text[first:last].rstrip()))
        if isinstance(frame.event, yaml.SequenceStartEvent):
            return Node("list", None, span, items=tuple(children))
        entries: list[Entry] = []
        inherited: list[Entry] = []
        for key, value in zip(children[::2], children[1::2], strict=False):
            if key.kind == "other" and key.value == "<<":
                inherited.extend(self.merge(value))
            else:
                entries.append(Entry(self.key_text(key), key.span, value))
        return Node("map", None, span, entries=(*inherited, *entries))

    def key_text(self, key: Node) -> str:
        if key.kind == "str" and isinstance(key.value, str):
            return key.value
        return self.source.slice(key.span)[:200]

    def merge(self, value: Node) -> list[Entry]:
        """The entries that `<<: *base` or `<<: [*a, *b]` brings in, weakest first."""
        maps = [value] if value.kind == "map" else list(reversed(value.items))
        found: list[Entry] = []
        for one in maps:
            self.merged += len(one.entries)
            if self.merged > _MAX_MERGED:
                break
            found.extend(one.entries)
        return found


def _start(event: Any) -> int:
    return int(event.start_mark.index)


def _resolve(tag: str, text: str) -> tuple[Kind, Scalar]:
    """Kind and value of a scalar by its resolved tag. Base-60 numbers stay strings, as YAML 1.2 readers have it."""
    if tag == "str":
        return "str", text
    if tag == "null":
        return "null", None
    if tag == "bool":
        return "bool", text.lower() in _TRUE
    if tag == "int":
        if ":" in text:
            return "str", text
        return _integer(text)
    if tag == "float":
        if ":" in text:
            return "str", text
        try:
            return "float", float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return "other", text
    return "other", text


def _integer(text: str) -> tuple[Kind, Scalar]:
    digits = text.replace("_", "")
    if len(digits) > 1000 or not _INT.match(text):
        return "other", text
    bare = digits.lstrip("+-")
    base = 2 if bare.startswith("0b") else 16 if bare.startswith("0x") else 8 if len(bare) > 1 and bare[0] == "0" else 10
    try:
        return "int", int(digits, base)
    except ValueError:
        return "other", text
