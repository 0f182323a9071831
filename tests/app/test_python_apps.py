"""Python apps whose files cannot stand on a rule's page: values that look like secrets, rights of files, ends of lines."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.app.linking.values import Known
from herolint.app.model import App
from herolint.config import Config
from herolint.context import Context
from herolint.platforms import load
from herolint.workspace import open_workspace
from herolint.workspace.apps import AppRoot

TODAY = datetime.date(2026, 11, 26)
SIGNED = """from fastapi import FastAPI
from jose import jwt

SECRET_KEY = "{key}"
app = FastAPI()


@app.post("/token")
async def token(name: str):
    return jwt.encode({{"sub": name}}, SECRET_KEY, algorithm="HS256")
"""


def codes(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    """Rules and messages of what is found in a tree, HL412's notes aside."""
    plant(root, files)
    result = engine.run(root, Config(), engine.RunOptions(today=TODAY, cache=False))
    return [(found.code, found.message) for found in result.findings if found.code != "HL412"]


def test_a_signing_key_is_told_once_and_as_what_it_is(tmp_path: Path) -> None:
    files = {
        "main.py": SIGNED.format(key="beb6d93c" + "01f4a7e25d88c19b" + "7a40f6e3"),
        "Procfile": "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n",
        "requirements.txt": "fastapi==0.115.12\npython-jose==3.5.0\nuvicorn==0.34.2\n",
        ".python-version": "3.13\n",
    }
    assert [message for rule, message in codes(tmp_path, files) if rule == "HL701"] == ["the key for jose.jwt.encode stands in the code"]


@pytest.mark.parametrize(
    ("script", "mode", "said"),
    [
        ("#!/bin/sh\nexec gunicorn app:app\n", 0o644, "which git does not hold as executable"),
        ("#!/bin/sh\r\nexec gunicorn app:app\r\n", 0o755, "whose first line ends in CR"),
        ("#!/usr/bin/env python2\nprint('up')\n", 0o755, "whose first line asks for python2"),
        ("#!/bin/sh\nexec gunicorn app:app\n", 0o755, ""),
    ],
)
def test_what_keeps_a_script_from_starting(script: str, mode: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "up.sh").write_bytes(script.encode())
    (tmp_path / "up.sh").chmod(mode)
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "Procfile": "web: ./up.sh\n",
        "requirements.txt": "Flask==3.1.1\ngunicorn==23.0.0\n",
        ".python-version": "3.13\n",
    }
    found = [message for rule, message in codes(tmp_path, files) if rule == "HL110"]
    assert [said in message for message in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("gunicorn", "django", "named"),
    [("19.9.0", "4.2.7", "3.11"), ("21.2.0", "3.1.14", "3.12"), ("21.2.0", "2.0", None)],
)
def test_a_fix_names_no_python_with_which_something_else_fails(gunicorn: str, django: str, named: str | None, tmp_path: Path) -> None:
    files = {
        "manage.py": 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/__init__.py": "",
        "shop/settings.py": 'import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\nROOT_URLCONF = "shop.urls"\n',
        "shop/urls.py": "urlpatterns = []\n",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
        "Procfile": "web: gunicorn shop.wsgi\n",
        "requirements.txt": f"Django=={django}\ngunicorn=={gunicorn}\n",
    }
    plant(tmp_path, files)
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=TODAY, cache=False))
    fixes = [str(found.fix) for found in result.findings if found.code == "HL420"]
    assert len(fixes) == 1
    assert f"`{named}`" in fixes[0] if named else "`3.1" not in fixes[0]


@pytest.mark.parametrize(("requires", "told"), [(">=3.12,<3.13", []), (">=3.12", ["HL420"])])
def test_pins_are_not_judged_with_a_python_that_uv_will_not_use(requires: str, told: list[str], tmp_path: Path) -> None:
    files = {
        "app.py": "import numpy\nfrom flask import Flask\n\napp = Flask(__name__)\n",
        "Procfile": "web: gunicorn app:app\n",
        "pyproject.toml": f'[project]\nname = "shop"\nversion = "0.1.0"\nrequires-python = "{requires}"\n'
        'dependencies = ["flask", "gunicorn", "numpy==1.26.4"]\n',
        "uv.lock": f'version = 1\nrequires-python = "{requires}"\n\n'
        + "".join(
            f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n'
            for name, version in (("flask", "3.1.1"), ("gunicorn", "23.0.0"), ("numpy", "1.26.4"))
        )
        + '[[package]]\nname = "shop"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "flask" }, { name = "gunicorn" }, { name = "numpy" }]\n',
    }
    found = [rule for rule, _ in codes(tmp_path, files)]
    assert "HL407" in found
    assert [rule for rule in found if rule in ("HL410", "HL420")] == told


