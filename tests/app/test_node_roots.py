"""Where a Node.js app of a repository starts: Procfiles in folders, folders that a workflow pushes, lists of pm2."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
SERVER = 'require("node:http").createServer((request, response) => response.end("up")).listen(process.env.PORT);\n'
BOT = 'setInterval(() => console.log("still here"), 60000);\n'


def package(**fields: object) -> str:
    return json.dumps({"name": "orders", "private": True, "engines": {"node": "24.x"}, **fields})


def told(root: Path, files: dict[str, str]) -> set[tuple[str, str]]:
    """The code and severity of each finding."""
    plant(root, files)
    result = engine.run(root, Config(), OPTIONS)
    assert not result.problems
    return {(found.code, found.severity.word) for found in result.findings} - {("HL405", "warning")}


def test_a_procfile_that_goes_into_its_own_folder_is_put_at_the_root(tmp_path: Path) -> None:
    files = {"package.json": package(), "packages/api/package.json": package(), "packages/api/server.js": SERVER}
    assert told(tmp_path, {**files, "packages/api/Procfile": "web: cd packages/api && node server.js\n"}) == set()


@pytest.mark.parametrize(("scripts", "expected"), [({}, {("HL101", "warning")}), ({"start": "node api/server.js"}, set())])
def test_a_procfile_in_a_folder_misses_where_the_root_starts_nothing(tmp_path: Path, scripts: object, expected: object) -> None:
    files = {"api/package.json": package(), "api/server.js": SERVER, "api/Procfile": "web: node server.js\n"}
    assert told(tmp_path, {**files, "package.json": package(scripts=scripts)}) == expected


def test_procfiles_of_several_folders_are_of_apps_that_are_pushed_alone(tmp_path: Path) -> None:
    files = {"package.json": package(), **{f"{name}/Procfile": f"{name}: node {name}.js\n" for name in ("web", "jobs")}}
    assert ("HL101", "error") not in told(tmp_path, files)


def test_a_folder_whose_app_json_makes_it_the_root(tmp_path: Path) -> None:
    listed = [{"url": "https://github.com/timanovsky/subdir-heroku-buildpack"}, {"url": "heroku/nodejs"}]
    files = {"api/package.json": package(), "api/server.js": SERVER, "api/Procfile": "web: node server.js\n"}
    assert told(tmp_path, {**files, "package.json": package(), "api/app.json": json.dumps({"buildpacks": listed})}) == set()


@pytest.mark.parametrize("file", ["deploy.sh", "README.md"])
@pytest.mark.parametrize(("words", "expected"), [("subtree push --prefix api", set()), ("push", {("HL101", "error")})])
def test_a_folder_that_is_pushed_by_hand(tmp_path: Path, file: str, words: str, expected: object) -> None:
    files = {"package.json": package(), "api/package.json": package(), "api/server.js": SERVER, "api/Procfile": "web: node server.js\n"}
    assert told(tmp_path, {**files, file: f"git {words} heroku main\n"}) == expected


DEPLOY = """
jobs:
  deploy:
    steps:
      - uses: akhileshns/heroku-deploy@v3
        with:
          heroku_app_name: orders
          {inputs}
