"""Arguments of calls and elements of lists: added in the form that those beside them have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import libcst as cst

from herolint.fixes.rewriting.tree import Refused

Whitespace = cst.BaseParenthesizableWhitespace
Element = cst.BaseElement | cst.Arg


def with_argument(node: cst.CSTNode, keyword: str, new: cst.BaseExpression, position: int) -> cst.Call:
    """The call with an argument replaced or added. Raises Refused where it may be among `*args` or `**options`."""
    assert isinstance(node, cst.Call)
    args = list(node.args)
    given = next((at for at, arg in enumerate(args) if arg.keyword is not None and arg.keyword.value == keyword), None)
    plain = [at for at, arg in enumerate(args) if arg.keyword is None and not arg.star]
    stars = [arg for arg in args if arg.star]
    if given is None and 0 <= position < len(plain) and not any(arg.star for arg in args[: plain[position]]):
        given = plain[position]
    if given is not None:
        args[given] = args[given].with_changes(value=new)
        return node.with_changes(args=args)
    if stars:
        raise Refused(f"the call may be given `{keyword}` by what it takes apart with `{stars[0].star}`")
    if len(args) == 1 and isinstance(args[0].value, cst.GeneratorExp) and not args[0].value.lpar:
        raise Refused("its only argument is a generator without parentheses")
    arg = cst.Arg(value=new, keyword=cst.Name(keyword), equal=_equal(args))
    closing = args[-1].whitespace_after_arg if args else cst.SimpleWhitespace("")
    inside = node.whitespace_before_args
    if not args:
        return node.with_changes(args=[arg])
    if not isinstance(args[-1].comma, cst.Comma):
        # Without a comma at its end, the last argument holds the line break before the bracket.
        args[-1] = args[-1].with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
        return node.with_changes(args=[*_joined(args, inside), arg.with_changes(whitespace_after_arg=closing)])
    last = args[-1].comma
    args[-1] = args[-1].with_changes(
        comma=last.with_changes(whitespace_after=_kept_comment(_separator(args, inside), last.whitespace_after))
    )
    return node.with_changes(args=[*args, arg.with_changes(comma=last.with_changes(whitespace_after=_bare(last.whitespace_after)))])


def _equal(args: Sequence[cst.Arg]) -> cst.AssignEqual:
    """How the call's other arguments write `=`; without blanks where there are none."""
    given = next((arg.equal for arg in args if isinstance(arg.equal, cst.AssignEqual)), None)
    return given or cst.AssignEqual(whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(""))


def with_element(node: cst.CSTNode, new: cst.BaseExpression, where: Literal["before", "after"], beside: str) -> cst.CSTNode:
    """The list, tuple or set with one more element. Raises Refused when it holds it already, or lacks the one that it belongs to."""
    assert isinstance(node, cst.List | cst.Tuple | cst.Set)
    elements = list(node.elements)
    code = _code(new)
    if any(_code(element.value) == code for element in elements):
        raise Refused(f"{code} stands in it already")
    if isinstance(node, cst.Tuple) and not node.lpar:
        raise Refused("the tuple has no parentheses")
    at = _place(elements, where, beside)
    opening = (
        node.lpar[0].whitespace_after
        if isinstance(node, cst.Tuple)
        else (node.lbracket if isinstance(node, cst.List) else node.lbrace).whitespace_after
    )
    element = cst.Element(value=new)
    if not elements:
        single = element.with_changes(comma=cst.Comma()) if isinstance(node, cst.Tuple) else element
        return node.with_changes(elements=[single])
    separator = _separator(elements, opening)
    if at < len(elements):
        return node.with_changes(
            elements=[*elements[:at], element.with_changes(comma=cst.Comma(whitespace_after=separator)), *elements[at:]]
        )
    last = elements[-1].comma
    if not isinstance(last, cst.Comma):
        return node.with_changes(elements=[*_joined(elements, opening), element])
    closed, comment = _closing(node)
    elements[-1] = elements[-1].with_changes(comma=last.with_changes(whitespace_after=_kept_comment(separator, comment)))
    trailing = not (isinstance(node, cst.Tuple) and len(elements) == 1 and isinstance(separator, cst.SimpleWhitespace))
    return closed.with_changes(elements=[*elements, element.with_changes(comma=last) if trailing else element])


def _place(elements: Sequence[cst.BaseElement], where: Literal["before", "after"], beside: str) -> int:
    if not beside:
        return 0 if where == "before" else len(elements)
    found = next((at for at, element in enumerate(elements) if beside in (_code(element.value), _text(element.value))), None)
    if found is None:
        raise Refused(f"the element {beside} is not in the list")
    return found + (where == "after")


def _closing(node: cst.CSTNode) -> tuple[cst.CSTNode, Whitespace]:
    """The list without a comment between its last comma and its end, and the white space that held it."""
    if isinstance(node, cst.Tuple):
        end = node.rpar[-1]
        return node.with_changes(
            rpar=[*node.rpar[:-1], end.with_changes(whitespace_before=_bare(end.whitespace_before))]
        ), end.whitespace_before
    name = "rbracket" if isinstance(node, cst.List) else "rbrace"
    bracket = getattr(node, name)
    return node.with_changes(**{name: bracket.with_changes(whitespace_before=_bare(bracket.whitespace_before))}), bracket.whitespace_before


def _joined(elements: Sequence[Element], opening: Whitespace) -> list[Element]:
    """The elements with a comma behind the last one."""
    return [*elements[:-1], elements[-1].with_changes(comma=cst.Comma(whitespace_after=_separator(elements, opening)))]


def _separator(elements: Sequence[Element], opening: Whitespace) -> Whitespace:
    """What stands between two elements, without comments."""
    between = [element.comma.whitespace_after for element in elements[:-1] if isinstance(element.comma, cst.Comma)]
    broken = next((space for space in between if isinstance(space, cst.ParenthesizedWhitespace)), None)
    if broken is None and isinstance(opening, cst.ParenthesizedWhitespace) and not between:
        broken = opening
    return _bare(broken) if broken is not None else cst.SimpleWhitespace(" ")


def _bare(space: Whitespace) -> Whitespace:
    """White space without its comments and blank lines."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    first = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
    return space.with_changes(first_line=first, empty_lines=())


def _kept_comment(separator: Whitespace, old: Whitespace) -> Whitespace:
    """The separator with the comment that the old white space had at the end of its first line."""
    if isinstance(separator, cst.ParenthesizedWhitespace) and isinstance(old, cst.ParenthesizedWhitespace):
        return separator.with_changes(first_line=old.first_line)
    return separator


def _code(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node)


def _text(node: cst.BaseExpression) -> str | None:
    """What a literal says."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None
