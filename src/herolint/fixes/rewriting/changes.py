"""Carries out the changes of one fix in one Python module, on its syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import libcst as cst

from herolint.changes import AddAssignment, AddElement, AddStatement, DropImports, PythonChange, ReplaceExpression, SetArgument
from herolint.fixes.rewriting.elements import with_argument, with_element
from herolint.fixes.rewriting.imports import Need, Respell, add_imports, drop_imports, names_for
from herolint.fixes.rewriting.tree import Refused, Statement, Tree

N = TypeVar("N", bound=cst.CSTNode)
Placed = ReplaceExpression | SetArgument | AddStatement | AddElement | AddAssignment
_Step = Callable[[cst.CSTNode], cst.CSTNode | cst.FlattenSentinel[cst.BaseStatement]]

_LOOSE = (
    cst.BooleanOperation, cst.Comparison, cst.IfExp, cst.Lambda, cst.BinaryOperation, cst.UnaryOperation, cst.Await, cst.NamedExpr, cst.Yield,
)  # fmt: skip
"""Expressions that need parentheses inside another one."""
_BINDS = (cst.BooleanOperation, cst.Comparison, cst.BinaryOperation, cst.UnaryOperation, cst.Attribute, cst.Await, cst.IfExp, cst.Subscript)


def rewrite(tree: Tree, changes: Sequence[PythonChange]) -> str:
    """The module's text once all changes are made. Raises Refused."""
    steps: dict[cst.CSTNode, list[_Step]] = {}
    needed: dict[str, Need] = {}
    first = len(tree.module.body)
    additions: list[tuple[AddAssignment, str]] = []
    dropped: list[str] = []
    for change in changes:
        if isinstance(change, DropImports):
            dropped += change.names
            continue
        needs = [Need(text) for text in change.imports]
        code, missing = _spelled(tree, change, needs)
        needed |= {f"{need.module}.{need.thing}": need for need in missing}
        first = min(first, _before(tree, change)) if missing else first
        if isinstance(change, AddAssignment):
            additions.append((change, code))
        else:
            node, step = _step(tree, change, code)
            steps.setdefault(node, []).append(step)
    module = tree.module.visit(_Steps(steps))
    for change, code in additions:
        module = _with_assignment(module, change, code)
    module = drop_imports(add_imports(module, list(needed.values()), first), dropped)
    text = module.code
    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError:
        raise Refused("the result would not be valid Python") from None
    return text


class _Steps(cst.CSTTransformer):
    """Takes each step at its node, from the inside out."""

    def __init__(self, steps: dict[cst.CSTNode, list[_Step]]) -> None:
        super().__init__()
        self.steps = steps

    def on_leave(self, original_node: N, updated_node: N) -> N | cst.RemovalSentinel | cst.FlattenSentinel[N]:
        changed: object = updated_node
        for step in self.steps.get(original_node, ()):
            if not isinstance(changed, cst.CSTNode):
                raise Refused("two statements would be added at one place")
            changed = step(changed)
        return changed  # type: ignore[return-value]  # what may stand in a node's place is for its step to know


def _spelled(tree: Tree, change: Placed, needs: Sequence[Need]) -> tuple[str, list[Need]]:
    """The code of a change with names as the module has them, and the imports that it lacks."""
    names, missing = names_for(tree.module, needs, change.code, _before(tree, change))
    if not names:
        return change.code, missing
    return cst.parse_module(change.code).visit(Respell(names)).code, missing


def _before(tree: Tree, change: Placed) -> int:
    """How many statements of the module run before the place of a change."""
    whole = len(tree.module.body)
    if isinstance(change, AddAssignment):
        return whole
    statement: cst.CSTNode = tree.statement(change.span)
    above = (statement, *tree.above(statement))
    if any(isinstance(node, cst.FunctionDef) for node in above):
        return whole
    return next((at for at, line in enumerate(tree.module.body) if line in above), whole)


