"""The command line as its users meet it: a process with arguments, output, an exit code, and a terminal or none."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent / "src"
CLEAN = Path(__file__).parent / "fixtures" / "bases" / "flask-clean"

BAD_APP = """from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5000)
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(SOURCES), **more}


def herolint(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "herolint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment(**more), timeout=60, check=False)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """An app whose web process nobody can reach."""
    folder = tmp_path / "bad"
    shutil.copytree(CLEAN, folder)
    (folder / "Procfile").write_text("web: python app.py\n")
    (folder / "app.py").write_text(BAD_APP)
    return folder


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """An app with nothing to report."""
    shutil.copytree(CLEAN, tmp_path / "clean")
    return tmp_path / "clean"


def found(folder: Path, *arguments: str) -> set[str]:
    """The codes that are found."""
    run = herolint("--format", "json", *arguments, cwd=folder)
    assert run.returncode in (0, 1), run.stderr
    return {finding["code"] for finding in json.loads(run.stdout)["findings"]}


def test_exit_codes(bad: Path, clean: Path) -> None:
    assert herolint(cwd=clean).returncode == 0
    assert herolint(cwd=bad).returncode == 1
    assert herolint("check", bad, cwd=clean).returncode == 1
    assert herolint(bad, "--fail-on", "never", cwd=clean).returncode == 0
    assert herolint(bad, "--select", "HL106", "--ignore", "HL1", cwd=clean).returncode == 0


def test_the_text_names_place_and_rule(bad: Path) -> None:
    run = herolint(cwd=bad)
    assert "HL106" in run.stdout
    assert "app.py:6" in run.stdout
    assert "\x1b" not in run.stdout
    assert run.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such folder"),
        (["chek"], "did you mean the command `check`?"),
        (["app.py"], "app.py: not a folder"),
        (["--select", "HL999"], "--select: unknown rule `HL999`"),
        (["--ignore", "port-not-bund"], "--ignore: unknown rule `port-not-bund`; did you mean `port-not-bound`?"),
        (["--format", "xml"], "--format: unknown format `xml` (known: text,"),
        (["--output", "sarif"], "write FORMAT=FILE"),
        (["--output", "sarif=no/where/x.sarif"], "no such folder"),
        (["--output", "sarif=."], "is a folder"),
        (["--platform", "fly"], "platform `fly` is not supported by this version (supported: heroku)"),
        (["--config", "nowhere.toml"], "nowhere.toml: no such file"),
        (["--context", "nowhere.json"], "nowhere.json: no such file"),
        (["--today", "tomorrow"], "'tomorrow' is no date"),
        (["--colour", "always"], "No such option"),
        (["--severity", "bad"], "'bad' is not one of"),
        (["explain", "HL999"], "unknown rule `HL999`"),
        (["explain", "HL10"], "`HL10` begins several rules: name one of HL101, HL102, HL103"),
        (["explain", "upload"], "did you mean `upload-to-local-disk`?"),
        (["why", "app.py"], "write PATH:LINE"),
        (["why", "nowhere.py:1"], "nowhere.py: no such file"),
        (["why", "app.py:900"], "app.py:900: the file has "),
        (["--context", "list.json"], "list.json: the list is neither add-ons nor dynos"),
        (["config", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(clean: Path, arguments: list[str], message: str) -> None:
    (clean / "list.json").write_text("[1, 2]")
    run = herolint(*arguments, cwd=clean)
    assert run.returncode == 2
    assert run.stdout == ""
    assert message in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_bad_configuration_is_one_line_and_exit_2(clean: Path) -> None:
    (clean / "herolint.toml").write_text('"sel\\u001b[31mect" = 1\n')
    run = herolint(cwd=clean)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "herolint.toml:1: unknown key" in run.stderr
    assert "\x1b" not in run.stderr


def test_the_configuration_counts_unless_it_is_switched_off(bad: Path) -> None:
    (bad / "herolint.toml").write_text('[[ignores]]\nrule = "HL106"\npath = "app.py"\nreason = "behind a proxy"\n')
    assert "HL106" not in found(bad)
    assert "HL106" in found(bad, "--no-config")
    (bad / "other.toml").write_text('fail-on = "never"\n')
    assert herolint("--config", "other.toml", cwd=bad).returncode == 0
    shown = herolint("--show-suppressed", cwd=bad).stdout
    assert "behind a proxy" in shown


def test_an_ignore_comment(bad: Path) -> None:
    (bad / "app.py").write_text(BAD_APP.replace("port=5000)", "port=5000)  # herolint: ignore[HL105, binds-localhost] only a demo"))
    assert not {"HL105", "HL106"} & found(bad)


def test_strict_fails_on_problems(clean: Path) -> None:
    (clean / "app.py").write_text((clean / "app.py").read_text() + "# herolint: ignore[HL106] nothing here\n\n")
    assert herolint(cwd=clean).returncode == 0
    assert herolint("--strict", cwd=clean).returncode == 1


def test_reports_are_written_to_files_too(bad: Path, tmp_path: Path) -> None:
    sarif, plain = tmp_path / "x.sarif", tmp_path / "x.json"
    plain.write_text("old")
    run = herolint("--output", f"sarif={sarif}", "--output", f"json={plain}", "--format", "concise", cwd=bad)
    assert run.returncode == 1
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert json.loads(plain.read_text())["version"] == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bad", "x.json", "x.sarif"]


def test_colour(bad: Path) -> None:
    assert "\x1b[" in herolint("--color", "always", cwd=bad, NO_COLOR="1").stdout
    assert "\x1b[" in herolint(cwd=bad, FORCE_COLOR="1").stdout
    assert "\x1b[" not in herolint(cwd=bad, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in herolint("--color", "never", cwd=bad, FORCE_COLOR="1").stdout
    assert "\x1b[" not in herolint("--format", "json", cwd=bad, FORCE_COLOR="1").stdout


def test_quiet_says_nothing_about_nothing(clean: Path, bad: Path) -> None:
    assert herolint("-q", cwd=clean).stdout == ""
    assert herolint(cwd=clean).stdout != ""
    assert "HL106" in herolint("-q", cwd=bad).stdout


def test_commands(bad: Path) -> None:
    assert "HL105  port-not-bound" in herolint("rules", cwd=bad).stdout
    rules = json.loads(herolint("rules", "--format", "json", cwd=bad).stdout)
    assert {"code": "HL106", "name": "binds-localhost", "severity": "error"}.items() <= {r["code"]: r for r in rules}["HL106"].items()
    explained = herolint("explain", "binds-localhost", cwd=bad).stdout
    assert explained.startswith("# HL106 binds-localhost\n")
    assert "\x1b[" in herolint("explain", "hl106", "--color", "always", cwd=bad).stdout
    order = [explained.index(f"## {name}\n") for name in ("Why it hurts", "How to fix", "When to ignore", "Fails", "Passes", "References")]
    assert order == sorted(order)
    assert "base:" not in explained
    assert "- reported: error HL106 at `" in explained
    assert len(explained) < 4_000
    assert re.search(r"\d+ more examples: `herolint explain HL106 --examples`\n", explained)
    every = herolint("explain", "HL106", "--examples", cwd=bad).stdout
    assert every.count("\n### ") > explained.count("\n### ") == 2
    (bad / "herolint.toml").write_text('fail-on = "never"\n[rules.HL502]\nseverity = "off"\n')
    shown = herolint("config", cwd=bad).stdout
    assert 'fail-on = "never"  # herolint.toml:1' in shown
    assert 'severity = "note"  # default' in shown
    assert "[rules.HL502]  # herolint.toml:2" in shown
    assert "web" in herolint("why", "app.py:6", cwd=bad).stdout


def test_version_and_help(clean: Path) -> None:
    assert herolint("--version", cwd=clean).stdout.startswith("herolint ")
    assert "explain" in herolint("--help", cwd=clean).stdout
    assert "--fail-on" in herolint("check", "--help", cwd=clean).stdout


def test_the_version_loads_nothing(clean: Path) -> None:
    code = "import sys; sys.argv = ['herolint', '--version']; from herolint._start import main; main(); print(*sys.modules)"
    command = [sys.executable, "-c", code]
    assert herolint("--no-cache", cwd=clean).returncode == 0  # the first run of a version compiles its tables
    run = subprocess.run(command, capture_output=True, text=True, cwd=clean, env=environment(), timeout=30, check=True)
    loaded = {module.partition(".")[0] for module in run.stdout.split()}
    assert not loaded & {"click", "rich", "msgspec", "yaml", "packaging", "tree_sitter", "pluggy", "libcst"}
    assert not {module for module in run.stdout.split() if module.startswith("herolint.")} - {"herolint._start"}


def test_a_run_loads_only_what_it_needs(clean: Path) -> None:
    code = "import sys; from herolint.cli import main; main(['--no-cache']); print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code]
    assert herolint("--no-cache", cwd=clean).returncode == 0  # the first run of a version compiles its tables
    run = subprocess.run(command, capture_output=True, text=True, cwd=clean, env=environment(), timeout=30, check=True)
    loaded = {module.partition(".")[0] for module in run.stderr.split()}
    assert not loaded & {"rich", "pluggy", "libcst", "jsonschema", "email", "subprocess", "json", "hashlib", "difflib", "tempfile"}


def test_nothing_in_the_working_directory_is_imported(clean: Path) -> None:
    for name in ("click", "msgspec", "rich", "pathlib", "json", "tomllib", "yaml", "herolint_rules", "difflib", "packaging"):
        (clean / f"{name}.py").write_text(f"open('ran', 'a').write({name!r})\n")
    for arguments in ([], ["rules"], ["config"], ["explain", "HL106"], ["--version"]):
        # An empty entry in PYTHONPATH is the working directory once more.
        run = herolint(*arguments, cwd=clean, PYTHONPATH=f"{SOURCES}{os.pathsep}{os.pathsep}{clean}")
        assert "Traceback" not in run.stderr
    assert not (clean / "ran").exists()


def test_a_closed_pipe_is_quiet(bad: Path) -> None:
    for arguments in (["rules"], ["check", "--format", "json"], ["check"]):
        command = [sys.executable, "-m", "herolint", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=bad, env=environment()) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(30) in (0, 1, 141)


def test_an_interrupt_ends_with_130(bad: Path) -> None:
    code = "import sys, os, signal, time; from herolint import engine; from herolint.cli import main\n"
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background is started with it ignored\n"
    code += "engine.run = lambda *_: (os.kill(os.getpid(), signal.SIGINT), time.sleep(20))\nsys.exit(main([]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=bad, env=environment(), timeout=30, check=False)
    assert (run.returncode, run.stderr.strip()) == (130, "")


def test_on_a_terminal_it_is_coloured_and_leaves_no_progress_line(bad: Path) -> None:
    child, screen = pty.fork()
    if child == 0:
        os.chdir(bad)
        os.execve(sys.executable, [sys.executable, "-m", "herolint"], environment(TERM="xterm", COLUMNS="90"))
    shown = b""
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    _, status = os.waitpid(child, 0)
    os.close(screen)
    assert os.waitstatus_to_exitcode(status) == 1
    assert b"HL106" in shown
    assert b"\x1b[" in shown


def test_an_internal_error_is_one_line(bad: Path) -> None:
    code = "import sys; from herolint import engine; from herolint.cli import main\n"
    code += "engine.run = lambda *_: 1 // 0\nsys.exit(main(sys.argv[1:]))"
    for arguments, traceback in (([], False), (["-vv"], True)):
        command = [sys.executable, "-c", code, *arguments]
        run = subprocess.run(command, capture_output=True, text=True, cwd=bad, env=environment(), timeout=30, check=False)
        assert run.returncode == 2
        assert "herolint: internal error: ZeroDivisionError" in run.stderr
        assert ("Traceback" in run.stderr) is traceback
