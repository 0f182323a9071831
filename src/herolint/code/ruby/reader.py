"""What is gathered while one Ruby file is read, beside what all languages share: local variables and heredocs."""

from __future__ import annotations

from msgspec.structs import replace
from tree_sitter import Node, TreeCursor

from herolint.code.facts import NONE, AnyExpr, Call, CallFact, Param, Return
from herolint.code.grammar import Grammar
from herolint.code.reader import Reader
from herolint.code.ruby.grammar import kind
from herolint.patterns import lazy

_HEREDOC_START = kind("heredoc_beginning")
_HEREDOC_BODY = kind("heredoc_body")
_HEREDOC_END = kind("heredoc_end")
_MAY_START_HEREDOC = lazy(r"<<[~-]?[\"'`]?\w")
_NUMBERED = frozenset(f"_{digit}" for digit in range(1, 10))


class RubyReader(Reader):
    """A `Reader` that knows which names are local variables.

    Blocks see the variables around them, methods do not. `lambdas_made` holds the functions that `return` leaves (a `return` in any
    other block leaves the method around it); `singleton` tells that methods are defined on the class itself.
    """

    __slots__ = ("_heredocs", "lambdas_made", "locals", "singleton")

    def __init__(self, data: bytes, encoding: str, grammar: Grammar) -> None:
        super().__init__(data, encoding, grammar)
        self.locals: dict[int, set[str]] = {NONE: set()}
        self.lambdas_made: set[int] = set()
        self.singleton = False
        self._heredocs: dict[int, Node] = {}

    def _prefix(self) -> str:
        return f"{self.classes[self.klass].qualname}::" if self.klass != NONE else ""

    # ---- names -------------------------------------------------------------------------------------------------

    def declare(self, name: str) -> None:
        """From here on, the name is a local variable."""
        self.locals[self.function].add(name)

    def is_local(self, name: str) -> bool:
        """Whether the name is a local variable or parameter at this place."""
        scope = self.function
        while True:
            if name in self.locals[scope]:
                return True
            if scope == NONE or self.functions[scope].name:
                return False
            if name in _NUMBERED or (name == "it" and not self.functions[scope].params):
                return True
            scope = self.functions[scope].parent

    @property
    def method(self) -> int:
        """The function that `return` leaves."""
        scope = self.function
        while scope != NONE and not self.functions[scope].name and scope not in self.lambdas_made:
            scope = self.functions[scope].parent
        return scope

    # ---- facts -------------------------------------------------------------------------------------------------

    def call(self, start: int, end: int, func: AnyExpr, args: tuple[AnyExpr, ...] = ()) -> Call:
        """Note a call in the present scope. Ruby waits for whatever it calls."""
        call = Call(start, end, func, args)
        self.calls.append((start, end, CallFact(call, self.function, self.klass, self.guard, self.block, True)))
        return call

    def set_parameters(self, number: int, params: tuple[Param, ...]) -> None:
        """Give a function its parameters, which are read inside of it."""
        self.functions[number] = replace(self.functions[number], params=params)

    def give_back(self, value: AnyExpr | None, function: int) -> None:
        """Note what a function returns here."""
        self.returns.append(Return(value, "return", function, self.guard, self.block))

    # ---- heredocs ----------------------------------------------------------------------------------------------

    def heredoc(self, node: Node) -> Node | None:
        """The body, further down, of a heredoc that begins with `node`."""
        return self._heredocs.get(node.start_byte)

    def find_heredocs(self, root: Node) -> None:
        """Pair the beginnings of heredocs with their bodies: each body belongs to the first open beginning with its word."""
        if not _MAY_START_HEREDOC.search(self.text):
            return
        waiting: list[tuple[str, int]] = []
        for node in _nodes(root.walk()):
            if node.kind_id == _HEREDOC_START:
                waiting.append((self.word(node).lstrip("<~-").strip("\"'`"), node.start_byte))
            else:
                word = next((self.word(kid).strip() for kid in reversed(node.children) if kid.kind_id == _HEREDOC_END), "")
                found = next((one for one in waiting if one[0] == word), None)
                if found is not None:
                    waiting.remove(found)
                    self._heredocs[found[1]] = node


def _nodes(cursor: TreeCursor) -> list[Node]:
    """Beginnings and bodies of heredocs in the order of the file."""
    found: list[Node] = []
    while True:
        node = cursor.node
        if node is not None and node.kind_id in (_HEREDOC_START, _HEREDOC_BODY):
            found.append(node)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
