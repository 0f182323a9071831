"""`--fix`, `--unsafe-fixes` and `--diff` as their users meet them."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

from herolint.knowledge.measured import release

SOURCES = Path(__file__).parents[2] / "src"
CLEAN = Path(__file__).parents[1] / "fixtures" / "bases" / "flask-clean"
APP = b"""from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)  # here
"""
FIXED = b"""import os

from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", 5000)))  # here
"""


Lint = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def lint(herolint: Run) -> Lint:
    """Runs `herolint` in a folder."""
    return lambda folder, *words: herolint(*words, cwd=folder, timeout=120)


def codes(run: subprocess.CompletedProcess[str]) -> list[str]:
    return [finding["code"] for finding in json.loads(run.stdout)["findings"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An app whose web process nobody can reach: the port can be mended safely, the host cannot."""
    shutil.copytree(CLEAN, tmp_path / "app")
    (tmp_path / "app" / "Procfile").write_bytes(b"web: python app.py\n")
    (tmp_path / "app" / "app.py").write_bytes(APP)
    return tmp_path / "app"


def git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout


def test_safe_fixes_are_made_and_the_rest_is_reported(folder: Path, lint: Lint) -> None:
    run = lint(folder, "--fix", "--format", "json", "--select", "HL105,HL106")
    assert (folder / "app.py").read_bytes() == FIXED
    assert codes(run) == ["HL106"]
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "fixed 1 finding in 1 file:",
        "  HL105 port-not-bound: app.py",
        "1 more can be fixed with --unsafe-fixes",
    ]


def test_unsafe_fixes_are_made_when_asked_for(folder: Path, lint: Lint) -> None:
    run = lint(folder, "--fix", "--unsafe-fixes", "--select", "HL105,HL106")
    assert (folder / "app.py").read_bytes() == FIXED.replace(b"127.0.0.1", b"0.0.0.0")
    assert run.returncode == 0
    assert "No findings" in run.stdout


@pytest.mark.parametrize(
    "command",
    [
        'bash -l -c "flask db upgrade && gunicorn app:app"',
        'bash -c "gunicorn app:app && flask db migrate"',
    ],
)
def test_a_step_inside_another_command_stays_where_it_is(folder: Path, lint: Lint, command: str) -> None:
    procfile = f"web: {command}\n".encode()
    (folder / "Procfile").write_bytes(procfile)
    lint(folder, "--fix", "--unsafe-fixes", "--select", "HL113")
    assert (folder / "Procfile").read_bytes() == procfile


def test_two_that_listen_do_not_both_get_the_port(folder: Path, lint: Lint) -> None:
    code = b"""import threading

from flask import Flask

app = Flask(__name__)
metrics = Flask("metrics")


def report():
    metrics.run(host="0.0.0.0", port=9000)


if __name__ == "__main__":
    threading.Thread(target=report).start()
    app.run(host="0.0.0.0", port=5000)
"""
    (folder / "app.py").write_bytes(code)
    run = lint(folder, "--fix", "--unsafe-fixes", "--format", "json", "--select", "HL105")
    assert codes(run) == ["HL105", "HL105"]
    assert (folder / "app.py").read_bytes() == code


def test_the_command_line_limits_what_is_fixed(folder: Path, lint: Lint) -> None:
    lint(folder, "--fix", "--ignore", "HL105")
    assert (folder / "app.py").read_bytes() == APP
    assert lint(folder, "--unsafe-fixes").returncode == 2


def test_a_diff_changes_nothing_and_can_be_applied(folder: Path, lint: Lint) -> None:
    git(folder, "init", "-q")
    run = lint(folder, "--diff", "--unsafe-fixes", "--select", "HL1")
    assert run.returncode == 1
    assert (folder / "app.py").read_bytes() == APP
    assert "would fix" in run.stderr
    (folder / "it.patch").write_text(run.stdout)
    git(folder, "apply", "it.patch")
    assert b'host="0.0.0.0", port=int(os.environ.get("PORT", 5000))' in (folder / "app.py").read_bytes()
    again = lint(folder, "--diff", "--unsafe-fixes", "--select", "HL105,HL106")
    assert (again.returncode, again.stdout) == (0, "")


