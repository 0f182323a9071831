"""Broken, huge, nested and hostile input: a clear problem or nothing, and the rest of the report stays."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

APP = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = sqlite3.connect('data.db')\n"
Files = dict[str, bytes | str]

_MANIFESTS = ("app.json", "pyproject.toml", "package.json", "Aptfile", "Pipfile")
_IMPOSTORS = ("click.py", "rich.py", "yaml.py", "msgspec.py", "tree_sitter.py")
_NESTED_ALIASES = "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))

BROKEN: dict[str, Files] = {
    "binary manifests": dict.fromkeys((*_MANIFESTS, "heroku.yml", "runtime.txt", ".slugignore", ".env"), b"\0\xff\xfe\0" * 50),
    "empty manifests": dict.fromkeys((*_MANIFESTS, "Dockerfile", ".python-version"), ""),
    "wrong types": {
        "app.json": '{"env": [1, {"a": null}], "addons": {"x": 1}, "buildpacks": "heroku/python", "formation": [3], "stack": 7}',
        "package.json": '{"scripts": ["x"], "dependencies": 3, "engines": null}',
        "pyproject.toml": "[project]\ndependencies = 3\nname = []\n[tool]\npoetry = 'x'\n",
        "uv.lock": "package = 3\n",
    },
    "invalid encodings": {
        "app.json": b'{"name": "\xff\xfe"}',
        "extra.py": b"# \xff\xff\nx = '\xe9'\n",
        "settings.py": b"\xff\xfex\0=\0001\0",
    },
    "carriage returns only": {"extra.py": "import os\rx = os.environ['A']\r", "app.json": '{\r"name": "x"\r}'},
    "deep nesting": {
        "app.json": "[" * 100_000,
        "package.json": '{"a":' * 50_000 + "1" + "}" * 50_000,
        "pyproject.toml": "a = " + "[" * 50_000 + "]" * 50_000,
        "heroku.yml": "[" * 50_000,
        "extra.py": "x = " + "(" * 50_000 + ")" * 50_000,
        "more.py": "x = " + "+".join(["1"] * 20_000),
    },
    "YAML that multiplies": {"heroku.yml": "a: &a [x,x,x,x,x,x,x,x,x]\n" + _NESTED_ALIASES},
    "loops": {
        "requirements.txt": "-r a.txt\nflask\ngunicorn\n",
        "a.txt": "-r b.txt\n",
        "b.txt": "-r a.txt\n-r requirements.txt\n",
        "x.py": "from y import *\n",
        "y.py": "from x import *\n",
    },
    "includes outside": {"requirements.txt": "-r ../../../../etc/passwd\n-r /etc/passwd\nflask\ngunicorn\n"},
    "merge markers": {
        "requirements.txt": "<<<<<<< HEAD\nflask\n=======\nflask==2\n>>>>>>> x\ngunicorn\n",
        "extra.py": "<<<<<<< HEAD\nx = 1\n",
    },
    "modules named like dependencies": dict.fromkeys(_IMPOSTORS, "raise SystemExit('this must never run')\n"),
    "names with escapes": {"a\nb.py": "x = 1\n", "c\x1b[31m.py": "import os\n", "::error::x.py": "y = 2\n"},
}


def plant(root: Path, files: Files) -> None:
    for name, content in {"Procfile": "web: gunicorn app:app\n", "requirements.txt": "flask\ngunicorn\n", "app.py": APP, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("case", BROKEN)
def test_the_rest_of_the_report_stays(case: str, tmp_path: Path, herolint: Callable[..., Any]) -> None:
    plant(tmp_path, BROKEN[case])
    done = herolint("check", ".", "--format", "json", cwd=tmp_path)
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert any(finding["code"] == "HL201" and finding["path"] == "app.py" for finding in document["findings"])
    assert not [problem for problem in document["problems"] if "failed" in problem["message"]], document["problems"]
    text = herolint("check", ".", cwd=tmp_path)
    assert "Traceback" not in text.stderr + text.stdout
    assert "\x1b" not in text.stdout


def test_what_the_disk_may_hold(tmp_path: Path, herolint: Callable[..., Any]) -> None:
    plant(tmp_path, {})
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "outside.py").symlink_to("/etc/passwd")
    (tmp_path / "round").symlink_to(".")
    os.mkfifo(tmp_path / "runtime.txt")
    (tmp_path / "heroku.yml").mkdir()
    (tmp_path / "secret.py").write_text("x = 1\n")
    (tmp_path / "secret.py").chmod(0)
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(100_000_000)
    done = herolint("check", ".", "--format", "json", cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert any(finding["code"] == "HL201" for finding in json.loads(done.stdout)["findings"])


def test_a_folder_called_procfile(tmp_path: Path, herolint: Callable[..., Any]) -> None:
    (tmp_path / "Procfile").mkdir()
    (tmp_path / "Procfile" / "x").write_text("")
    done = herolint("check", ".", cwd=tmp_path)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("state", ["bare", "broken", "hostile"])
def test_git_in_every_state(state: str, tmp_path: Path, herolint: Callable[..., Any]) -> None:
    plant(tmp_path, {})
    marker = tmp_path / "ran"
    if state == "bare":
        subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "nested.git")], check=True)
    elif state == "broken":
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "HEAD").write_text("nonsense")
    else:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        for key in ("core.fsmonitor", "core.pager", "core.editor", "diff.external"):
            subprocess.run(["git", "-C", str(tmp_path), "config", key, f"touch {marker};"], check=True)
    done = herolint("check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "HL201" in done.stdout
    assert "Traceback" not in done.stderr
    assert not marker.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere"], "nowhere"),
        (["check", ".", "--select", "HL999"], "HL999"),
        (["check", ".", "--config", "absent.toml"], "absent.toml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(words: list[str], said: str, tmp_path: Path, herolint: Callable[..., Any]) -> None:
    plant(tmp_path, {})
    done = herolint(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