"""


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [("appdir: api", {("HL105", "error")}), ("branch: main", {("HL108", "warning")})],
)
def test_the_folder_that_a_workflow_pushes_is_the_app(tmp_path: Path, inputs: str, expected: object) -> None:
    pages = package(scripts={"start": "react-scripts start"}, dependencies={"react-scripts": "5.0.1"})
    files = {"package.json": pages, "api/package.json": package(scripts={"start": "node index.js"}), "api/index.js": BOT}
    assert told(tmp_path, {**files, ".github/workflows/deploy.yml": DEPLOY.replace("{inputs}", inputs)}) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("appdir: api", {("HL105", "error")}),
        ("appdir: api\n          buildpack: heroku-community/apt", {("HL105", "error")}),
        ("appdir: api\n          buildpack: https://github.com/example/pages-buildpack", set()),
    ],
)
def test_what_else_a_workflow_says_of_the_folder_that_it_pushes(tmp_path: Path, inputs: str, expected: object) -> None:
    files = {"README.md": "Orders\n", "api/package.json": package(scripts={"start": "node index.js"}), "api/index.js": BOT}
    if "pages" in inputs:
        files = {"README.md": "Orders\n", "api/index.html": "<h1>Orders</h1>\n", "api/static.json": "{}\n"}
    assert told(tmp_path, {**files, ".github/workflows/deploy.yml": DEPLOY.replace("{inputs}", inputs)}) == expected


@pytest.mark.parametrize(
    ("also", "expected"), [("npm test", set()), ("git push https://git.heroku.com/orders.git main", {("HL105", "error")})]
)
def test_the_whole_is_an_app_where_another_step_pushes_it(tmp_path: Path, also: str, expected: object) -> None:
    files = {"package.json": package(scripts={"start": "node index.js"}), "index.js": BOT, "api/package.json": package()}
    workflow = DEPLOY.replace("{inputs}", f"appdir: api\n      - run: {also}")
    files |= {"api/server.js": SERVER, ".github/workflows/deploy.yml": workflow}
    assert told(tmp_path, files) == expected


LISTS = {
    "ecosystem.config.js": 'module.exports = { apps: [{ name: "api", script: "./server.js", instances: 2 }] };\n',
    "process.json": '{ "apps": [{ "name": "api", "script": "server.js" }] }\n',
    "pm2.yml": "apps:\n  - name: api\n    script: server.js\n",
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("source", "expected"), [(SERVER, set()), (BOT, {("HL105", "error")})])
def test_what_pm2_is_told_to_run_by_a_file(tmp_path: Path, name: str, source: str, expected: object) -> None:
    files = {"Procfile": f"web: pm2-runtime start {name}\n", name: LISTS[name], "server.js": source}
    assert told(tmp_path, {**files, "package.json": package(dependencies={"pm2": "6.0.0"})}) == expected


@pytest.mark.parametrize(
    ("told_pm2", "expected"),
    [
        ('script: "npm", args: "run api"', set()),
        ('script: "npm", args: ["run", "gone"]', {("HL110", "error")}),
        ('script: "npm run api"', set()),
        ('script: "node_modules/next/dist/bin/next", args: "start"', set()),
        ('args: "run api", script: "npm"', set()),
        ('script: "server.js", interpreter: process.execPath', set()),
        ('script: "gone.py"', {("HL110", "error")}),
    ],
)
def test_what_pm2_is_told_to_run_with_words_behind_it(tmp_path: Path, told_pm2: str, expected: object) -> None:
    config = f"module.exports = {{ apps: [{{ name: 'api', {told_pm2} }}] }};\n"
    manifest = package(dependencies={"pm2": "6.0.0", "next": "16.0.1"}, scripts={"api": "node server.js"})
    files = {"Procfile": "web: pm2-runtime start ecosystem.config.js\n", "ecosystem.config.js": config, "server.js": SERVER}
    assert told(tmp_path, {**files, "package.json": manifest}) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pm2-runtime npm -- run api", set()),
        ("pm2-runtime start npm --name api -- run api", set()),
        ('pm2-runtime start "npm run api"', set()),
        ("pm2-runtime npm -- run gone", {("HL110", "error")}),
        ("pm2 start npm -- run api", {("HL112", "warning")}),
    ],
)
def test_pm2_that_runs_a_package_manager(tmp_path: Path, command: str, expected: object) -> None:
    manifest = package(dependencies={"pm2": "6.0.0"}, scripts={"api": "node server.js"})
    assert told(tmp_path, {"Procfile": f"web: {command}\n", "package.json": manifest, "server.js": SERVER}) == expected
