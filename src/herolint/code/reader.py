"""What is gathered while one source file is read: the facts so far, and where in the file the reading stands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Assign, Block, Break, CallFact, Class, Export, Function, Guard, Import, Module, Other, Return
from herolint.code.grammar import ERROR, Grammar

ENDED = -2
"""What reading a block returns in place of a guard when control does not reach its end."""
MAX_DEPTH = 200
"""How deep expressions may nest; what lies deeper is read as an expression of its own."""

MAX_NAME = 400
"""Characters of a qualified name that those inside of it repeat."""
MAX_DEFERRED = 20_000
"""How many pieces of a file may be read later than the rest; more come only from files made to be slow."""


def inside(qualname: str) -> str:
    """What the qualified names of things inside of a function or class begin with; cut where names would grow without end."""
    return f"{qualname[:MAX_NAME]}."


class Reader:
    """The lists that become a `Module`, and the scope that the next fact belongs to.

    `text` holds one character a byte, so that the tree's offsets index it; `decode` turns what was cut out into
    real text.
    """

    __slots__ = (
        "_utf8",
        "assigns",
        "block",
        "blocks",
        "breaks",
        "calls",
        "classes",
        "comments",
        "declared",
        "deferred",
        "deletes",
        "directives",
        "errors",
        "exports",
        "function",
        "functions",
        "generators",
        "globals",
        "grammar",
        "guard",
        "guards",
        "handled",
        "imports",
        "klass",
        "lambdas",
        "package",
        "prefix",
        "rebound",
        "returns",
        "text",
    )  # fmt: skip

    def __init__(self, data: bytes, encoding: str, grammar: Grammar) -> None:
        self.grammar = grammar
        self.text = data.decode("latin-1")
        self._utf8 = encoding != "latin-1"
        self.imports: list[Import] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.guards: list[Guard] = []
        self.blocks: list[Block] = []
        self.calls: list[tuple[int, int, CallFact]] = []
        self.assigns: list[Assign] = []
        self.returns: list[Return] = []
        self.breaks: list[Break] = []
        self.globals: list[tuple[int, str]] = []
        self.declared: set[tuple[int, str]] = set()
        self.rebound: list[tuple[int, str]] = []
        """Names that functions declare, and those that they give a new value to; in languages that tell the two apart."""
        self.exports: list[Export] = []
        self.package = ""
        self.directives: tuple[tuple[str, str, int, int], ...] = ()
        self.deletes: list[tuple[int, AnyExpr]] = []
        self.comments: set[tuple[int, int]] = set()
        self.errors: set[tuple[int, int]] = set()
        self.generators: set[int] = set()
        self.deferred: list[tuple[Node, int, int, int, int]] = []
        self.function = self.klass = self.guard = self.block = NONE
        self.handled = False
        """Whether a failing import would be caught here."""
        self.lambdas = 0
        """How many lambdas the reading is inside of."""
        self.prefix = ""
        """Qualified name of the enclosing scope, with its dot."""

    def decode(self, text: str) -> str:
        """The real text of a piece of `text` that is not ASCII."""
        return text.encode("latin-1").decode("utf-8", "replace") if self._utf8 else text

    def word(self, node: Node) -> str:
        """The text of a node."""
        text = self.text[node.start_byte : node.end_byte]
        return text if text.isascii() else self.decode(text)

    def skip(self, node: Node) -> None:
        """Note a comment; put off what an error swallowed until the rest is read."""
        kind = node.kind_id
        if kind == self.grammar.comment:
            self.comments.add((node.start_byte, node.end_byte))
        elif kind == ERROR:
            self.defer(node)

    def clean(self, nodes: list[Node]) -> list[Node]:
        """The nodes without comments, line continuations and errors, which are noted."""
        kept = []
        for node in nodes:
            if node.kind_id in self.grammar.skipped:
                self.skip(node)
            else:
                kept.append(node)
        return kept

    def defer(self, node: Node) -> Other:
        """Read a node later, in the present scope but from depth 0; meanwhile, what stands for it."""
        self.deferred.append((node, self.function, self.klass, self.guard, self.block))
        return Other(node.start_byte, node.end_byte, "error" if node.kind_id == ERROR else "deep")

    def pieces(self) -> Iterator[Node]:
        """What was put off, each in its own scope: what lies too deep, and what an error holds. More may be put off meanwhile."""
        done = 0
        while self.deferred and done < MAX_DEFERRED:
            node, self.function, self.klass, self.guard, self.block = self.deferred.pop()
            done += 1
            self.prefix = self._prefix()
            if node.kind_id != ERROR:
                yield node
                continue
            self.errors.add((node.start_byte, node.end_byte))
            yield from node.named_children

    def _prefix(self) -> str:
        """The qualified name of the present scope, with its dot."""
        if self.klass != NONE:
            return inside(self.classes[self.klass].qualname)
        return inside(self.functions[self.function].qualname) if self.function != NONE else ""

    def add_guard(self, kind: str, test: AnyExpr, parent: int) -> int:
        """A new guard's index."""
        self.guards.append(Guard(kind, test, parent))
        return len(self.guards) - 1

    def shared_guard(self, first: int, second: int) -> int:
        """The innermost guard around both of two guards."""
        while first != second:
            # A guard is always newer than the one around it.
            if first > second:
                first = self.guards[first].parent
            else:
                second = self.guards[second].parent
        return first

    def open_block(self, node: Node, sort: str, subject: AnyExpr | None, target: AnyExpr | None = None) -> int:
        """Enter a block; returns the one around it, to be set again behind it."""
        around = self.block
        self.blocks.append(Block(sort, subject, target, around, node.start_byte, node.end_byte))
        self.block = len(self.blocks) - 1
        return around

    def settle(self, ends: list[int]) -> bool:
        """After branches that end under these guards: go on under what they share; True when none gets past."""
        open_ends = [e for e in ends if e != ENDED]
        if not open_ends:
            return True
        guard = open_ends[0]
        for other in open_ends[1:]:
            if guard == self.guard:
                # All of them lie inside it.
                break
            guard = self.shared_guard(guard, other)
        self.guard = guard
        return False

    def assign(self, target: AnyExpr, value: AnyExpr | None, op: str, start: int, end: int, annotation: AnyExpr | None = None) -> None:
        """Note an assignment in the present scope."""
        self.assigns.append(Assign(target, value, op, annotation, self.function, self.klass, self.guard, self.block, start, end))

    def mark_awaited(self, value: AnyExpr | None) -> None:
        """Mark the call fact of an expression that was just read as awaited, if it is a call."""
        if self.calls and self.calls[-1][2].call is value:
            start, end, fact = self.calls[-1]
            self.calls[-1] = start, end, CallFact(fact.call, fact.function, fact.klass, fact.guard, fact.block, True)

    def module(self, language: str, errors: tuple[tuple[int, int], ...] = ()) -> Module:
        """What was gathered, as the facts of the file; `errors` replace those that were met on the way."""
        functions = tuple(
            msgspec.structs.replace(f, is_generator=True) if i in self.generators else f for i, f in enumerate(self.functions)
        )
        return Module(
            language=language,
            imports=tuple(self.imports),
            functions=functions,
            classes=tuple(self.classes),
            guards=tuple(self.guards),
            blocks=tuple(self.blocks),
            calls=tuple(fact for _, _, fact in sorted(self.calls, key=lambda call: (call[0], -call[1]))),
            assigns=tuple(sorted(self.assigns, key=lambda a: a.start)),
            returns=tuple(self.returns),
            globals=tuple(self.globals),
            deletes=tuple(self.deletes),
            comments=tuple(sorted(self.comments)),
            errors=errors or tuple(sorted(self.errors)),
            exports=tuple(self.exports),
            package=self.package,
            directives=self.directives,
            breaks=tuple(self.breaks),
        )
