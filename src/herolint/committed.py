"""Configuration and baseline as a commit has them: a pull request that is judged by its base branch cannot switch its own gate off."""

from __future__ import annotations

import os
from pathlib import Path

from herolint import baseline
from herolint.baseline import Baseline
from herolint.config import Config, ConfigError, find_config
from herolint.workspace import git


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

    def _read(self, file: Path) -> bytes | None:
        try:
            return git.blob(self._top, self._id, os.path.relpath(file, self._top).replace(os.sep, "/"))
        except git.GitError as error:
            raise ConfigError(f"{file}: cannot be read in {self._commit} ({error})") from None
