"""`herolint build`: the steps after a push, with their reasons, and the first that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import APPS, Run, plant
from syrupy.assertion import SnapshotAssertion

from herolint.config import Config
from herolint.engine import RunOptions
from herolint.forecast import foretell
from herolint.reports import Options, build_text

NAMES = sorted(path.name for path in APPS.iterdir())
TODAY = date(2026, 11, 24)


def told(root: Path) -> str:
    result, apps = foretell(root, Config(), RunOptions(today=TODAY, cache=False))
    assert not result.problems
    return build_text.render(result, apps, Options(width=80))


def unweighed(text: str) -> str:
    """The text without sizes, which move with the table of sizes."""
    return re.sub(r"about [\d,]+ MB compressed, between\s+[\d,]+\s+and\s+[\d,]+\s+\(the\s+limit\s+is\s+500\s+MB\)", "weighed", text)


@pytest.mark.parametrize("name", NAMES)
def test_forecast(name: str, app: Callable[[str], Path], snapshot: SnapshotAssertion) -> None:
    text = told(app(name))
    assert unweighed(text) == snapshot
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_readme_shows_a_real_forecast(app: Callable[[str], Path]) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- build -->")[2].partition("```text\n")[2].partition("```")[0]
    assert unweighed(shown) == unweighed(told(app("django-shop")))


FLASK = {
    "requirements.txt": "flask==3.1.1\ngunicorn==23.0.0\n",
    ".python-version": "3.13\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "Procfile": "web: gunicorn app:app\n",
}


def test_behind_the_first_failure_nothing_is_reached(tmp_path: Path, herolint: Run) -> None:
    root = plant(tmp_path, FLASK | {"requirements.txt": "flask=3.1.1\ngunicorn==23.0.0\n", "Procfile": "web: gunicorn missing:app\n"})
    done = herolint("build", root, "--today", "2026-11-24", "--format", "json")
    assert done.returncode == 1
    (one,) = json.loads(done.stdout)["apps"]
    assert one["stops_at"] == "install"
    assert [(step["kind"], step["reached"], step["stops"]) for step in one["steps"]] == [
        ("buildpacks", True, False),
        ("runtime", True, False),
        ("package manager", True, False),
        ("install", True, True),
        ("build", False, False),
        ("slug", False, False),
        ("process types", False, False),
    ]
    install = one["steps"][3]
    assert install["lines"][0] == {
        "text": "pip install -r requirements.txt", "because": "`requirements.txt`", "path": "requirements.txt", "range": None,
    }  # fmt: skip
    assert [finding["code"] for finding in install["findings"]] == ["HL410"]


def test_a_build_that_succeeds_may_leave_an_app_that_does_not_run(tmp_path: Path, herolint: Run) -> None:
    root = plant(tmp_path, FLASK | {"Procfile": "web: gunicorn missing:app\n"})
    done = herolint("build", root, "--today", "2026-11-24", COLUMNS="80")
    assert done.returncode == 0
    assert "It builds, and does not run: process types (HL110)." in done.stdout
    assert "THE BUILD STOPS HERE" not in done.stdout


def test_every_buildpack_has_its_steps_and_its_findings(tmp_path: Path) -> None:
    node = {"name": "shop", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "^7"}, "engines": {"node": "18.x"}}
    listed = {"buildpacks": [{"url": "heroku/nodejs"}, {"url": "heroku/python"}]}
    root = plant(tmp_path, FLASK | {"package.json": json.dumps(node), "app.json": json.dumps(listed), ".python-version": "3.13.1\n"})
    first, second = told(root).split("heroku/python\nruntime")
    assert "Node.js 18.20.8" in first
    assert "HL408 Node.js 18 is past its end of life" in first
    assert "build: vite build" in first
    assert "Python 3.13.1" in second
    assert "log warns Python 3.13.1 is not the newest 3.13" in second


def test_a_folder_with_nothing_to_build(tmp_path: Path) -> None:
    text = told(plant(tmp_path, {"Procfile": "web: ./serve\n"}))
    assert "none" in text
    assert "HL401" in text
    assert "Nothing is built: no official buildpack takes this, and a push is refused." in text


def test_a_library_that_nothing_is_installed_from_stops_the_build_though_no_rule_tells(tmp_path: Path) -> None:
    root = plant(tmp_path, {"setup.py": "from setuptools import setup\n\nsetup(name='rates')\n", ".python-version": "3.13\n"})
    assert "The build stops at: package manager." in told(root)


def test_other_commands_do_not_load_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    own = ("herolint.forecast", "herolint.online", "herolint.app.forecast", "herolint.reports.build", "herolint.reports.slug")
    more = (
        "herolint.knowledge.npm",
        "herolint.app.slug.node_size",
        "herolint.workspace.environment",
        "herolint.cli.build",
        "herolint.cli.slug",
    )
    script = (
        "import sys; from herolint.cli import main; main(['check', '--no-cache', '--fail-on', 'never', '-q', sys.argv[1]]);"
        f"print([name for name in sys.modules if name.startswith({(*own, *more)!r})])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(plant(tmp_path, FLASK))], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
