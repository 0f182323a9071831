"""Destructuring patterns: what each name takes from a value."""

from __future__ import annotations

from itertools import islice

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Attr, Const, Logic, Other
from herolint.code.javascript.nodes import Script, convert
from herolint.code.queries import walk
from herolint.code.reader import MAX_DEPTH

PATTERNS = frozenset({"object_pattern", "array_pattern"})
_DEFAULTED = frozenset({"assignment_pattern", "object_assignment_pattern"})
_SMALL = 12
"""Parts of an expression that may be repeated for every name that is taken out of it."""
_MOST_REPEATED = 3_000
"""Parts of expressions that the names of one pattern may repeat in all, where what they are taken from is not small."""
_FEWEST = 4
"""How many names repeat an expression of whatever size."""


def small(expr: AnyExpr) -> bool:
    """Whether an expression is small enough to stand in many facts."""
    return sum(1 for _ in islice(walk(expr), _SMALL)) < _SMALL


def bind(r: Script, pattern: Node, value: AnyExpr, depth: int, op: str = "=") -> None:
    """Note what each name of a pattern takes from a value: `{a: b = 1}` gives `b = value.a ?? 1`."""
    size = sum(1 for _ in islice(walk(value), _MOST_REPEATED))
    repeats = pattern.end_byte - pattern.start_byte if size < _SMALL else max(_FEWEST, _MOST_REPEATED // size)
    todo = [(pattern, value, 0)]
    while todo:
        node, taken, level = todo.pop()
        if level > MAX_DEPTH:
            taken, level = Other(node.start_byte, node.end_byte, "deep"), 0
        level += 1
        kind = node.type
        if kind == "object_pattern":
            todo += [(kid, part, level) for kid, part in reversed(_properties(r, node, taken, depth))]
        elif kind == "array_pattern":
            todo += [(kid, part, level) for kid, part in reversed(_elements(r, node, taken))]
        elif kind in _DEFAULTED:
            kids = r.clean(node.named_children)
            if len(kids) == 2:
                default = convert(r, kids[1], depth + 1)
                todo.append((kids[0], Logic(node.start_byte, node.end_byte, "??", (taken, default)), level))
        elif kind == "rest_pattern":
            todo += [(kid, taken, level) for kid in r.clean(node.named_children)]
        else:
            repeats -= 1
            if repeats < 0:
                taken = Other(node.start_byte, node.end_byte, "pattern")
            r.assign(convert(r, node, depth + 1), taken, op, node.start_byte, node.end_byte)


def _properties(r: Script, pattern: Node, value: AnyExpr, depth: int) -> list[tuple[Node, AnyExpr]]:
    """The parts of an object pattern with what each takes; the rest of an object is as good as the whole."""
    found: list[tuple[Node, AnyExpr]] = []
    for kid in r.clean(pattern.named_children):
        if kid.type == "rest_pattern":
            found.append((kid, value))
        elif kid.type == "pair_pattern":
            kids = r.clean(kid.named_children)
            if len(kids) == 2:
                found.append((kids[1], _taken(r, kids[0], value, depth)))
        elif kid.type == "object_assignment_pattern":
            names = r.clean(kid.named_children)[:1]
            found += [(kid, Attr(name.start_byte, name.end_byte, value, r.word(name))) for name in names]
        else:
            found.append((kid, Attr(kid.start_byte, kid.end_byte, value, r.word(kid))))
    return found


def _taken(r: Script, key: Node, value: AnyExpr, depth: int) -> AnyExpr:
    """What a pattern's key takes from a value."""
    start, end = key.start_byte, key.end_byte
    if key.type in ("property_identifier", "private_property_identifier"):
        return Attr(start, end, value, r.word(key))
    found = convert(r, key, depth + 1)
    if isinstance(found, Const) and isinstance(found.value, str):
        return Attr(start, end, value, found.value)
    return facts.Index(start, end, value, found)


def _elements(r: Script, pattern: Node, value: AnyExpr) -> list[tuple[Node, AnyExpr]]:
    """The parts of an array pattern with what each takes; commas count, since places may be left empty."""
    found: list[tuple[Node, AnyExpr]] = []
    at = 0
    for kid in r.clean(pattern.children):
        start, end = kid.start_byte, kid.end_byte
        if kid.type == ",":
            at += 1
        elif kid.type == "rest_pattern":
            found.append((kid, Other(start, end, "rest", (value,))))
        elif kid.is_named:
            found.append((kid, facts.Index(start, end, value, Const(start, start, at))))
    return found


def bound_names(r: Script, pattern: Node) -> list[Node]:
    """The nodes of all names that a pattern binds."""
    names: list[Node] = []
    todo = [pattern]
    while todo:
        node = todo.pop()
        kids = r.clean(node.named_children)
        if node.type in _DEFAULTED:
            todo += kids[:1]
        elif node.type == "pair_pattern":
            todo += kids[1:]
        elif node.type in PATTERNS or node.type == "rest_pattern":
            todo += reversed(kids)
        elif node.type in ("identifier", "shorthand_property_identifier_pattern"):
            names.append(node)
    return names
