"""Which paths a fix may touch: files of the repository itself, that would be pushed, and that may be written."""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path

from herolint.workspace.opening import ignored


class Guard:
    """Answers for one root. A file in memory that is not on the disk yet is asked for as a new one."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))
        self.forbidden = cache(self._forbidden)

    def taken(self, path: str) -> bool:
        """Whether something lies on the disk where a new file is to be."""
        return os.path.lexists(self.root / path)

    def _forbidden(self, path: str) -> str:
        """Why the path must not be touched; empty: it may be."""
        parts = path.split("/")
        if not path or path.startswith("/") or any(part in ("", ".", "..") or part.casefold() == ".git" for part in parts) or "\0" in path:
            return f"{path} is no path inside the repository"
        if os.sep != "/" and (os.sep in path or ":" in path):
            return f"{path} is no path inside the repository"
        place = self.root
        for part in parts[:-1]:
            place = place / part
            if place.is_symlink():
                return f"{path} lies behind a symbolic link"
        try:
            return self._status(path, os.lstat(self.root / path))
        except FileNotFoundError:
            return self._new(path)
        except OSError as error:
            return f"{path} cannot be reached ({error.strerror})"

    def _status(self, path: str, status: os.stat_result) -> str:
        if stat.S_ISLNK(status.st_mode):
            return f"{path} is a symbolic link"
        if not stat.S_ISREG(status.st_mode):
            return f"{path} is no file"
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(self.root / path, os.W_OK):
            return f"{path} is read-only"
        return self._folder(path)

    def _new(self, path: str) -> str:
        reason = ignored(self.root, path)
        return f"{reason} would leave {path} out" if reason is not None else self._folder(path)

    def _folder(self, path: str) -> str:
        """Why nothing can be written in the folder of the path."""
        folder = (self.root / path).parent
        while not folder.exists():
            folder = folder.parent
        return "" if os.access(folder, os.W_OK | os.X_OK) else f"the folder of {path} is read-only"
