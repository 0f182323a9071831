"""The parameters of Ruby's methods, blocks and lambdas."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import AnyExpr, Param
from herolint.code.ruby.assignments import declare_names
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.nodes import convert
from herolint.code.ruby.reader import RubyReader

PARAMETERS = frozenset({kind("method_parameters"), kind("block_parameters"), kind("lambda_parameters")})
_IDENTIFIER = kind("identifier")
_DESTRUCTURED = kind("destructured_parameter")
_STARS = {kind("splat_parameter"): "star", kind("hash_splat_parameter"): "starstar", kind("forward_parameter"): "star"}
_NAMELESS = frozenset({kind("hash_splat_nil")})


def parameters(r: RubyReader, node: Node, depth: int) -> tuple[Param, ...]:
    """The parameters in order, read in the function's own scope. One without a name is called by its sign."""
    found: list[Param] = []
    # Those behind a `;` are variables of the block alone.
    own = {kid.id for kid in node.children_by_field_name("locals")} if ";" in r.word(node) else set()
    for kid in r.clean(node.named_children):
        number = kid.kind_id
        if kid.id in own:
            r.declare(r.word(kid))
        elif number == _IDENTIFIER:
            found.append(Param(r.word(kid), None, None))
            r.declare(r.word(kid))
        elif number == _DESTRUCTURED:
            declare_names(r, kid)
            found.append(Param(r.word(kid), None, None))
        elif number not in _NAMELESS:
            found.append(_full_parameter(r, kid, depth))
    return tuple(found)


def _full_parameter(r: RubyReader, node: Node, depth: int) -> Param:
    """A parameter with a default, a star or an ampersand."""
    name = r.word(node)
    default: AnyExpr | None = None
    kids = r.clean(node.named_children)
    if kids and kids[0].kind_id == _IDENTIFIER:
        name = r.word(kids[0])
        default = convert(r, kids[1], depth + 1) if len(kids) > 1 else None
        r.declare(name)
    return Param(name, default, None, _STARS.get(node.kind_id, "plain"))
