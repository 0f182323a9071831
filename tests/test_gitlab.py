"""The GitLab template: its form, and its script run by sh with what a runner gives it; the report is one that GitLab takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Repository, plant
from jsonschema import Draft202012Validator

from herolint import __version__

ROOT = Path(__file__).parent.parent
HEADER, JOBS = yaml.safe_load_all((ROOT / "ci" / "gitlab.yml").read_text("utf-8"))
JOB: dict[str, Any] = JOBS["herolint"]
CLEAN = Path(__file__).parent / "fixtures" / "bases" / "flask-clean"
BAD_APP = 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="127.0.0.1", port=5000)\n'
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
"""What GitLab's documentation asks of a Code Quality report."""


def test_form() -> None:
    told = json.dumps(JOBS)
    for name in HEADER["spec"]["inputs"]:
        assert f"$[[ inputs.{name} ]]" in told
    assert not [line for line in JOB["script"] if "$[[" in line], "inputs reach the script through variables only"
    assert JOB["variables"]["HEROLINT_VERSION"] == __version__
    assert JOB["artifacts"]["when"] == "always", "a failing job has the report that matters"
    assert JOB["artifacts"]["reports"]["codequality"] in JOB["script"][-1]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    shutil.copytree(CLEAN, tmp_path / "work" / "app")
    plant(tmp_path / "work" / "app", {"Procfile": "web: python app.py\n", "app.py": BAD_APP})
    return Repository(tmp_path / "work").commit()


def run(repository: Repository, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script's last part; herolint is taken from this repository."""
    program = repository.root.parent / "home" / "bin" / "herolint"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" -m herolint "$@"\n')
    program.chmod(0o755)
    own = {"HEROLINT_HOME": str(program.parent.parent), "HEROLINT_PATH": "app", "HEROLINT_FAIL_ON": "", **variables}
    environment = {**os.environ, "HEROLINT_CACHE_DIR": str(repository.root.parent / "cache"), **own}
    shell = shutil.which("sh") or "/bin/sh"
    command = [shell, "-eu", "-c", JOB["script"][-1]]
    return subprocess.run(command, cwd=repository.root, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False)


def test_the_report_is_one_that_gitlab_takes(repository: Repository) -> None:
    done = run(repository)
    assert done.returncode == 1, done.stderr
    assert "app.py:6:" in done.stdout
    report = json.loads((repository.root / "gl-code-quality-report.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(CODE_QUALITY).iter_errors(report)] == []
    assert {"app/app.py"} <= {one["location"]["path"] for one in report}, "GitLab wants paths from the repository's root"
    assert run(repository, HEROLINT_FAIL_ON="never").returncode == 0


def test_a_merge_request_cannot_switch_its_own_gate_off(repository: Repository) -> None:
    base = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository.root, text=True).strip()
    plant(repository.root, {"herolint.toml": 'ignore = ["ALL"]\n'})
    repository.commit()
    assert run(repository).returncode == 0
    assert run(repository, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1
    assert run(repository, CI_MERGE_REQUEST_DIFF_BASE_SHA="1" * 40).returncode != 0


def test_variables_are_not_run(repository: Repository) -> None:
    assert run(repository, HEROLINT_PATH='"; touch stolen; $(touch stolen)').returncode == 2
    assert not (repository.root / "stolen").exists()