def _step(tree: Tree, change: ReplaceExpression | SetArgument | AddStatement | AddElement, code: str) -> tuple[cst.CSTNode, _Step]:
    """The node that a change is about, and what becomes of it."""
    if isinstance(change, AddStatement):
        return _statement(tree, change, code)
    new = cst.parse_expression(code, tree.module.config_for_parsing)
    if isinstance(change, ReplaceExpression):
        node = tree.at(change.span, cst.BaseExpression)
        _outside_text(tree, node)
        return node, lambda old: _in_place(tree, node, old, new)
    if isinstance(change, SetArgument):
        call = tree.at(change.span, cst.Call)
        _outside_text(tree, call)
        return call, lambda old: with_argument(old, change.keyword, new, change.position)
    found = tree.at(change.span, cst.List, cst.Tuple, cst.Set)
    return found, lambda old: with_element(old, new, change.where, change.beside)


def _outside_text(tree: Tree, node: cst.CSTNode) -> None:
    """Raises Refused for a piece of a text with holes or of one that is written in several pieces."""
    if any(isinstance(one, cst.FormattedString | cst.ConcatenatedString) for one in tree.above(node)):
        raise Refused("it is a piece of a longer text")


def _in_place(tree: Tree, node: cst.CSTNode, old: cst.CSTNode, new: cst.BaseExpression) -> cst.BaseExpression:
    """The new expression with the parentheses of the old one, or its own where it needs some."""
    if isinstance(old, cst.BaseExpression) and old.lpar:
        return new.with_changes(lpar=old.lpar, rpar=old.rpar)
    if isinstance(new, _LOOSE) and not new.lpar and isinstance(next(tree.above(node)), _BINDS):
        return new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return new


def _statement(tree: Tree, change: AddStatement, code: str) -> tuple[cst.CSTNode, _Step]:
    anchor = tree.statement(change.span)
    if not isinstance(next(tree.above(anchor)), cst.IndentedBlock | cst.Module):
        raise Refused("the statement does not stand in a block of its own")
    new = cst.parse_module(code, tree.module.config_for_parsing).body
    if change.where == "after":
        return anchor, lambda old: cst.FlattenSentinel([_as_statement(old), *new])
    return anchor, lambda old: cst.FlattenSentinel(_with_lead(_as_statement(old), new))


def _as_statement(node: cst.CSTNode) -> Statement:
    assert isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return node


def _with_lead(old: Statement, new: Sequence[Statement]) -> list[Statement]:
    """New statements before an old one; they take over the blank lines before it."""
    lead = old.leading_lines
    blank = [line for line in lead if line.comment is None]
    if len(blank) != len(lead):
        return [*new, old]
    return [new[0].with_changes(leading_lines=lead), *new[1:], old.with_changes(leading_lines=())]


def _with_assignment(module: cst.Module, change: AddAssignment, code: str) -> cst.Module:
    body = list(module.body)
    if any(_assigns(line, change.name) for line in body):
        raise Refused(f"`{change.name}` is set already")
    line = cst.parse_statement(f"{change.name} = {code}", module.config_for_parsing)
    after = next((at for at in range(len(body) - 1, -1, -1) if change.after and _assigns(body[at], change.after)), None)
    if after is None:
        lead = (cst.EmptyLine(indent=False),) if body else ()
        return module.with_changes(body=[*body, line.with_changes(leading_lines=lead)])
    return module.with_changes(body=[*body[: after + 1], line, *body[after + 1 :]])


def _assigns(line: cst.CSTNode, name: str) -> bool:
    """Whether a line gives a value to a name."""
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    targets = [
        target
        for one in line.body
        for target in (
            [found.target for found in one.targets]
            if isinstance(one, cst.Assign)
            else [one.target]
            if isinstance(one, cst.AnnAssign)
            else []
        )
    ]
    return any(isinstance(target, cst.Name) and target.value == name for target in targets)
