"""Which files a push would send, read once: git's index where there is one, else a walk that knows ignore files."""

from herolint.workspace.entries import Entry, WorkspaceError
from herolint.workspace.opening import open_workspace
from herolint.workspace.tree import Workspace

__all__ = ["Entry", "Workspace", "WorkspaceError", "open_workspace"]