def test_a_diff_of_renamed_and_new_files_can_be_applied(folder: Path, lint: Lint) -> None:
    (folder / "app.py").write_bytes((CLEAN / "app.py").read_bytes())
    (folder / "Procfile").unlink()
    (folder / "procfile").write_bytes(b"web: gunicorn app:app")
    (folder / ".python-version").unlink()
    (folder / "runtime.txt").write_bytes(b"python-3.13\r\n")
    git(folder, "init", "-q")
    command = [sys.executable, "-m", "herolint", "--diff"]
    run = subprocess.run(command, capture_output=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(SOURCES)}, timeout=120, check=False)
    (folder / "it.patch").write_bytes(run.stdout)
    git(folder, "apply", "it.patch")
    assert (folder / "Procfile").read_bytes() == b"web: gunicorn app:app"
    assert (folder / ".python-version").read_bytes() == b"3.13\n"
    assert not (folder / "procfile").exists()
    assert not (folder / "runtime.txt").exists()


def test_files_keep_mode_encoding_and_line_breaks(folder: Path, lint: Lint) -> None:
    app = folder / "app.py"
    app.write_bytes(b"\xef\xbb\xbf" + APP.replace(b"\n", b"\r\n").rstrip())
    app.chmod(0o751)
    lint(folder, "--fix")
    assert app.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace(b"\n", b"\r\n").rstrip()
    assert stat.S_IMODE(app.stat().st_mode) == 0o751
    assert sorted(path.name for path in folder.iterdir()) == sorted([".python-version", "Procfile", "app.py", "requirements.txt"])


def test_a_read_only_file_is_left_alone(folder: Path, lint: Lint) -> None:
    (folder / "app.py").chmod(0o444)
    run = lint(folder, "--fix", "--select", "HL105")
    assert (folder / "app.py").read_bytes() == APP
    assert "not fixed: HL105 at app.py:6: app.py is read-only" in run.stderr
    assert run.returncode == 1


