"""Broken, huge, nested and hostile input: a clear problem or nothing, and the rest of the report stays."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Repository, Run

APP = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = sqlite3.connect('data.db')\n"
Files = dict[str, bytes | str]

_MANIFESTS = ("app.json", "pyproject.toml", "package.json", "Aptfile", "Pipfile")
_IMPOSTORS = (
    *(
        "click.py",
        "rich/__init__.py",
        "yaml.py",
        "msgspec/__init__.py",
        "tree_sitter.py",
        "tree_sitter_python.py",
        "pluggy.py",
        "pathspec.py",
    ),
    *("packaging/__init__.py", "platformdirs.py", "json.py", "tomllib.py", "typing.py", "ast.py", "runpy.py", "sitecustomize.py"),
)
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
    "wrong types at the top": {
        "app.json": "[]",
        "heroku.yml": "- 1\n",
        "package.json": "null",
        "pyproject.toml": "tool = 3\nproject = []\n",
        "Pipfile": "packages = 3\nrequires = []\n",
        "Pipfile.lock": "[]",
        "poetry.lock": "package = [3]\n",
        "uv.lock": "version = 'x'\n[[package]]\nname = 3\n",
    },
    "wrong types further down": {
        "app.json": '{"env": {"A": 3, "B": []}, "addons": [1, {"plan": 3}], "buildpacks": [1, {"url": 3}], "formation": {"web": 3}, "stack": {},'
        ' "scripts": [], "environments": {"test": 3, "review": []}}',
        "heroku.yml": "build: 3\nrun: [a]\nrelease: x\nsetup: {addons: 3, config: [1]}\n",
        "package.json": '{"scripts": {"start": 3}, "engines": [1]}',
        "pyproject.toml": "[project]\nname = 'x'\nrequires-python = 3\ndependencies = [3, {a = 1}]\n[tool.poetry]\ndependencies = [1]\n",
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
    "shell loops": {
        "Procfile": "web: gunicorn app:app\nworker: sh a.sh\nother: exec ./c.sh\n",
        "a.sh": "sh b.sh\n",
        "b.sh": ". ./a.sh\nbash a.sh\n",
        "c.sh": "exec ./c.sh\n",
    },
    "shell nesting": {
        "Procfile": "web: gunicorn app:app\nw: "
        + "sh -c '" * 3_000
        + "\nx: "
        + "$(" * 5_000
        + "\ny: "
        + "(" * 20_000
        + "\nz: "
        + "{" * 20_000
        + "\n",
    },
    "code that refers to itself": {
        "app.py": APP
        + "from m0 import *\na = b\nb = a\nclass A(B): pass\nclass B(A): pass\ndef f(): return g()\ndef g(): return f()\nf()\n",
        **{f"m{n}.py": f"from m{n + 1} import *\nfrom m{n + 1} import x as y\nx = y\n" for n in range(400)},
    },
    "Django that includes itself": {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 's')\n",
        "s.py": "from s import *\nINSTALLED_APPS = ['s', 'x']\nROOT_URLCONF = 'u'\n",
        "u.py": "from django.urls import path, include\nurlpatterns = [path('', include('u'))]\n",
        "requirements.txt": "flask\ngunicorn\ndjango\n",
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
def test_the_rest_of_the_report_stays(case: str, tmp_path: Path, herolint: Run) -> None:
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


def test_what_the_disk_may_hold(tmp_path: Path, herolint: Run) -> None:
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
    document = json.loads(done.stdout)
    assert any(finding["code"] == "HL201" for finding in document["findings"])
    if os.geteuid():  # root may read everything
        assert "secret.py" in {problem["path"] for problem in document["problems"]}


@pytest.mark.parametrize("inside", ["x", ""])
def test_a_folder_called_procfile(inside: str, tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {})
    (tmp_path / "Procfile").unlink()
    (tmp_path / "Procfile").mkdir()
    if inside:
        (tmp_path / "Procfile" / inside).write_text("")
    done = herolint("check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[HL104]: Procfile is a folder, where Heroku looks for a file" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_procfile_that_cannot_be_read_is_not_told_to_be_missing(tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {})
    with (tmp_path / "Procfile").open("wb") as file:  # root may read everything but this
        file.truncate(21_000_000)
    done = herolint("check", ".", cwd=tmp_path)
    assert "problem: Procfile: cannot be read: it is larger than 20 MB" in done.stdout
    assert "HL104" not in done.stdout


def test_a_folder_without_an_app_is_not_told_to_be_fine(tmp_path: Path, herolint: Run) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n")
    done = herolint("check", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == "No findings: nothing here says how an app is built or started; is this the right folder?\n"


def test_json_that_the_build_cannot_read_is_told_once_with_its_place(tmp_path: Path, herolint: Run) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop",\n "dependencies": {"express": "^5",}}\n')
    (tmp_path / "server.js").write_text("require('http').createServer().listen(process.env.PORT)\n")
    (tmp_path / "Procfile").write_text("web: node server.js\n")
    done = herolint("check", ".", "--format", "concise", "--select", "HL404", cwd=tmp_path)
    assert done.stdout.splitlines()[0].startswith(
        "package.json:2:34: error HL404 package.json is not JSON: a comma must not stand before '}'"
    )
    assert "problem" not in done.stdout


def test_a_heroku_yml_that_cannot_be_read_is_told_beside_a_procfile(tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {"heroku.yml": "build:\n  docker:\n    web: Dockerfile\n\t- a\n"})
    done = herolint("check", ".", "--format", "concise", "--select", "HL705", cwd=tmp_path)
    assert re.match(r"heroku\.yml:4:1: warning HL705 not valid YAML: ", done.stdout), done.stdout


def test_manifests_of_100_megabytes(tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {})
    huge = ("app.json", "package.json", "Pipfile", "poetry.lock", "heroku.yml", "runtime.txt", ".slugignore", "run.sh")
    for name in huge:
        with (tmp_path / name).open("wb") as file:
            file.truncate(100_000_000)
    done = herolint("check", ".", "--format", "json", cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert any(finding["code"] == "HL201" for finding in json.loads(done.stdout)["findings"])


def _bare(root: Path) -> None:
    shutil.rmtree(root / ".git")
    Repository(root).git("init", "-q", "--bare", ".git")


def _pointer(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (root / ".git").write_text("gitdir: /nonexistent\n")


def _hooked(root: Path) -> None:
    """Every setting by which git runs a program, for a file that was changed after it was added."""
    marker = f"touch {root / 'ran'};"
    repository = Repository(root)
    keys = ("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "diff.external", "alias.ls-files")
    for key in (*keys, "filter.x.clean", "filter.x.smudge", "filter.x.process"):
        repository.git("config", key, marker)
    (root / "hooks").mkdir()
    (root / "hooks" / "post-index-change").write_text(f"#!/bin/sh\n{marker}\n")
    (root / "hooks" / "post-index-change").chmod(0o755)
    repository.git("config", "core.hooksPath", str(root / "hooks"))
    (root / ".gitattributes").write_text("* filter=x\n")
    (root / "app.py").write_text(APP + "\n")


GIT: dict[str, Callable[[Path], object]] = {
    "bare": _bare,
    "a pointer to nowhere": _pointer,
    "no HEAD": lambda root: (root / ".git" / "HEAD").write_text("nonsense"),
    "broken index": lambda root: (root / ".git" / "index").write_bytes(b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"x" * 100),
    "broken config": lambda root: (root / ".git" / "config").write_text("[[[nonsense"),
    "a work tree elsewhere": lambda root: Repository(root).git("config", "core.worktree", "/etc"),
    "programs in its config": _hooked,
}


@pytest.mark.parametrize("state", GIT)
def test_git_in_every_state(state: str, tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {})
    Repository(tmp_path).git("add", "--all")
    GIT[state](tmp_path)
    (tmp_path / "ran").unlink(missing_ok=True)
    done = herolint("check", ".", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "HL201" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "ran").exists()


def test_no_git_at_all(tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {})
    done = herolint("check", ".", cwd=tmp_path, PATH=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "HL201" in done.stdout


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
def test_what_a_repository_says_cannot_steer_a_terminal_or_a_workflow(form: str, tmp_path: Path, herolint: Run) -> None:
    evil = "q\x1b[31m\n::error::evil"
    token = "AKIA" + "Q3EXAMPLE7".replace("EXAMPLE", "ZTRWNPL") + "K4MB2S"
    files: Files = {
        "Procfile": "web: gunicorn app:app\nworker: python 'x\x1b[31m.py'\n",
        "app.py": APP.replace("'data.db'", repr(evil + ".db")) + f"\nother = sqlite3.connect('b\x1b[31m.db')\nKEY = '{token}'\n",
        f"{evil}.py": f"KEY = '{token}'\n",
    }
    plant(tmp_path, files)
    done = herolint("check", ".", "--format", form, "--pedantic", cwd=tmp_path)
    assert done.returncode == 1
    assert "HL201" in done.stdout
    assert "HL110" in done.stdout
    assert "evil" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert not [line for line in commands if not re.match(r"::(error|warning|notice) ", line)]
    assert bool(commands) == (form == "github")
    assert token not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere"], "nowhere"),
        (["check", ".", "--select", "HL999"], "HL999"),
        (["check", ".", "--select", "HL20l"], "HL20l"),
        (["check", ".", "--config", "absent.toml"], "absent.toml"),
        (["check", ".", "--config", "broken.toml"], "broken.toml:1"),
        (["check", ".", "--config", "misspelt.toml"], "did you mean `ignore`?"),
        (["check", ".", "--config", "types.toml"], "`ignore` must be a list"),
        (["check", ".", "--config", "binary.toml"], "not valid UTF-8"),
        (["check", ".", "--context", "app.py"], "app.py:1:1"),
        (["check", ".", "--today", "tomorrow"], "tomorrow"),
        (["check", ".", "--output", "json=/nonexistent/x"], "/nonexistent"),
        (["check", "app.py"], "app.py"),
        (["explain", "HL999"], "HL999"),
        (["why", "absent.py:3"], "absent.py"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(words: list[str], said: str, tmp_path: Path, herolint: Run) -> None:
    plant(tmp_path, {"broken.toml": "[[", "misspelt.toml": "ignroe = []\n", "types.toml": "ignore = 3\n", "binary.toml": b"\xff\0"})
    done = herolint(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def test_why_makes_control_characters_of_a_command_visible(herolint: Run, tmp_path: Path) -> None:
    plant(tmp_path, {"Procfile": "web: python app.py \x1b]0;title\x07\n", "app.py": "import os\n", "requirements.txt": "flask==3.1.1\n"})
    told = herolint("why", "app.py:1", cwd=tmp_path).stdout
    assert "python app.py \\x1b]0;title\\x07" in told
    assert told.replace("\n", "").isprintable()


def test_source_that_is_too_large_to_be_read_is_said_to_be(tmp_path: Path, herolint: Run) -> None:
    app = {
        "Procfile": "web: gunicorn app:app\n",
        "requirements.txt": "gunicorn\n",
        "app.py": "import words\n",
        "words.py": "a = 1\n" * 200_000,
    }
    for name, text in app.items():
        (tmp_path / name).write_text(text)
    result = herolint("check", "--no-cache", "--format", "concise", ".", cwd=tmp_path)
    assert "words.py: problem not analysed: 1,200,000 bytes of source, over 1,000,000" in result.stdout
