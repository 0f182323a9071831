"""The pre-commit hook: its manifest, and the real pre-commit running it in a repository, without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repository
from pre_commit.clientlib import load_manifest
from wheels import own_needs, wheel_folder

ROOT = Path(__file__).parent.parent
PUBLISHED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "src", "rules")


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pre-commit would clone: this project as a git repository of its own."""
    root = tmp_path_factory.mktemp("herolint")
    for name in PUBLISHED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    return Repository(root).commit().root


@pytest.fixture(scope="module")
def try_hook(tmp_path_factory: pytest.TempPathFactory, hook_repository: Path) -> Callable[[Path], subprocess.CompletedProcess[str]]:
    """Runs `pre-commit try-repo` in a repository; packages come from a local folder of wheels only."""
    wheels = wheel_folder([*own_needs(), "hatchling"], tmp_path_factory.mktemp("wheels"))
    settings = {
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "HEROLINT_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "NO_COLOR": "1",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "GIT_", "PYTHON"))} | settings

    def run(root: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(hook_repository), "herolint", "--all-files", "--verbose"]
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False)

    return run


def test_the_manifest_is_one_that_pre_commit_takes() -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert hook["id"] == "herolint"
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False


def test_the_hook_fails_over_an_error_and_passes_without(
    app: Callable[[str], Path], try_hook: Callable[[Path], subprocess.CompletedProcess[str]]
) -> None:
    failing = try_hook(Repository(app("telegram-bot")).commit().root)
    assert failing.returncode == 1, failing.stdout + failing.stderr
    assert "hook id: herolint" in failing.stdout
    assert failing.stdout.count("error[HL105]") == 1, "the repository is read once, whatever the number of files"
    passing = try_hook(Repository(app("django-shop")).commit().root)
    assert passing.returncode == 0, passing.stdout + passing.stderr
    assert "Passed" in passing.stdout
