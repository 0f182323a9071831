"""`--config-from`: configuration and baseline as a commit has them, whatever the work tree says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Repository, Run, plant

CLEAN = Path(__file__).parent / "fixtures" / "bases" / "flask-clean"
BAD_APP = 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="127.0.0.1", port=5000)\n'
SWITCHED_OFF = {"herolint.toml": 'ignore = ["ALL"]\n'}


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """An app that fails."""
    root = tmp_path / "bad"
    shutil.copytree(CLEAN, root)
    return plant(root, {"Procfile": "web: python app.py\n", "app.py": BAD_APP})


def test_a_later_commit_cannot_switch_the_gate_off(bad: Path, herolint: Run) -> None:
    repository = Repository(bad).commit()
    plant(bad, SWITCHED_OFF)
    repository.commit()
    assert herolint(bad).returncode == 0
    judged = herolint("--config-from", "HEAD~1", bad)
    assert judged.returncode == 1
    assert "HL106" in judged.stdout


@pytest.mark.parametrize("file", ["herolint.toml", "pyproject.toml"])
def test_what_the_base_accepts_counts_and_its_paths_mean_the_same(bad: Path, herolint: Run, file: str) -> None:
    table = "tool.herolint." if file == "pyproject.toml" else ""
    app = bad / "backend"
    app.mkdir()
    for name in ("Procfile", "app.py", "requirements.txt", ".python-version"):
        if (bad / name).exists():
            (bad / name).rename(app / name)
    plant(bad, {file: f'[[{table}ignores]]\nrule = "HL1"\npath = "backend/app.py"\nreason = "moves next week"\n'})
    repository = Repository(bad).commit()
    (bad / file).unlink()
    repository.commit()
    assert herolint(app).returncode == 1
    assert herolint("--config-from", "HEAD~1", app).returncode == 0


def test_the_baseline_is_the_one_of_the_commit(bad: Path, herolint: Run) -> None:
    repository = Repository(bad).commit()
    assert herolint("baseline", bad).returncode == 0
    repository.commit()
    assert herolint(bad).returncode == 0
    assert herolint("--config-from", "HEAD~1", bad).returncode == 1, "the commit had none"
    (bad / "herolint-baseline.json").unlink()
    repository.commit()
    assert herolint("--config-from", "HEAD~1", bad).returncode == 0
    assert herolint("--config-from", "HEAD~1", "--no-baseline", bad).returncode == 1


def test_what_cannot_be_had_is_one_line_and_never_a_pass(bad: Path, herolint: Run) -> None:
    assert "not in a git repository" in herolint("--config-from", "main", bad).stderr
    repository = Repository(bad).commit()
    for words, message in {
        ("--config-from", "nowhere"): "no such commit here: nowhere (`git fetch` may bring it)",
        ("--config-from", "--output=x"): "no such commit here: --output=x",
        ("--config-from", "HEAD", "--no-config"): "give no --config and no --no-config beside it",
    }.items():
        run = herolint(*words, bad)
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
        assert message in run.stderr
    plant(bad, {"herolint.toml": "selct = []\n"})
    repository.commit()
    broken = herolint("--config-from", "HEAD", bad)
    assert broken.returncode == 2
    assert "HEAD: " in broken.stderr
    assert "did you mean `select`?" in broken.stderr


def test_a_link_in_the_commit_is_no_configuration(bad: Path, herolint: Run) -> None:
    plant(bad, {"elsewhere.toml": 'ignore = ["ALL"]\n'})
    (bad / "herolint.toml").symlink_to("elsewhere.toml")
    Repository(bad).commit()
    document = json.loads(herolint("--config-from", "HEAD", "--format", "json", bad).stdout)
    assert "HL106" in {finding["code"] for finding in document["findings"]}
