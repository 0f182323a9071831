"""The files of a repository, or of one folder in it: listed, filtered and read."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from herolint.finding import Problem
from herolint.source import SourceFile
from herolint.workspace.entries import Entry
from herolint.workspace.ignores import MAX_IGNORE_BYTES, slug_filter

MAX_READ_BYTES = 20_000_000
"""Files above are never read; source and manifests are far smaller."""


class Workspace:
    """A folder as a push would send it. All paths are relative to `root`, with `/`.

    `files` maps path to entry, sorted. `unpushed` maps what a push would leave out to the reason in words: ignored paths (a folder
    ends in `/`) and files not added to git yet. `problems` holds what could not be read.
    """

    def __init__(self, root: Path, files: Mapping[str, Entry], unpushed: Mapping[str, str], problems: list[Problem]) -> None:
        self.root = root
        self.files = files
        self.unpushed = unpushed
        self.problems = problems
        self._read: dict[str, SourceFile | None] = {}
        self._folder_paths: dict[str, str] = {}

    @cached_property
    def present(self) -> Mapping[str, Entry]:
        """The files without links that lead nowhere: to a buildpack these are not there."""
        dead = {path for path, entry in self.files.items() if entry.kind == "symlink" and not (self.root / path).exists()}
        return {path: entry for path, entry in self.files.items() if path not in dead} if dead else self.files

    @cached_property
    def slug_files(self) -> Mapping[str, Entry]:
        """The files that the buildpacks see: `.slugignore` has been applied."""
        entry = self.files.get(".slugignore")
        source = self.read(".slugignore") if entry is not None and entry.kind == "file" and entry.size <= MAX_IGNORE_BYTES else None
        if source is None or not source.data:
            return self.present
        removes = slug_filter(source.data)
        return {path: entry for path, entry in self.present.items() if not removes(path)}

    @cached_property
    def _folders(self) -> Mapping[str, frozenset[str]]:
        """Folder → names in it; folders appear as names too."""
        names: dict[str, set[str]] = {"": set()}
        for path in self.files:
            folder, _, name = path.rpartition("/")
            while True:
                known = folder in names
                names.setdefault(folder, set()).add(name)
                if known or not folder:
                    break
                folder, _, name = folder.rpartition("/")
        return {folder: frozenset(found) for folder, found in names.items()}

    def exists(self, path: str) -> bool:
        """Whether a push would send a file or folder of that path."""
        path = posixpath.normpath(path)
        return path == "." or path in self.files or path in self._folders

    def is_dir(self, path: str) -> bool:
        """Whether the path is a folder with pushed files in it."""
        path = posixpath.normpath(path)
        return path == "." or path in self._folders

    def listdir(self, folder: str = "") -> list[str]:
        """Names of files and folders directly in a folder."""
        return sorted(self._folders.get(folder.strip("/"), ()))

    def find(self, name: str) -> Iterator[str]:
        """Paths of all files of that name."""
        return (path for path in self.files if path == name or path.endswith("/" + name))

    def unpushed_reason(self, path: str) -> str | None:
        """Why a push would leave the path out, by itself or by a folder above it; None when nothing says so."""
        while path:
            reason = self.unpushed.get(path) or self.unpushed.get(path + "/")
            if reason is not None:
                return reason
            path = path.rpartition("/")[0]
        return None

    def read(self, path: str) -> SourceFile | None:
        """A file's content, read once; None when it is not there or cannot be read (which becomes a problem)."""
        if path not in self._read:
            try:
                self._read[path] = self._load(path)
            except (OSError, ValueError) as error:
                self._read[path] = None
                self.problems.append(Problem(message=f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path))
        return self._read[path]

    def put(self, sources: Mapping[str, SourceFile]) -> None:
        """Take these files as read."""
        self._read |= sources

    @property
    def asked_for(self) -> tuple[str, ...]:
        """The paths that have been read so far, those among them that are not there."""
        return tuple(self._read)

    def _load(self, path: str) -> SourceFile | None:
        entry = self.files.get(path)
        if entry is None or entry.kind == "submodule":
            return None
        real = self.root / path
        if entry.kind == "symlink" or self._real_folder(posixpath.dirname(path)) != str(real.parent):
            real = Path(os.path.realpath(real))
            if not self._inside(real):
                raise ValueError("it is a link to a place outside the repository")
        status = real.stat()
        if stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a file")
        if status.st_size > MAX_READ_BYTES:
            raise ValueError(f"it is larger than {MAX_READ_BYTES // 1_000_000} MB")
        return SourceFile(path, real.read_bytes())

    def _real_folder(self, folder: str) -> str:
        """Where a folder lies once all links on the way to it are followed."""
        if folder not in self._folder_paths:
            self._folder_paths[folder] = os.path.realpath(self.root / folder)
        return self._folder_paths[folder]

    def _inside(self, real: Path) -> bool:
        return Path(os.path.realpath(self.top)) in real.parents

    @property
    def top(self) -> Path:
        """The folder of the whole run, also in a view of a folder inside it."""
        return self.root

    @property
    def prefix(self) -> str:
        """This view's folder under `top`: "" or with a final `/`."""
        return ""

    def sub(self, folder: str) -> Workspace:
        """The view of a folder, with paths relative to it."""
        return _SubWorkspace(self, folder.strip("/") + "/")


class _SubWorkspace(Workspace):
    """A folder of another workspace, sharing what was read and which secrets were masked in it."""

    def __init__(self, whole: Workspace, prefix: str) -> None:
        cut = _cutter(prefix)
        files = {name: msgspec.structs.replace(entry, path=name) for path, entry in whole.files.items() if (name := cut(path))}
        unpushed = {name: reason for path, reason in whole.unpushed.items() if (name := cut(path))}
        super().__init__(whole.root / prefix.rstrip("/"), files, unpushed, whole.problems)
        self._whole = whole
        self._prefix = prefix

    @property
    def top(self) -> Path:
        return self._whole.top

    @property
    def prefix(self) -> str:
        return self._whole.prefix + self._prefix

    def _load(self, path: str) -> SourceFile | None:
        source = self._whole.read(self._prefix + path)
        if source is None:
            return None
        view = SourceFile(path, source.data)
        view.masked = source.masked
        return view


def _cutter(prefix: str) -> Callable[[str], str]:
    return lambda path: path[len(prefix) :] if path.startswith(prefix) else ""
