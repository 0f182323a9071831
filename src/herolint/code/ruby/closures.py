"""Ruby's blocks and lambdas: functions without a name, and the loops that some of them are."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Attr, Closure, Const, Function, Name, Param
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.handling import body
from herolint.code.ruby.nodes import reads
from herolint.code.ruby.parameters import PARAMETERS, parameters
from herolint.code.ruby.reader import RubyReader

_BODIES = frozenset({kind("body_statement"), kind("block_body")})
_BLOCKS = frozenset({kind("block"), kind("do_block")})
_ITERATORS = frozenset(
    """
    each each_with_index each_with_object each_slice each_cons each_pair each_key each_value each_line each_char each_byte each_entry each_index
    each_child each_batch find_each find_in_batches in_batches in_groups_of times upto downto step map map! flat_map collect collect! select
    select! filter filter! reject reject! filter_map inject reduce group_by partition sort_by min_by max_by sum count any? all? none? find
    detect find_index cycle reverse_each zip to_h index_by each_row foreach delete_if keep_if transform_values transform_keys
    """.split()
)
_LAMBDAS = frozenset({"lambda"})


def closure(r: RubyReader, node: Node, func: AnyExpr, args: tuple[AnyExpr, ...], depth: int) -> Closure:
    """A block that is given to the call of `func`; that of an iterator or of `loop` is the body of a loop, too."""
    index = _add(r, node)
    if isinstance(func, Name) and func.id in _LAMBDAS:
        r.lambdas_made.add(index)
    inside = r.function, r.klass, r.block
    params, block_body = _enter(r, node, index, depth)
    if isinstance(func, Attr) and func.name in _ITERATORS:
        variable = Name(node.start_byte, node.start_byte, params[0].name) if params else None
        r.open_block(node, "for", func.base, variable)
    elif isinstance(func, Name) and func.id == "loop":
        r.open_block(node, "while", Const(func.start, func.end, True))
    _read(r, block_body, depth)
    r.function, r.klass, r.block = inside
    return Closure(node.start_byte, node.end_byte, index)


@reads("lambda")
def _lambda(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """`->(x) { … }`"""
    if depth > MAX_DEPTH:
        return r.defer(node)
    index = _add(r, node)
    r.lambdas_made.add(index)
    inside = r.function, r.klass, r.block
    _, block_body = _enter(r, node, index, depth)
    _read(r, block_body, depth)
    r.function, r.klass, r.block = inside
    return Closure(node.start_byte, node.end_byte, index)


def _add(r: RubyReader, node: Node) -> int:
    """A new function without a name; its parameters follow."""
    if r.function != NONE:
        around = r.functions[r.function].qualname
    else:
        around = r.classes[r.klass].qualname if r.klass != NONE else ""
    start, end = node.start_byte, node.end_byte
    r.functions.append(Function("", around, (), (), r.function, r.klass, r.guard, False, False, start, end, start, start))
    index = len(r.functions) - 1
    r.locals[index] = set()
    return index


def _enter(r: RubyReader, node: Node, index: int, depth: int) -> tuple[tuple[Param, ...], Node | None]:
    """Go into the function and read its parameters; them, and the node of its body."""
    r.function, r.klass = index, NONE
    params: tuple[Param, ...] = ()
    block_body: Node | None = None
    for kid in r.clean(node.named_children):
        if kid.kind_id in PARAMETERS:
            params = parameters(r, kid, depth + 1)
            r.set_parameters(index, params)
        elif kid.kind_id in _BLOCKS:
            block_body = next((inner for inner in r.clean(kid.named_children) if inner.kind_id in _BODIES), None)
        elif kid.kind_id in _BODIES:
            block_body = kid
    return params, block_body


def _read(r: RubyReader, block_body: Node | None, depth: int) -> None:
    if block_body is None:
        return
    if depth > MAX_DEPTH:
        r.defer(block_body)
        return
    before = r.guard
    body(r, block_body, depth + 1, True)
    r.guard = before


@reads("block", "do_block")
def _loose_block(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """A block that belongs to no call, in broken code."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return closure(r, node, facts.Other(node.start_byte, node.start_byte, "missing"), (), depth + 1)
