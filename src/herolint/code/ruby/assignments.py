"""Ruby's assignments and the names that they, parameters and patterns bind."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Name, Other
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.grammar import SKIPPED, kind
from herolint.code.ruby.nodes import convert, items, reads
from herolint.code.ruby.reader import RubyReader

_IDENTIFIER = kind("identifier")
_CALL = kind("call")
_LISTS = frozenset({kind("left_assignment_list"), kind("destructured_left_assignment")})
_REST = kind("rest_assignment")
_KEYWORD_PATTERN = kind("keyword_pattern")
_KEY = kind("hash_key_symbol")
_NO_PATTERNS = frozenset({kind("string"), kind("call"), kind("expression_reference_pattern"), kind("variable_reference_pattern")})
_MOST_NODES = 2_000


@reads("assignment")
def _assignment(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.named_children)
    if len(kids) != 2:
        return Other(node.start_byte, node.end_byte, "assignment", items(r, node, depth + 1))
    # The name is a variable already where its own value is computed.
    left = target(r, kids[0], depth + 1)
    value = convert(r, kids[1], depth + 1)
    r.assign(left, value, "=", node.start_byte, node.end_byte)
    return value


@reads("operator_assignment")
def _operator_assignment(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    if len(kids) != 3:
        return Other(node.start_byte, node.end_byte, "assignment", items(r, node, depth + 1))
    op = kids[1].type
    left = target(r, kids[0], depth + 1)
    value = convert(r, kids[2], depth + 1)
    r.assign(left, value, op, node.start_byte, node.end_byte)
    if op in ("||=", "&&="):
        return facts.Logic(node.start_byte, node.end_byte, op[:2], (left, value))
    return facts.Binary(node.start_byte, node.end_byte, op[:-1], left, value)


def target(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """What is assigned to; a plain name is a local variable from here on."""
    start, end = node.start_byte, node.end_byte
    number = node.kind_id
    if number == _IDENTIFIER:
        name = r.word(node)
        r.declare(name)
        return Name(start, end, name)
    if depth > MAX_DEPTH:
        return r.defer(node)
    if number == _CALL:
        kids = [kid for kid in r.clean(node.children) if kid.is_named]
        if len(kids) == 2:
            return facts.Attr(start, end, convert(r, kids[0], depth + 1), r.word(kids[1]))
    if number in _LISTS:
        return facts.Sequence(start, end, "list", tuple(target(r, kid, depth + 1) for kid in r.clean(node.named_children)))
    if number == _REST:
        inner = r.clean(node.named_children)
        return facts.Star(start, end, target(r, inner[0], depth + 1), 1) if inner else Other(start, end, "rest")
    return convert(r, node, depth)


@reads("right_assignment_list")
def _right_list(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return facts.Sequence(node.start_byte, node.end_byte, "list", items(r, node, depth + 1))


def declare_names(r: RubyReader, pattern: Node) -> list[Name]:
    """Make the plain names of a pattern or of parameters local variables; what they are."""
    found: list[Name] = []
    stack = [pattern]
    seen = 0
    while stack and seen < _MOST_NODES:
        node = stack.pop()
        seen += 1
        if node.kind_id == _IDENTIFIER:
            name = r.word(node)
            r.declare(name)
            found.append(Name(node.start_byte, node.end_byte, name))
        elif node.kind_id == _KEYWORD_PATTERN and len(node.named_children) == 1 and node.named_children[0].kind_id == _KEY:
            key = node.named_children[0]
            r.declare(r.word(key))
            found.append(Name(key.start_byte, key.end_byte, r.word(key)))
        elif node.kind_id not in SKIPPED and node.kind_id not in _NO_PATTERNS:
            stack.extend(reversed(node.named_children))
    return found
