"""What has changed since a commit, and which findings rest on that; the whole app is judged all the same.

Contents are compared by git's own digests, which are computed here for the few files that findings name: nothing is asked of git for which
it would run filters or other programs.
"""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from hashlib import new as new_digest

from herolint.committed import Committed
from herolint.finding import Finding, Place
from herolint.workspace import Workspace
from herolint.workspace.apps import MANIFESTS
from herolint.workspace.git import Tracked

_SAY_HOW_IT_RUNS = MANIFESTS | frozenset(
    """
    Procfile app.json Aptfile Dockerfile .slugignore .gitattributes .gitmodules runtime.txt .python-version .node-version .nvmrc .ruby-version
    .buildpacks Pipfile.lock package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml Gemfile.lock go.sum go.work pdm.lock
    """.split()
)
"""Files of an app's folder by which it is built and started: findings about the app as a whole rest on them."""
_WORD = re.compile(r"[\w-]+")
_KINDS = {"120000": "symlink", "160000": "submodule"}


class Since:
    """Which of a workspace's files are not as a commit has them: changed, new, renamed or gone. Raises ConfigError."""

    def __init__(self, commit: Committed, workspace: Workspace) -> None:
        self._workspace = workspace
        self._then = commit.files()
        self._staged = commit.staged()
        self._known: dict[str, bool] = {}

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding rests on a change: a file that one of its places lies in, one that is gone and that its place names, or for a
        finding about the app as a whole any file that says how the app is built and run."""
        places = [place for place in (finding.at, *finding.related, *finding.flow) if place.path != finding.app]
        if any(self.changed(place.path) for place in places):
            return True
        if finding.at.path == finding.app:
            return any(self.changed(posixpath.join(finding.app, name)) for name in _SAY_HOW_IT_RUNS)
        return self._names_a_gone_file(finding.at)

    def changed(self, path: str) -> bool:
        """Whether a file, or anything in a folder, is not as it was."""
        if path not in self._known:
            self._known[path] = self._compare(path)
        return self._known[path]

    def _compare(self, path: str) -> bool:
        now, then = self._workspace.files.get(path), self._then.get(path)
        if now is None and then is None:
            return self._folder_changed(path + "/")
        if now is None or then is None:
            return True
        if (now.kind, now.executable) != (_KINDS.get(then.mode, "file"), then.mode == "100755"):
            return True
        if now.kind == "submodule":
            return self._staged_id(path) != then.id
        if now.kind == "symlink":
            return _digest(self._target(path), then.id) != then.id
        source = self._workspace.read(path)
        return source is None or not self._holds(path, source.data, then)

    def _target(self, path: str) -> bytes:
        """Where a link leads; where git could make no links, it wrote files that say it."""
        at = self._workspace.root / path
        return os.fsencode(os.readlink(at)) if at.is_symlink() else at.read_bytes()

    def _holds(self, path: str, data: bytes, then: Tracked) -> bool:
        """Whether a file's content is what the commit has, or what git made of that when it wrote the file."""
        if _digest(data, then.id) == then.id:
            return True
        written = (data.replace(b"\r\n", b"\n"), _lfs_pointer(data))
        return self._staged_id(path) == then.id and any(_digest(one, then.id) == then.id for one in written)

    def _folder_changed(self, prefix: str) -> bool:
        """Whether git has anything else in a folder than it had, or a file there is not added yet. Contents are not read: there may be many."""
        before, after = ({(path, one.id) for path, one in side.items() if path.startswith(prefix)} for side in (self._then, self._staged))
        return before != after or any(path.startswith(prefix) and path not in self._staged for path in self._workspace.files)

    def _staged_id(self, path: str) -> str:
        entry = self._staged.get(path)
        return entry.id if entry is not None else ""

    @cached_property
    def _gone(self) -> frozenset[str]:
        """The names, without endings, of files that are not there any more."""
        return frozenset(posixpath.basename(path).partition(".")[0] for path in self._then if path not in self._workspace.files)

    def _names_a_gone_file(self, at: Place) -> bool:
        """Whether the text of a place names a file that is gone, as `web: gunicorn shop:app` does when shop.py is."""
        source = self._workspace.read(at.path) if at.span is not None and self._gone else None
        return source is not None and at.span is not None and not self._gone.isdisjoint(_WORD.findall(source.slice(at.span)))


def _digest(data: bytes, like: str) -> str:
    """What git calls this content, by the algorithm of another digest."""
    digest = new_digest("sha1" if len(like) == 40 else "sha256", b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def _lfs_pointer(data: bytes) -> bytes:
    """What git holds of a file that lies in LFS."""
    oid = new_digest("sha256", data, usedforsecurity=False).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(data)}\n".encode()
