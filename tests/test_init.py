"""`herolint init`: what is proposed follows from the files, is judged before it is shown, and never takes anything away."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import APPS, Run, plant
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from herolint import engine
from herolint.app.propose import Plan, with_entries, with_lines
from herolint.config import Config
from herolint.formats import json_tree
from herolint.init_plan import PlanError, make_plan, write
from herolint.source import SourceFile

BASES = Path(__file__).parent / "fixtures" / "bases"
DAY = date(2026, 11, 1)
OPTIONS = engine.RunOptions(today=DAY, cache=False, baseline=False)
TAKEN = ("Procfile", ".python-version", "app.json", "requirements.txt", ".slugignore", "runtime.txt")
FIXTURES = sorted(path for folder in (APPS, BASES) for path in folder.iterdir() if path.is_dir())

FLASK = {
    "app.py": """import os

from flask import Flask


def create_app():
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET_KEY"]
    return app
""",
    "requirements.txt": "flask==3.1.1\n",
    "tests/test_app.py": "import app\n",
    "docs/plan.md": "words\n",
}


def plan(folder: Path) -> Plan:
    return make_plan(folder, Config(), OPTIONS)


def texts(folder: Path) -> dict[str, str]:
    """What is proposed, by file."""
    return {one.path: one.after.decode() for one in plan(folder).files}


def procfile(folder: Path, files: dict[str, str]) -> str:
    return texts(plant(folder, files)).get("Procfile", "")


def left(folder: Path) -> dict[str, str]:
    return {one.about: one.why for one in plan(folder).left}


def found(folder: Path) -> set[tuple[str, str]]:
    return {(finding.code, finding.at.path) for finding in engine.run(folder, Config(), OPTIONS).findings}


def test_as_users_see_it(herolint: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    plant(tmp_path, FLASK)
    (tmp_path / "docs" / "plan.bin").write_bytes(os.urandom(1_000_000))
    before = sorted(path for path in tmp_path.rglob("*"))
    run = herolint("init", "--today", DAY.isoformat(), cwd=tmp_path, COLUMNS="80")
    assert run.returncode == 0
    assert run.stdout == snapshot
    assert all(len(line) <= 80 for line in run.stdout.splitlines())
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_what_it_writes_is_ready(herolint: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    plant(tmp_path, FLASK)
    run = herolint("init", "--write", "--today", DAY.isoformat(), cwd=tmp_path, COLUMNS="80")
    assert run.stdout == snapshot
    assert (tmp_path / "Procfile").read_text() == 'web: gunicorn "app:create_app()"\n'
    assert herolint("--today", DAY.isoformat(), cwd=tmp_path).stdout == "No findings: 1 app (web) checked\n"
    again = herolint("init", "--write", "--today", DAY.isoformat(), cwd=tmp_path)
    assert again.stdout == "Nothing more is missing, as far as the files tell.\n"


def test_in_a_folder_that_needs_nothing(herolint: Run, tmp_path: Path) -> None:
    shutil.copytree(BASES / "flask-clean", tmp_path / "app")
    assert herolint("init", tmp_path / "app").stdout == "Nothing more is missing, as far as the files tell.\n"


SERVED = "flask==3.1.1\ngunicorn==23.0.0\n"
COMMANDS: list[tuple[dict[str, str], str]] = [
    (
        {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "requirements.txt": "fastapi==0.120.0\nuvicorn==0.40.0\n"},
        "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n",
    ),
    (
        {"shop/__init__.py": "from flask import Flask\nserver = Flask(__name__)\n", "requirements.txt": SERVED},
        "web: gunicorn shop:server\n",
    ),
    (
        {
            "web/app.py": "import helpers\nfrom flask import Flask\napp = Flask(__name__)\n",
            "web/helpers.py": "",
            "requirements.txt": SERVED,
        },
        "web: gunicorn --chdir web app:app\n",
    ),
    (
        {
            "a.py": "from flask import Flask\ndef make():\n    return Flask(__name__)\n",
            "wsgi.py": "from a import make\napplication = make()\n",
            "run.py": "from a import make\napp = make()\n",
            "requirements.txt": SERVED,
        },
        "web: gunicorn wsgi\n",
    ),
    (
        {
            "bot.py": "import os\nimport telebot\nbot = telebot.TeleBot(os.environ['TOKEN'])\nbot.infinity_polling()\n",
            "requirements.txt": "pyTelegramBotAPI==4.29.1\n",
        },
        "worker: python bot.py\n",
    ),
    (
        {
            "app.py": "import streamlit as st\nimport charts\nst.title('x')\n",
            "charts.py": "import streamlit as st\n",
            "pages/two.py": "import streamlit as st\n",
            "requirements.txt": "streamlit==1.51.0\n",
        },
        "web: streamlit run app.py --server.port $PORT --server.address 0.0.0.0\n",
    ),
    (
        {
            "keep_alive.py": "from flask import Flask\napp = Flask('')\ndef run():\n    app.run(port=8080)\n",
            "bot.py": "import os\nimport telebot\nimport keep_alive\nbot = telebot.TeleBot(os.environ['TOKEN'])\nkeep_alive.run()\nbot.polling()\n",
            "requirements.txt": "pyTelegramBotAPI==4.29.1\nflask==3.1.1\n",
        },
        "worker: python bot.py\n",
    ),
    (
        {
            "package.json": '{\n  "name": "x",\n  "main": "index.js",\n  "dependencies": { "express": "5.1.0" }\n}\n',
            "index.js": 'const app = require("express")();\napp.listen(process.env.PORT);\n',
        },
        "web: node index.js\n",
    ),
]


@pytest.mark.parametrize(("files", "expected"), COMMANDS)
def test_commands_follow_from_the_code(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert procfile(tmp_path, files) == expected


def test_a_procfile_without_web_is_meant_so(tmp_path: Path) -> None:
    plant(tmp_path, FLASK | {"Procfile": "worker: python -m bot\n", "bot.py": "while True:\n    pass\n"})
    assert "Procfile" not in texts(tmp_path)


def test_nothing_is_guessed(tmp_path: Path) -> None:
    two = {"a.py": "from flask import Flask\none = Flask(__name__)\n", "b.py": "from flask import Flask\ntwo = Flask(__name__)\n"}
    plant(tmp_path, two | {"requirements.txt": "flask==3.1.1\ngunicorn==23.0.0\n"})
    assert "Procfile" not in texts(tmp_path)
    assert left(tmp_path) == {"web": "several objects could be meant: `a.py: one`, `b.py: two`"}


def test_a_server_that_nothing_knows_to_install_is_left_to_the_owner(tmp_path: Path) -> None:
    hashed = "flask==3.1.1 --hash=sha256:" + "0" * 64 + "\n"
    plant(tmp_path, {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": hashed})
    assert "Procfile" not in texts(tmp_path)
    assert left(tmp_path)["web"] == "install gunicorn, then `gunicorn app:app` starts it"


def test_workers_schedules_and_migrations(tmp_path: Path, app: Callable[[str], Path]) -> None:
    folder = app("django-shop")
    for name in ("Procfile", "app.json"):
        (folder / name).unlink()
    settings_file = folder / "shop" / "settings.py"
    settings_file.write_text(settings_file.read_text() + "\nCELERY_BEAT_SCHEDULE = {}\n")
    proposed = texts(folder)
    assert proposed["Procfile"].splitlines() == [
        "web: gunicorn shop.wsgi",
        "worker: celery -A shop.celery worker --loglevel info",
        "clock: celery -A shop.celery beat --loglevel info",
        "release: python manage.py migrate --noinput",
    ]
    assert '{ "plan": "heroku-postgresql" }' in proposed["app.json"]
    assert '"SECRET_KEY": { "description": "Read in shop/settings.py", "generator": "secret" }' in proposed["app.json"]


def test_files_that_are_there_are_only_added_to(tmp_path: Path, app: Callable[[str], Path]) -> None:
    folder = app("django-shop")
    (folder / "Procfile").write_bytes(b"web: gunicorn shop.wsgi\r\n")
    (folder / "app.json").write_text('{\n    "name": "shop",\n    "env": {\n        "X": "1"\n    }\n}\n')
    proposed = texts(folder)
    assert proposed["Procfile"].startswith("web: gunicorn shop.wsgi\r\nworker: celery ")
    assert (
        '    "env": {\n        "SECRET_KEY": { "description": "Read in shop/settings.py", "generator": "secret" },\n        "X": "1"\n'
        in proposed["app.json"]
    )


def test_what_the_buildpack_starts_by_itself_and_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{\n  "engines": { "node": "24.x" },\n  "scripts": { "build": "webpack" }\n}\n')
    (tmp_path / "page.js").write_text("document.title = 'a page';\n")
    assert [(one.about, one.why) for one in plan(tmp_path).left] == [("web", "nothing in the code shows what answers requests")]


def test_lines_are_added_as_most_lines_end() -> None:
    mixed = SourceFile("Procfile", b"web: a\nworker: b\r\nclock: c\n")
    proposal = with_lines(mixed, ["release: d"], "why")
    assert proposal is not None
    assert proposal.after == mixed.data + b"release: d\n"


WORDS = st.text(st.characters(codec="utf-8"), max_size=6)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
)


@given(st.dictionaries(WORDS, VALUES, max_size=4), st.sampled_from([None, 0, 2, 4, "\t"]), st.booleans(), WORDS)
def test_an_entry_more_leaves_a_json_file_as_it_was(document: dict[str, object], indent: int | str | None, crlf: bool, key: str) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    source = SourceFile("app.json", (text.replace("\n", "\r\n") if crlf else text).encode())
    root = json_tree.load(source).root
    assert root is not None
    proposal = with_entries(source, [(root, [f"{json.dumps(key)}: [", '  "new"', "]"])], "why")
    if proposal is None:
        assert indent is None or not document
        return
    assert json.loads(proposal.after) == {key: ["new"], **document}
    assert only_adds(source.data, proposal.after)


def test_what_an_app_needs_stays_in_the_slug(tmp_path: Path) -> None:
    pictures = {"tests/a.bin": "x" * 3_000_000, "docs/b.bin": "x" * 3_000_000, "spec/c.bin": "x" * 3_000_000, "art/d.psd": "x" * 3_000_000}
    serves = """from flask import Flask, send_from_directory
