"""What tests share: running the command as users do, and example apps outside of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
"""A busy machine is slow at times: how long an example takes says nothing about it."""

APPS = Path(__file__).parent / "fixtures" / "apps"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def plant(root: Path, files: dict[str, str]) -> Path:
    """Write files into a folder; returns it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


class Repository:
    """A git repository made of a folder; whatever git is set to on this machine has no say in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> None:
        """Run git in the repository; fails the test when git does."""
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        own |= {f"GIT_{who}_{what}": "tests@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | own
        subprocess.run(["git", *words], cwd=self.root, env=environment, check=True, capture_output=True, timeout=60)

    def commit(self) -> Repository:
        """Commit everything in the folder, ignored files too."""
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "-m", "all")
        return self


@pytest.fixture
def herolint(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs `herolint` with the given words in a folder; returns what it printed and its exit code."""

    def run(*words: str | Path, cwd: Path | None = None, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "HEROLINT_CACHE_DIR": str(tmp_path_factory.getbasetemp() / "cache"), "NO_COLOR": "1", **environment}
        command = [sys.executable, "-m", "herolint", *map(str, words)]
        return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, encoding="utf-8", timeout=timeout, check=False)

    return run


@pytest.fixture
def app(tmp_path: Path) -> Callable[[str], Path]:
    """Copies an example app out of this repository, whose git would otherwise have a say."""

    def copy(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(APPS / name, target)
        return target

    return copy
