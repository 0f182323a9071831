"""Configuration, baseline and files as a commit has them. A pull request that is judged by its base branch cannot switch its own gate off."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from herolint import baseline
from herolint.baseline import Baseline
from herolint.config import Config, ConfigError, find_config
from herolint.workspace import git
from herolint.workspace.git import Tracked


class Committed:
    """What `commit` (a branch, tag or id) holds of the repository around `folder`. Raises ConfigError where there is no such commit."""

    def __init__(self, folder: Path, commit: str) -> None:
        self._folder = folder.resolve()
        self._commit = commit
        top = git.find_top(self._folder)
        if top is None:
            raise ConfigError(f"{folder}: not in a git repository, so there is no commit {commit}")
        self._top = top
        try:
            self._id = git.commit(top, commit)
        except git.GitError as error:
            raise ConfigError(f"{folder}: {error}") from None

    def config(self) -> Config:
        """The configuration that the folder has there, with the files' names as in the work tree. Raises ConfigError."""
        try:
            return find_config(self._folder, self._read)
        except ConfigError as error:
            raise ConfigError(f"{self._commit}: {error}") from error

    def baseline(self) -> Baseline | None:
        """The folder's baseline there. Raises ConfigError."""
        file = self._folder / baseline.FILE_NAME
        data = self._read(file)
        return None if data is None else baseline.parse(data, file)

    def files(self) -> dict[str, Tracked]:
        """What it holds in the folder, by path from there. Raises ConfigError.

        What the current branch does not have yet counts as if it were not there: others changed that. So the files are those of the last
        commit that both have.
        """
        return self._below(lambda: git.tree(self._top, git.parting(self._top, self._id)))

    def staged(self) -> dict[str, Tracked]:
        """What git's index holds in the folder today, by path from there. Raises ConfigError."""
        return self._below(lambda: git.index(self._top))

    def _below(self, listed: Callable[[], list[Tracked]]) -> dict[str, Tracked]:
        prefix = "" if self._folder == self._top else self._folder.relative_to(self._top).as_posix() + "/"
        try:
            return {one.path[len(prefix) :]: one for one in listed() if one.path.startswith(prefix)}
        except git.GitError as error:
            raise ConfigError(f"{self._folder}: the files of {self._commit} cannot be listed ({error})") from None

    def _read(self, file: Path) -> bytes | None:
        try:
            return git.blob(self._top, self._id, os.path.relpath(file, self._top).replace(os.sep, "/"))
        except git.GitError as error:
            raise ConfigError(f"{file}: cannot be read in {self._commit} ({error})") from None
