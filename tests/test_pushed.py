"""Which of the apps in a repository are judged, and what is said of a root that nobody pushes."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from conftest import plant
from hypothesis import given
from hypothesis import strategies as st

from herolint import engine
from herolint.config import Config
from herolint.result import Result
from herolint.source import SourceFile
from herolint.workspace import Workspace
from herolint.workspace.entries import Entry
from herolint.workspace.written_for import goes_in_from_root, starts_own_files

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
FLASK = {
    ".python-version": "3.14\n",
    "Procfile": "web: gunicorn app:app\n",
    "requirements.txt": "flask==3.1.1\ngunicorn==23.0.0\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
}
PAGES = {
    "package.json": json.dumps({"name": "shop", "private": True, "scripts": {"start": "vite"}, "devDependencies": {"vite": "5.4.14"}}),
    "index.html": '<script type="module" src="/src/main.ts"></script>\n',
    "src/main.ts": 'document.body.textContent = "shop";\n',
}


def below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


def linted(root: Path, files: dict[str, str]) -> Result:
    plant(root, files)
    result = engine.run(root, Config(), OPTIONS)
    assert not result.problems
    return result


def told(result: Result) -> list[tuple[str, str, str]]:
    return [(found.at.path, found.code, found.severity.word) for found in result.findings]


def apps(result: Result) -> list[tuple[str, tuple[str, ...]]]:
    return [(app.path, app.processes) for app in result.apps]


def test_pages_at_the_root_beside_a_server_in_a_folder_get_one_warning(tmp_path: Path) -> None:
    result = linted(tmp_path, PAGES | below("backend", FLASK))
    assert told(result) == [("backend/Procfile", "HL101", "warning")]
    assert apps(result) == [("", ()), ("backend", ("web",))]


@pytest.mark.parametrize("file", ["vercel.json", "netlify.toml", "firebase.json"])
def test_a_root_that_another_host_builds_gets_none(tmp_path: Path, file: str) -> None:
    assert told(linted(tmp_path, {file: "", **PAGES, **below("backend", FLASK)})) == []


@pytest.mark.parametrize(("blueprint", "severity"), [("rootDir: ./backend", "warning"), ("buildCommand: cd backend", "error")])
def test_a_folder_that_another_host_is_given_lowers_what_is_said_of_the_root(tmp_path: Path, blueprint: str, severity: str) -> None:
    text = f"services:\n  - type: web\n    runtime: python\n    {blueprint}\n"
    assert told(linted(tmp_path, {"render.yaml": text, **below("backend", FLASK)})) == [("", "HL401", severity)]


def test_what_a_folder_is_told_is_not_said_of_the_root_as_well(tmp_path: Path) -> None:
    files = FLASK | {"venv/pyvenv.cfg": "home = /usr/bin\n", "venv/lib/python3.14/site-packages/six.py": ""}
    found = linted(tmp_path, below("backend", files)).findings
    assert [(one.app, one.severity.word) for one in found if one.at.path == "backend/venv/pyvenv.cfg"] == [("backend", "error")]


def test_a_root_that_is_built_for_the_platform_is_judged(tmp_path: Path) -> None:
    whole = json.loads(PAGES["package.json"])
    whole["scripts"]["heroku-postbuild"] = "cd backend && echo built"
    found = told(linted(tmp_path, {**PAGES, "package.json": json.dumps(whole), **below("backend", FLASK)}))
    assert ("package.json", "HL111", "error") in found


def test_a_root_whose_server_starts_is_an_app_as_well(tmp_path: Path) -> None:
    source = 'require("node:http").createServer((a, b) => b.end("up")).listen(3000);\n'
    server = {"package.json": '{"name": "api", "scripts": {"start": "node index.js"}}', "index.js": source}
    found = told(linted(tmp_path, server | below("admin", FLASK)))
    assert ("index.js", "HL105", "error") in found


def test_folders_that_are_apps_by_themselves_are_judged_as_pushed(tmp_path: Path) -> None:
    files = FLASK | {"requirements.txt": "flask==3.1.1\ngunicorn==23.0.0\ntwisted==18.8.0\npywin32==306\n"}
    found = told(linted(tmp_path, below("backend", files)))
    assert ("backend/requirements.txt", "HL410", "error") in found
    assert ("", "HL401", "error") in found


def test_nothing_at_a_root_with_two_apps_is_a_warning(tmp_path: Path) -> None:
    found = told(linted(tmp_path, below("api", FLASK) | below("jobs", FLASK)))
    assert found == [("", "HL401", "warning")]


def test_a_root_with_a_procfile_is_pushed_whatever_another_host_gets(tmp_path: Path) -> None:
    found = told(linted(tmp_path, {"vercel.json": "{}", "Procfile": "web: cd backend && gunicorn app:app\n", **below("backend", FLASK)}))
    assert found == [("Procfile", "HL401", "error")]


@pytest.mark.parametrize("command", ["web: ./dist/build/shop/shop production", "web: gunicorn --worker-class gevent config.prod.wsgi"])
def test_a_procfile_to_copy_makes_no_app(tmp_path: Path, command: str) -> None:
    files = {"setup.py": "from setuptools import setup\n\nsetup(name='shop')\n", "shop/views.py": "", "deploy/Procfile": command}
    assert apps(linted(tmp_path, files)) == [("", ())]


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("web: streamlit run app/pages.py", True),
        ("web: gunicorn app.pages:app", True),
        ("web: python -m app.pages", True),
        ("web: cd app && gunicorn pages:app", True),
        ("web: npm start --prefix app", True),
        ("web: gunicorn pages:app", False),
        ("web: gunicorn app:app", False),
        ("web: bin/app", False),
        ("web: celery -A app worker", False),
    ],
)
def test_for_which_folder_a_procfile_is_written(tmp_path: Path, command: str, written: bool) -> None:
    files = {"requirements.txt": "", "app/requirements.txt": "", "app/pages.py": "", "app/app.py": "", "app/Procfile": command + "\n"}
    assert [(app, bool(processes)) for app, processes in apps(linted(tmp_path, files))][1:] == ([] if written else [("app", True)])


def test_a_project_whose_folder_has_its_own_name_is_entered_from_the_root(tmp_path: Path) -> None:
    files = {"requirements.txt": "", "shop/package.json": "{}", "shop/manage.py": "", "shop/shop/wsgi.py": ""}
    result = linted(tmp_path, files | {"shop/Procfile": "web: cd shop; python manage.py migrate; gunicorn shop.wsgi\n"})
    assert apps(result) == [("", ("web",))]


def test_a_procfile_that_names_files_from_the_root_lies_in_the_wrong_place(tmp_path: Path) -> None:
    files = {**FLASK, "shop/pages.py": FLASK["app.py"], "shop/Procfile": "web: gunicorn shop.pages:app\n"}
    del files["Procfile"]
    assert told(linted(tmp_path, files)) == [("shop/Procfile", "HL101", "warning")]
    buildpacks = [{"url": "heroku-community/multi-procfile"}, {"url": "heroku/python"}]
    assert told(linted(tmp_path, {"app.json": json.dumps({"buildpacks": buildpacks})})) == []


def test_lines_that_are_dropped_are_those_of_the_procfile_that_is_put_at_the_root(tmp_path: Path) -> None:
    files = {**FLASK, "shop/pages.py": FLASK["app.py"], "shop/Procfile": "web:cd shop && gunicorn pages:app\n"}
    del files["Procfile"]
    assert ("shop/Procfile", "HL102", "error") in told(linted(tmp_path, files))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("deploy.sh", "git subtree push --prefix backend heroku main\n"),
        ("Makefile", "deploy:\n\tgit push heroku `git subtree split --prefix backend main`:main --force\n"),
        (".circleci/config.yml", "jobs:\n  deploy:\n    steps:\n      - run: git subtree push --prefix=backend heroku main\n"),
        (".github/workflows/deploy.yml", "jobs:\n  a:\n    steps:\n      - run: git subtree split --prefix backend -b release\n{push}"),
        ("package.json", '{"name": "shop", "scripts": {"deploy": "git subtree push --prefix backend heroku main"}}'),
        ("README.md", "git subtree push --prefix backend heroku main\n"),
        ("backend/README.md", "    git subtree push --prefix backend heroku main\n"),
        ("README.md", "heroku buildpacks:add timanovsky/subdir-heroku-buildpack\nheroku config:set PROJECT_PATH=backend\n"),
        ("deploy.sh", "heroku buildpacks:add https://github.com/lstoll/heroku-buildpack-monorepo\nheroku config:set APP_BASE=backend\n"),
        (
            "app.json",
            '{"buildpacks": [{"url": "timanovsky/subdir"}, {"url": "heroku/python"}], "env": {"PROJECT_PATH": {"value": "backend"}}}',
        ),
    ],
)
def test_what_tells_that_a_folder_is_pushed(tmp_path: Path, file: str, text: str) -> None:
    text = text.replace("{push}", "      - run: git push -f https://git.heroku.com/shop.git release:main\n")
    result = linted(tmp_path, {**PAGES, **below("backend", FLASK), file: text})
    assert told(result) == []
    assert apps(result) == [("", ()), ("backend", ("web",))]


@pytest.mark.parametrize("text", ["git subtree push --prefix dist origin gh-pages\n", "git push origin main\n"])
def test_what_tells_nothing(tmp_path: Path, text: str) -> None:
    assert ("", "HL401", "error") in told(linted(tmp_path, {**below("backend", FLASK), "deploy.sh": text}))


def test_a_folder_with_an_image_is_an_app_beside_pages(tmp_path: Path) -> None:
    image = {"heroku.yml": "build:\n  docker:\n    web: Dockerfile\n", "Dockerfile": 'FROM python:3.14-slim\nCMD ["python", "app.py"]\n'}
    source = "import http.server\n\nhttp.server.HTTPServer(('0.0.0.0', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    result = linted(tmp_path, PAGES | below("backend", {**image, "app.py": source}))
    assert ("backend/app.py", "HL105", "error") in told(result)


class OneFile(Workspace):
    """A folder with a Procfile that is never on disk."""

    def __init__(self, text: str) -> None:
        self.source = SourceFile("app/Procfile", text.encode("utf-8", "surrogatepass"))
        super().__init__(Path(), {"app/Procfile": Entry("app/Procfile", 1, "file")}, {}, [])

    def read(self, path: str) -> SourceFile | None:
        return self.source


@given(st.text(max_size=200))
def test_any_text_may_be_a_procfile(text: str) -> None:
    assert not starts_own_files(OneFile(f"web: {text}".replace("Procfile", "")), "app/Procfile")
    goes_in_from_root(OneFile(text), "app/Procfile")