def test_nothing_is_written_through_links(folder: Path, lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_bytes(APP)
    (folder / "real.py").write_bytes(APP)
    (folder / "app.py").unlink()
    (folder / "app.py").symlink_to("real.py")
    run = lint(folder, "--fix", "--select", "HL105")
    assert "app.py is a symbolic link" in run.stderr
    assert (folder / "real.py").read_bytes() == APP
    assert (folder / "app.py").is_symlink()


def test_a_file_that_is_no_code_is_left_alone(folder: Path, lint: Lint) -> None:
    broken = APP + b"def (:\n"
    (folder / "app.py").write_bytes(broken)
    run = lint(folder, "--fix")
    assert (folder / "app.py").read_bytes() == broken
    assert "Traceback" not in run.stderr


def test_what_is_accepted_is_not_fixed(folder: Path, lint: Lint) -> None:
    accepted = APP.replace(b"# here", b"# herolint: ignore[HL105] only here")
    (folder / "app.py").write_bytes(accepted)
    assert lint(folder, "--fix", "--unsafe-fixes", "--select", "HL105").returncode == 0
    assert (folder / "app.py").read_bytes() == accepted


def test_what_stands_in_the_baseline_is_not_fixed(folder: Path, lint: Lint) -> None:
    lint(folder, "baseline")
    (folder / "Procfile").write_bytes(b"web: python app.py\nworker: python app.py --debug\n")
    lint(folder, "--fix", "--unsafe-fixes")
    assert (folder / "app.py").read_bytes() == APP


def test_git_is_left_to_the_owner(folder: Path, lint: Lint) -> None:
    (folder / "venv" / "lib").mkdir(parents=True)
    (folder / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    before = git(folder, "ls-files")
    run = lint(folder, "--fix", "--select", "HL413")
    assert (folder / ".gitignore").read_text() == "venv/\n"
    assert "now: `git rm -r --cached venv`" in run.stderr
    assert git(folder, "ls-files") == before
    assert lint(folder, "--diff", "--select", "HL413").stdout == ""


def test_an_ignored_file_is_not_made(folder: Path, lint: Lint) -> None:
    (folder / ".python-version").unlink()
    (folder / "runtime.txt").write_bytes(b"python-3.13\n")
    (folder / ".gitignore").write_text(".python-version\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    run = lint(folder, "--fix", "--select", "HL408")
    assert "not fixed: HL408 at runtime.txt:1: .gitignore would leave .python-version out" in run.stderr
    assert (folder / "runtime.txt").exists()


def test_an_app_in_a_subfolder_is_fixed_there(folder: Path, lint: Lint) -> None:
    run = lint(folder.parent, "--fix", "--select", "HL105")
    assert (folder / "app.py").read_bytes() == FIXED
    assert "HL105 port-not-bound: app/app.py" in run.stderr


def test_a_missing_requirement_is_pinned_where_the_others_are(folder: Path, lint: Lint) -> None:
    (folder / "Procfile").write_bytes(b"web: gunicorn app:app\n")
    known = release("gunicorn", None)
    assert known is not None
    for listed, added in (("flask==3.1.0", f"gunicorn=={known.version}"), ("flask", "gunicorn")):
        (folder / "requirements.txt").write_text(f"{listed}\n")
        lint(folder, "--fix", "--unsafe-fixes", "--select", "HL111")
        assert (folder / "requirements.txt").read_text() == f"{listed}\n{added}\n"


def test_a_requirement_beside_older_pins_is_left_to_the_installer(folder: Path, lint: Lint) -> None:
    (folder / "app.py").write_bytes(b"import sklearn\n" + (CLEAN / "app.py").read_bytes())
    (folder / "Procfile").write_bytes(b"web: gunicorn app:app\n")
    (folder / "requirements.txt").write_text("flask==3.1.0\ngunicorn==23.0.0\nnumpy==1.26.4\n")
    lint(folder, "--fix", "--unsafe-fixes", "--select", "HL411")
    assert (folder / "requirements.txt").read_text().splitlines()[-1] == "scikit-learn"


def test_a_program_with_windows_keeps_its_opencv(folder: Path, lint: Lint) -> None:
    code = b"import cv2\n" + (CLEAN / "app.py").read_bytes() + b"\n\ndef show(picture):\n    cv2.imshow('it', picture)\n"
    (folder / "app.py").write_bytes(code)
    (folder / "Procfile").write_bytes(b"web: gunicorn app:app\n")
    (folder / "requirements.txt").write_text("flask==3.1.0\ngunicorn==23.0.0\nopencv-python==4.11.0.86\n")
    run = lint(folder, "--fix", "--unsafe-fixes", "--select", "HL403", "--format", "json")
    assert codes(run) == ["HL403"]
    assert "headless" not in (folder / "requirements.txt").read_text()


KEY = b"""import os
import uuid

from flask import Flask

app = Flask(__name__)
app.secret_key = os.getenv("SECRET_KEY", str(uuid.uuid4()))


@app.get("/")
def index():
    return {"status": "ok"}
"""


@pytest.mark.parametrize(
    ("code", "elsewhere", "goes"),
    [
        (KEY, b"", True),
        (KEY.replace(b"import uuid\n", b"import uuid  # noqa: F401\n"), b"", False),
        (KEY + b"\n\ndef name():\n    return uuid.uuid4()\n", b"", False),
        (KEY + b'\n\n__all__ = ["uuid"]\n', b"", False),
        (KEY.replace(b"import uuid\n", b"try:\n    import uuid\nexcept ImportError:\n    raise\n"), b"", False),
        (KEY, b"from app import *\n\nprint(uuid.uuid4())\n", False),
        (KEY, b"import app\n\nprint(app.uuid.uuid4())\n", False),
        (KEY, b"from app import app\n", True),
    ],
)
def test_an_import_goes_with_its_last_use(folder: Path, lint: Lint, code: bytes, elsewhere: bytes, goes: bool) -> None:
    (folder / "Procfile").write_bytes(b"web: gunicorn app:app\n")
    (folder / "app.py").write_bytes(code)
    (folder / "names.py").write_bytes(elsewhere)
    lint(folder, "--fix", "--unsafe-fixes", "--select", "HL710")
    after = (folder / "app.py").read_text()
    assert 'app.secret_key = os.environ["SECRET_KEY"]\n' in after
    assert ("import uuid" not in after) is goes


def test_an_import_is_not_dropped_for_one_fix_and_needed_by_another(folder: Path, lint: Lint) -> None:
    code = KEY.replace(b"import os\nimport uuid\n", b"from os import environ, urandom\n").replace(
        b'os.getenv("SECRET_KEY", str(uuid.uuid4()))', b"urandom(24)"
    )
    served = code.replace(b"environ, urandom", b"urandom") + b'\n\nif __name__ == "__main__":\n    app.run(host="0.0.0.0")\n'
    (folder / "Procfile").write_bytes(b"web: python app.py\n")
    (folder / "app.py").write_bytes(served)
    lint(folder, "--fix", "--unsafe-fixes", "--select", "HL710,HL105")
    after = (folder / "app.py").read_text()
    assert "urandom" not in after
    assert after.startswith("import os\n\nfrom flask import Flask\n")
    assert 'port=int(os.environ.get("PORT", 5000))' in after


@pytest.mark.parametrize(("program", "package", "moves"), [("nodemon", "nodemon", True), ("vue-cli-service", "@vue/cli-service", False)])
def test_a_program_is_moved_to_dependencies_where_it_is_enough(tmp_path: Path, lint: Lint, program: str, package: str, moves: bool) -> None:
    document = {
        "engines": {"node": "24.x"},
        "scripts": {"start": f"{program} server.js"},
        "dependencies": {"express": "^5.1.0"},
        "devDependencies": {package: "^4.5.0", "@vue/cli-plugin-babel": "^4.5.0"},
    }
    (tmp_path / "package.json").write_text(json.dumps(document, indent=2))
    (tmp_path / "server.js").write_text("require('express')().listen(process.env.PORT)\n")
    (tmp_path / "Procfile").write_text("web: npm start\n")
    assert "HL111" in codes(lint(tmp_path, "--format", "json", "--select", "HL111"))
    lint(tmp_path, "--fix", "--unsafe-fixes", "--select", "HL111")
    assert (package in json.loads((tmp_path / "package.json").read_text())["dependencies"]) is moves


@pytest.mark.parametrize(("webpack", "told"), [("^5.99.0", True), ("4.44.2", False)])
def test_a_node_is_not_written_with_which_the_build_fails(tmp_path: Path, lint: Lint, webpack: str, told: bool) -> None:
    document = {"scripts": {"build": "webpack", "start": "node server.js"}, "dependencies": {"webpack": webpack, "webpack-cli": "^4.10.0"}}
    (tmp_path / "package.json").write_text(json.dumps(document, indent=2))
    (tmp_path / "server.js").write_text("require('http').createServer().listen(process.env.PORT)\n")
    assert "HL408" in codes(lint(tmp_path, "--format", "json", "--select", "HL408"))
    lint(tmp_path, "--fix", "--unsafe-fixes", "--select", "HL408")
    assert ("engines" in json.loads((tmp_path / "package.json").read_text())) is told


def test_a_run_without_findings_loads_nothing_of_it() -> None:
    code = "import sys; from herolint.cli import main; main(['--no-cache']); print(*sys.modules, file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CLEAN, env=environment, timeout=60, check=True)
    loaded = run.stderr.split()
    assert not [name for name in loaded if name.startswith(("libcst", "herolint.fixes", "herolint.edits"))]


def test_a_fix_that_would_break_something_else_is_not_made(folder: Path, lint: Lint) -> None:
    (folder / "Procfile").write_bytes(b"web: gunicorn app:app\n")
    (folder / ".python-version").unlink()
    (folder / "runtime.txt").write_bytes(b"python-3.9.2\n")
    (folder / "app.py").write_bytes(b"import cgi\n" + (CLEAN / "app.py").read_bytes())  # not in Python 3.14
    run = lint(folder, "--fix", "--unsafe-fixes", "--today", "2026-11-24")
    assert (folder / "runtime.txt").read_bytes() == b"python-3.9.2\n"
    assert "not fixed: HL407 at runtime.txt:1: it would bring HL411 in app.py" in run.stderr


def test_a_release_of_python_is_changed_only_when_that_is_asked_for(folder: Path, lint: Lint) -> None:
    (folder / ".python-version").unlink()
    (folder / "runtime.txt").write_bytes(b"python-3.13.2\n")
    lint(folder, "--fix", "--select", "HL408")
    assert (folder / "runtime.txt").exists()
    lint(folder, "--fix", "--unsafe-fixes", "--select", "HL408")
    assert (folder / ".python-version").read_bytes() == b"3.13\n"


def test_a_diff_of_wide_text_says_only_that_it_changes(folder: Path, lint: Lint) -> None:
    (folder / "requirements.txt").write_text("flask==3.1.1\ngunicorn==23.0.0\n", encoding="utf-16")
    run = lint(folder, "--diff", "--select", "HL409")
    assert run.stdout.splitlines()[1:] == ["Binary files a/requirements.txt and b/requirements.txt differ"]
