"""Fixes as an editor makes them: the same that `--fix` would write, in the protocol's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

from herolint.changes import Resave
from herolint.finding import Fix
from herolint.fixes.check import check
from herolint.fixes.guard import Guard
from herolint.fixes.python import Rewriter
from herolint.fixes.resolve import CannotFix, Plan, resolve
from herolint.lsp.told import Units, range_of
from herolint.result import Result

_Operation = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile
_START = types.Range(types.Position(0, 0), types.Position(0, 0))


def workspace_edit(fix: Fix, result: Result, uri: Callable[[str], str], units: Units, *, files: bool) -> types.WorkspaceEdit | None:
    """What the editor is to change; None where the fix cannot be made. `files`: it can make, rename and remove files too."""
    plan = _plan(fix, result)
    if plan is None or any(isinstance(change, Resave) for change in fix.edits):
        return None  # in which encoding a file is saved is for the editor to say
    texts = {path: _text_edits(plan, path, result, units) for path in plan.patches}
    if not (plan.new or plan.renamed or plan.deleted):
        return types.WorkspaceEdit(changes={uri(path): edits for path, edits in texts.items()})
    if not files:
        return None
    operations: list[_Operation] = [_document(uri(path), edits) for path, edits in texts.items()]
    operations += [types.RenameFile(uri(old), uri(new)) for old, new in plan.renamed.items()]
    for path, data in plan.new.items():
        operations += [types.CreateFile(uri(path)), _document(uri(path), [types.TextEdit(_START, data.decode("utf-8"))])]
    operations += [types.DeleteFile(uri(path)) for path in sorted(plan.deleted)]
    return types.WorkspaceEdit(document_changes=operations)


def _plan(fix: Fix, result: Result) -> Plan | None:
    """The fix carried out in memory, unless it touches what it must not or leaves a file that cannot be read."""
    with Rewriter() as rewriter:
        try:
            plan = resolve(fix, result.source, rewriter)
            check(plan, result.source, Guard(Path(result.root)))
        except CannotFix:
            return None
    return plan


def _text_edits(plan: Plan, path: str, result: Result, units: Units) -> list[types.TextEdit]:
    file = result.source(path)
    encoding = file.encoding if file is not None else "utf-8"
    return [types.TextEdit(range_of(file, patch.span, units), patch.data.decode(encoding)) for patch in plan.patches[path]]


def _document(uri: str, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), list(edits))
