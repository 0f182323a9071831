"""The GitHub Action: its form, and its scripts run by bash in real repositories with what GitHub gives them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Repository, plant
from wheels import own_needs, wheel_folder

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id", step.get("name")): step for step in ACTION["runs"]["steps"]}
DEFAULTS = {name: given["default"] for name, given in ACTION["inputs"].items()}
CLEAN = Path(__file__).parent / "fixtures" / "bases" / "flask-clean"
BAD_APP = 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="127.0.0.1", port=5000)\n'
HOSTILE = '"; touch stolen; $(touch stolen) `touch stolen` ${{ github.token }} && touch stolen #'


def test_form() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for name, given in ACTION["inputs"].items():
        assert given["description"], name
        assert isinstance(given["default"], str), f"{name}: GitHub hands on text"
    for step in ACTION["runs"]["steps"]:
        assert ("run" in step) != ("uses" in step)
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "what comes from outside reaches a script through its environment only"
        else:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step["uses"]), "others' code is pinned"
    told = json.dumps(ACTION["runs"]) + json.dumps(ACTION["outputs"])
    assert set(re.findall(r"inputs\.([\w-]+)", told)) == set(DEFAULTS)
    assert {name for name, _ in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", told)} <= set(STEPS)


class Runner:
    """Runs the action's scripts as GitHub does; `outputs` are those of the steps so far."""

    def __init__(self, folder: Path, wheels: Path | None) -> None:
        self.folder = folder
        self.wheels = wheels
        self.outputs: dict[str, str] = {"steps.python.outputs.python-path": sys.executable}

    def step(self, name: str, workspace: Path, inputs: Mapping[str, str], event: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        step = STEPS[name]
        known = {f"inputs.{key}": value for key, value in {**DEFAULTS, **inputs}.items()} | self.outputs | dict(event)
        known["github.action_path"] = str(ROOT)
        given = {key: self.value(expression, known) for key, expression in step["env"].items()}
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in files.values():
            file.write_text("")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "GIT_", "PYTHON", "GITHUB_"))}
        environment |= {key: str(file) for key, file in files.items()} | given
        environment |= {"RUNNER_TEMP": str(self.folder), "HEROLINT_CACHE_DIR": str(self.folder / "cache"), "GIT_CONFIG_GLOBAL": os.devnull}
        if self.wheels is not None:
            environment |= {"PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        script = self.folder / "script.sh"
        script.write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, encoding="utf-8", timeout=240, check=False)
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            key, _, value = line.partition("=")
            self.outputs[f"steps.{name}.outputs.{key}"] = value
        return done

    @staticmethod
    def value(expression: str, known: Mapping[str, str]) -> str:
        """What `${{ a || b }}` stands for: the first that is known and not empty."""
        names = expression.removeprefix("${{").removesuffix("}}").split("||")
        return next((value for name in names if (value := known.get(name.strip(), ""))), "")

    @property
    def summary(self) -> str:
        return (self.folder / "GITHUB_STEP_SUMMARY").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outputs of the steps before the check; packages come from a local folder of wheels only."""
    wheels = wheel_folder([*own_needs(), "hatchling"], tmp_path_factory.mktemp("wheels"))
    runner = Runner(tmp_path_factory.mktemp("runner"), wheels)
    done = runner.step("install", runner.folder, {}, {})
    assert done.returncode == 0, done.stderr
    return runner.outputs


@pytest.fixture
def runner(tmp_path: Path, installed: dict[str, str]) -> Runner:
    runner = Runner(tmp_path, None)
    runner.outputs |= installed
    return runner


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An app that fails, in `app` of a repository of its own."""
    shutil.copytree(CLEAN, tmp_path / "origin" / "app")
    plant(tmp_path / "origin" / "app", {"Procfile": "web: python app.py\n", "app.py": BAD_APP})
    return Repository(tmp_path / "origin").commit()


def head(repository: Repository) -> str:
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository.root, text=True).strip()


def shallow_clone(repository: Repository, folder: Path) -> Path:
    """What actions/checkout leaves: the last commit only."""
    command = ["git", "clone", "-q", "--depth", "1", f"file://{repository.root}", str(folder)]
    subprocess.run(command, check=True, timeout=60, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})
    return folder


def test_a_push_is_judged_and_told_in_annotations_summary_and_sarif(runner: Runner, repository: Repository) -> None:
    done = runner.step("check", repository.root, {"path": "app"}, {})
    assert done.returncode == 1, done.stderr
    assert "::error file=app/app.py,line=6," in done.stdout, "GitHub wants paths from the repository's root"
    assert runner.summary.startswith("### herolint: ")
    assert "HL106" in runner.summary
    assert runner.outputs["steps.check.outputs.exit-code"] == "1"
    log = json.loads(Path(runner.outputs["steps.check.outputs.sarif-file"]).read_text("utf-8"))
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]}
    assert "app/app.py" in uris
    passed = runner.step("check", repository.root, {"path": "app", "fail-on": "never", "sarif-file": "found.sarif"}, {})
    assert passed.returncode == 0
    assert (repository.root / "found.sarif").is_file()


def test_a_pull_request_cannot_switch_its_own_gate_off(runner: Runner, repository: Repository, tmp_path: Path) -> None:
    base = head(repository)
    plant(repository.root, {"herolint.toml": 'ignore = ["ALL"]\n', "app/pyproject.toml": "[tool.herolint]\nignore = ['ALL']\n"})
    repository.commit()
    clone = shallow_clone(repository, tmp_path / "clone")
    event = {"github.event.pull_request.base.sha": base}
    judged = runner.step("check", clone, {"path": "app"}, event)
    assert judged.returncode == 1, judged.stderr
    assert "HL106" in judged.stdout
    assert runner.step("check", clone, {"path": "app", "trust-pull-request": "true"}, event).returncode == 0
    gone = runner.step("check", clone, {"path": "app"}, {"github.event.pull_request.base.sha": "1" * 40})
    assert gone.returncode == 2, "what cannot be known is no pass"
    assert "the base commit could not be fetched" in gone.stdout


@pytest.mark.parametrize("name", ["path", "args", "fail-on", "sarif-file"])
def test_no_input_is_run_by_the_shell(runner: Runner, repository: Repository, name: str) -> None:
    done = runner.step("check", repository.root, {"path": "app", name: HOSTILE}, {})
    assert done.returncode != 0
    assert not list(repository.root.parent.rglob("stolen"))


def test_args_are_words_as_a_shell_reads_them(runner: Runner, repository: Repository) -> None:
    done = runner.step("check", repository.root, {"path": "app", "args": "--select 'HL105, HL106' --format concise"}, {})
    assert done.returncode == 1
    assert "app.py:6:" in done.stdout
    broken = runner.step("check", repository.root, {"path": "app", "args": "--select 'HL105"}, {})
    assert (broken.returncode, broken.stderr) == (1, "herolint: args: No closing quotation\n")
