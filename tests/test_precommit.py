"""The pre-commit hook: its manifest, and what its command does in a repository."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pre_commit.clientlib import load_manifest

ROOT = Path(__file__).parent.parent


def test_the_manifest_is_one_that_pre_commit_takes() -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert hook["id"] == "herolint"
    assert hook["pass_filenames"] is False


def test_the_hook_fails_over_an_error_and_passes_without(app: Callable[[str], Path], herolint: Callable[..., Any]) -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    _, *words = shlex.split(hook["entry"])
    assert herolint(*words, cwd=app("telegram-bot")).returncode == 1
    assert herolint(*words, cwd=app("django-shop")).returncode == 0