JOBS = {
    "app.py": "from flask import Flask, request\n\nfrom jobs import resize\n\napp = Flask(__name__)\n\n\n"
    '@app.post("/photos")\ndef photos():\n    resize.delay(request.json["name"])\n    return "", 202\n',
    "jobs.py": "import os\n\nfrom celery import Celery\n\nqueue = Celery('jobs', broker=os.environ['REDIS_URL'])\n\n\n"
    "@queue.task\ndef resize(name):\n    with open(f'photos/{name}.log', 'w') as file:\n        file.write(name)\n",
    "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\ncelery[redis]==5.5.3\n",
    ".python-version": "3.13\n",
}


def writers(root: Path, procfile: str) -> set[str]:
    """The process types that are said to write the file of the job."""
    plant(root, {**JOBS, "Procfile": procfile})
    result = engine.run(root, Config(select=("HL204",)), engine.RunOptions(today=TODAY, cache=False))
    return {place.label.split()[0] for found in result.findings for place in (found.at, *found.related) if " runs it" in place.label}


def test_a_job_runs_in_the_process_that_takes_jobs(tmp_path: Path) -> None:
    assert writers(tmp_path, "web: gunicorn app:app\nworker: celery -A jobs worker\nclock: celery -A jobs beat\n") == {"worker"}


def test_where_no_process_takes_jobs_whoever_queues_them_may_run_them(tmp_path: Path) -> None:
    assert writers(tmp_path, "web: gunicorn app:app\n") == {"web"}


@pytest.mark.parametrize("looked_at", [(), ("tools/seed.py",)])
def test_what_a_default_comes_to_does_not_depend_on_which_files_were_looked_at(looked_at: tuple[str, ...], tmp_path: Path) -> None:
    """A script that nobody starts gives another path; what runs does not."""
    files = {
        "work.py": "import sqlite3\n\n\ndef keep(path='shop.db'):\n    return sqlite3.connect(path)\n",
        "app.py": "from flask import Flask\n\nfrom work import keep\n\napp = Flask(__name__)\nkeep()\n",
        "tools/seed.py": "from work import keep\n\nkeep('seed.db')\n",
        "Procfile": "web: gunicorn app:app\n",
    }
    plant(tmp_path, files)
    app = App(open_workspace(tmp_path), AppRoot("", "", True), Context(), load(), TODAY)
    assert app.code.modules
    for path in looked_at:
        assert app.code.code.mod(path) is not None
    [opened] = app.code.effects_of("opens-database")
    assert app.code.argument(opened, opened.row.path)[1] == Known("shop.db")


@pytest.mark.parametrize(("name", "told"), [("orders.json", "HL202"), ("progress.json", "HL204"), ("query_cache.json", "HL204")])
def test_a_file_about_what_runs_just_now_is_no_store(name: str, told: str, tmp_path: Path) -> None:
    files = {
        "app.py": "import json\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n"
        f'@app.post("/")\ndef put():\n    with open("{name}", "w") as file:\n        json.dump(request.json, file)\n    return "", 204\n\n\n'
        f'@app.get("/")\ndef show():\n    with open("{name}") as file:\n        return json.load(file)\n',
        "Procfile": "web: gunicorn app:app\n",
        "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n",
        ".python-version": "3.13\n",
    }
    assert [rule for rule, _ in codes(tmp_path, files) if rule.startswith("HL20")] == [told]


@pytest.mark.parametrize(
    ("procfile", "told"),
    [
        ("web: redis-server --daemonize yes & gunicorn app:app\n", ["HL112"]),
        ("web: gunicorn app:app\n", ["HL301"]),
        ("web: gunicorn app:app\ncache: redis-server\n", ["HL301"]),
    ],
)
def test_a_service_that_the_process_starts_itself_is_there(procfile: str, told: list[str], tmp_path: Path) -> None:
    files = {
        "app.py": "from flask import Flask\nfrom redis import Redis\n\napp = Flask(__name__)\nseen = Redis(host='127.0.0.1', port=6379)\n",
        "Procfile": procfile,
        "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\nredis==6.4.0\n",
        ".python-version": "3.13\n",
    }
    assert [rule for rule, _ in codes(tmp_path, files) if rule in ("HL112", "HL301")] == told