import spec.tool

app = Flask(__name__)


@app.route("/")
def home():
    return send_from_directory("docs", "b.bin")
"""
    uses = {"app.py": serves, "spec/__init__.py": "", "spec/tool.py": "", "requirements.txt": SERVED, ".python-version": "3.13\n"}
    assert texts(plant(tmp_path, uses | pictures))[".slugignore"] == "/tests/\n*.psd\n"


def test_an_ignored_file_is_not_overwritten(tmp_path: Path) -> None:
    plant(tmp_path, FLASK | {".gitignore": "Procfile\n", "Procfile": "web: mine\n"})
    assert texts(tmp_path).keys().isdisjoint(("Procfile", "requirements.txt")), "no server is installed that nothing starts"
    assert left(tmp_path)["Procfile"] == "there is one that a push leaves out: add that to git, or take it away"


def test_a_link_that_leads_nowhere_is_left_alone(tmp_path: Path) -> None:
    plant(tmp_path, FLASK)
    (tmp_path / "Procfile").symlink_to("elsewhere")
    assert texts(tmp_path).keys().isdisjoint(("Procfile", "requirements.txt"))
    assert left(tmp_path)["Procfile"] == "it is a link; what it leads to is not changed"


def test_nothing_is_written_over_what_came_in_between_or_through_a_link(tmp_path: Path) -> None:
    folder = plant(tmp_path / "app", FLASK)
    made = plan(folder)
    outside = tmp_path / "outside"
    outside.write_text("precious\n")
    (folder / "Procfile").symlink_to(outside)
    with pytest.raises(PlanError, match="has changed since it was read"):
        write(folder, made)
    assert outside.read_text() == "precious\n"
    assert not (folder / ".python-version").exists()


def test_a_failure_is_one_line(herolint: Run, tmp_path: Path) -> None:
    run = herolint("init", "nowhere", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "herolint: nowhere: no such folder\n"


def only_adds(before: bytes, after: bytes) -> bool:
    """Whether every line is still there, in the same order."""
    lines = iter(after.splitlines())
    return all(line in lines for line in before.splitlines())


def without(source: Path, target: Path, names: list[str]) -> Path:
    shutil.copytree(source, target)
    for name in names:
        (target / name).unlink(missing_ok=True)
    return target


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Path]:
    """A new path at each call."""
    counter = iter(range(10_000))
    return lambda: tmp_path / str(next(counter))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FIXTURES), st.lists(st.sampled_from(TAKEN), unique=True))
def test_an_app_that_lost_files_has_fewer_findings_after_it_and_none_new(fresh: Callable[[], Path], source: Path, names: list[str]) -> None:
    folder = without(source, fresh(), names)
    before = found(folder)
    existing = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    made = plan(folder)
    write(folder, made)
    after = found(folder)
    shown = {(finding.code, finding.at.path) for finding in made.shown}
    assert after - before == shown
    assert len(before - after) == made.gone
    written = {folder / one.path for one in made.files}
    assert not {path for _, path in shown} & {one.path for one in made.files}
    for path, data in existing.items():
        assert path.read_bytes() == data or (path in written and only_adds(data, path.read_bytes()))
    assert not plan(folder).files


@pytest.mark.parametrize("name", ["flask-clean", "fastapi-clean", "django-clean"])
def test_a_clean_app_that_lost_its_procfile_and_version_is_clean_again(tmp_path: Path, name: str) -> None:
    folder = without(BASES / name, tmp_path / name, ["Procfile", ".python-version"])
    before = found(folder)
    write(folder, plan(folder))
    assert before
    assert not found(folder)


def test_the_readme_shows_a_real_proposal(herolint: Run, tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- init -->")[2].partition("```text\n")[2].partition("```")[0]
    folder = without(BASES / "flask-clean", tmp_path / "app", ["Procfile", ".python-version"])
    assert herolint("init", "--today", DAY.isoformat(), folder, COLUMNS="80").stdout == shown
