"""Edits of Go."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.code import stands_alone
from herolint.edits.text import indentation
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression that stands alone, with the packages that it needs."""
    added = imported(source, module, imports)
    if added is None or not stands_alone(module, span):
        return ()
    return (Edit(source.path, span, code), *added)


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """Go has no arguments that could be left out."""
    return ()


def imported(source: SourceFile, module: facts.Module, paths: Sequence[str]) -> tuple[Edit, ...] | None:
    """Edits that import packages which the file does not import yet; None where they cannot be put in their place."""
    missing = [path for path in paths if not any(one.module == path for one in module.imports)]
    if not missing:
        return ()
    if not module.imports or any(one.module == path.rpartition("/")[2] for one in module.imports for path in missing):
        return None
    edits = []
    for path in missing:
        after = [one for one in module.imports if one.module > path]
        one = after[0] if after else module.imports[-1]
        line = source.line_span(source.line_of(one.start))
        single = source.slice(line).lstrip().startswith("import")
        text = f'import "{path}"' if single else f'{indentation(source, one.start)}"{path}"'
        edits.append(
            Edit(source.path, Span(line.start, line.start), f"{text}\n")
            if after
            else Edit(source.path, Span(line.end, line.end), f"\n{text}")
        )
    return tuple(edits)
