"""A workspace in which some files have another content than on the disk: as an editor has them, or as they would be once fixes are written."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from herolint.source import SourceFile
from herolint.workspace.entries import Entry
from herolint.workspace.tree import Workspace


def overlaid(workspace: Workspace, changed: Mapping[str, bytes | None]) -> Workspace:
    """The workspace with the contents of `changed`; None: the file is not there. New files count as pushed, unless what lies there is not."""
    files = {path: entry for path, entry in workspace.files.items() if changed.get(path, b"") is not None}
    for path, data in changed.items():
        if data is not None and (path in workspace.files or workspace.unpushed_reason(path) is None):
            known = workspace.files.get(path) or Entry(path)
            files[path] = msgspec.structs.replace(known, size=len(data))
    view = Workspace(workspace.root, {path: files[path] for path in sorted(files)}, workspace.unpushed, list(workspace.problems))
    view.put({path: SourceFile(path, data) for path, data in changed.items() if data is not None and path in files})
    return view
