"""Edits of Go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from herolint.changes import Change, Edit
from herolint.code import facts
from herolint.edits.code import stands_alone, words
from herolint.edits.text import indentation
from herolint.source import SourceFile, Span


def replaced(source: SourceFile, module: facts.Module, span: Span, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """`code` in the place of an expression that stands alone, with the packages that it needs."""
    added = imported(source, module, imports)
    followed = source.data[span.start - 1 : span.start]
    if followed == b"&":
        return ()
    if added is None or not stands_alone(module, span) or _leaves_unused(source, module, span):
        return ()
    return (Edit(source.path, Span(span.start - 1, span.end) if followed == b"*" else span, code), *added)


def given(source: SourceFile, module: facts.Module, call: facts.Call, where: str, code: str, imports: Sequence[str]) -> tuple[Change, ...]:
    """Go has no arguments that could be left out."""
    return ()


def without_imports(source: SourceFile, imports: Sequence[facts.Import]) -> tuple[Change, ...]:
    """Edits that leave an import without a use are not made at all."""
    return ()


def _leaves_unused(source: SourceFile, module: facts.Module, span: Span) -> bool:
    """Whether something that is imported or declared in the function is used inside the span only: Go does not build what is never used."""
    inside = words(source, module, span)
    if not inside:
        return False
    around = [one for one in module.functions if one.start <= span.start and span.end <= one.end]
    within = [Span(one.start, one.end) for one in around if one.parent < 0] or [Span(0, len(source.data))]
    declared = Counter(
        assign.target.id
        for assign in module.assigns
        if isinstance(assign.target, facts.Name) and any(place.start <= assign.start < place.end for place in within)
    )
    of_function = words(source, module, within[0])
    of_file = words(source, module, Span(max((one.end for one in module.imports), default=0), len(source.data)))
    imported = {one.alias for one in module.imports}
    return any(
        (name in imported and of_file[name] <= number) or (around and declared[name] and of_function[name] - declared[name] <= number)
        for name, number in inside.items()
    )


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
