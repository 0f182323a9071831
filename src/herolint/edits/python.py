"""Edits of Python: as plain ones where that is sure to be enough, else as rewrites of the syntax tree."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Change, DropImports, Edit, ReplaceExpression, SetArgument
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.edits.code import placed, stands_alone
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression, with the imports that it needs."""
    if stands_alone(module, span) and _has_imports(module, imports, span.start):
        return (Edit(source.path, span, code),)
    return (ReplaceExpression(source.path, span, code, tuple(imports)),)


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """A call with a keyword argument added or replaced."""
    position, name = placed(where)
    if not name or any(isinstance(arg, facts.Star) for arg in call.args):
        return ()
    last = call.args[-1] if call.args else None
    ready = _has_imports(module, imports, call.start) and not any(isinstance(arg, facts.Keyword) and arg.name == name for arg in call.args)
    positional = sum(not isinstance(arg, facts.Keyword) for arg in call.args)
    if ready and positional <= max(position, 0) or ready and position < 0:
        # The bracket directly behind the last argument: no comma, comment or parenthesis in between.
        if last is not None and source.data[last.end : call.end] == b")" and b"\n" not in source.data[call.func.end : call.end]:
            return (Edit(source.path, Span(last.end, last.end), f", {name}={code}"),)
    return (SetArgument(source.path, Span(call.start, call.end), name, code, position, tuple(imports)),)


def without_imports(source: SourceFile, imports: Sequence[facts.Import]) -> tuple[Change, ...]:
    """The module without imports that nothing uses any more."""
    return (DropImports(source.path, tuple(one.alias for one in imports)),) if imports else ()


def _has_imports(module: facts.Module, imports: Sequence[str], before: int) -> bool:
    """Whether the module imports these as they are written here, for sure and before the place."""
    plain = {f"import {one.module}" for one in module.imports if _counts(one, before) and one.name is None and one.alias == one.module}
    named = {
        f"from {one.module} import {one.name}" for one in module.imports if _counts(one, before) and not one.level and one.alias == one.name
    }
    return set(imports) <= plain | named


def _counts(one: facts.Import, before: int) -> bool:
    return one.function == NONE and one.guard == NONE and not one.handled and one.end <= before
