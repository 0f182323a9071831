"""Edits of JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.code import placed, stands_alone
from herolint.edits.tables import with_option, wrapped
from herolint.edits.text import without_lines
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression, in parentheses where something beside it could bind closer."""
    text = code if stands_alone(module, span) or code.isidentifier() else f"({code})"
    return (Edit(source.path, span, text),)


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """A call with an option: in the object of options, which is made where the position is the next one."""
    position, name = placed(where)
    if not name or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    at = call.args[position] if 0 <= position < len(call.args) else None
    if isinstance(at, facts.Mapping):
        return with_option(source, at, name.split("."), code)
    if call.args and position == len(call.args) and source.data[call.args[-1].end : call.end] == b")":
        end = call.args[-1].end
        return (Edit(source.path, Span(end, end), f", {wrapped(name.split('.'), code)}"),)
    return ()


def without_imports(source: SourceFile, imports: Sequence[facts.Import]) -> tuple[Change, ...]:
    """The file without imports that nothing uses any more, where each is a line of its own that brings nothing else."""
    return tuple(without_lines(source, Span(one.start, one.end)) for one in imports if _is_line(source, one))


def _is_line(source: SourceFile, one: facts.Import) -> bool:
    """Whether a line imports this name and nothing else: `import x from "y"`, `const x = require("y")`."""
    line = source.slice(source.line_span(source.line_of(one.start))).strip().rstrip(";")
    declared, _, given = line.partition("=")
    if given:
        return declared.split()[1:] == [one.alias] and given.strip().startswith("require(") and given.endswith(")") and "," not in given
    return line.split()[1:3] == [one.alias, "from"] or line.split()[1:5] == ["*", "as", one.alias, "from"]
