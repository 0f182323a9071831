"""Node.js apps as people write them: what is right stays silent, what stands beside it and is wrong is told."""

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
EXPRESS = 'const express = require("express");\nconst app = express();\n%s\napp.listen(process.env.PORT);\n'


def package(**fields: object) -> str:
    return json.dumps({"name": "orders", "private": True, "engines": {"node": "24.x"}, **fields})


def told(root: Path, files: dict[str, str]) -> list[tuple[str, str, str]]:
    """The code, severity and message of each finding but that of the lock file."""
    plant(root, files)
    result = engine.run(root, Config(), OPTIONS)
    assert not result.problems
    return [(found.code, found.severity.word, found.message) for found in result.findings if found.code != "HL405"]


def codes(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, severity) for code, severity, _ in told(root, files)]


@pytest.mark.parametrize(
    ("command", "main", "expected"),
    [
        ("node .", "app/main.js", []),
        ("node . --color", None, []),
        ("node .", "app/gone.js", [("HL110", "error")]),
        ("node app", "app/main.js", [("HL110", "error")]),
    ],
)
def test_a_folder_that_node_is_told_to_run(tmp_path: Path, command: str, main: str | None, expected: object) -> None:
    files = {"Procfile": f"web: {command}\n", "package.json": package(main=main) if main else package()}
    assert codes(tmp_path, {**files, ("app/main.js" if main else "index.js"): SERVER}) == expected


def test_commands_of_pm2_are_no_scripts(tmp_path: Path) -> None:
    files = {"Procfile": "web: pm2 start server.js && pm2 save && pm2 logs\n", "package.json": package(dependencies={"pm2": "6.0.0"})}
    assert codes(tmp_path, {**files, "server.js": SERVER}) == [("HL112", "warning")]


CLIENT = package(scripts={"build": "vite build"}, devDependencies={"vite": "7.2.0"})


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ("cd client && npm run build", [("HL418", "error")]),
        ("cd client && npm install && npm run build", []),
        ("npm run build --prefix client", [("HL418", "error")]),
        ("yarn --cwd client && yarn --cwd client build", []),
    ],
)
def test_a_build_in_a_folder_needs_its_packages(tmp_path: Path, build: str, expected: object) -> None:
    files = {
        "package.json": package(scripts={"start": "node server.js", "build": build}),
        "server.js": SERVER,
        "client/package.json": CLIENT,
    }
    assert codes(tmp_path, files) == expected


def test_packages_of_a_workspace_come_with_the_root(tmp_path: Path) -> None:
    root = package(scripts={"start": "node server.js", "build": "cd client && npm run build"}, workspaces=["client"])
    assert codes(tmp_path, {"package.json": root, "server.js": SERVER, "client/package.json": CLIENT}) == []


def test_pages_that_postinstall_alone_builds(tmp_path: Path) -> None:
    root = package(scripts={"start": "node server.js", "postinstall": "npm install --prefix client && npm run build --prefix client"})
    client = package(scripts={"build": "react-scripts build"}, dependencies={"react-scripts": "4.0.3"})
    assert codes(tmp_path, {"package.json": root, "server.js": SERVER, "client/package.json": client}) == [("HL421", "error")]


NEST = 'import { NestFactory } from "@nestjs/core";\n\nNestFactory.create(class {}).then((app) => app.listen(9821));\n'


def test_the_entry_that_nest_is_told_of(tmp_path: Path) -> None:
    needs = {"@nestjs/cli": "11.0.10", "@nestjs/core": "11.1.9"}
    files = {"nest-cli.json": '{ "sourceRoot": "src", "entryFile": "api/main" }\n', "src/api/main.ts": NEST}
    found = codes(tmp_path, {**files, "package.json": package(scripts={"start": "nest start"}, dependencies=needs)})
    assert ("HL105", "error") in found


CHILD = "await new Promise((resolve) => {\nconst child = spawn('ssh', ['host']);\n%schild.on('exit', resolve);\n});\nresponse.end();"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CHILD % "", ["HL503"]),
        (CHILD % "setTimeout(() => child.kill(), 5000);\n", []),
        ("response.end(execSync('git describe --tags'));", []),
    ],
)
def test_programs_that_something_ends(tmp_path: Path, body: str, expected: list[str]) -> None:
    handler = f"app.get('/', async (request, response) => {{\n{body}\n}});"
    server = 'const { execSync, spawn } = require("node:child_process");\n' + EXPRESS % handler
    files = {"package.json": package(scripts={"start": "node server.js"}, dependencies={"express": "5.1.0"}), "server.js": server}
    assert [code for code, _ in codes(tmp_path, files) if code == "HL503"] == expected


@pytest.mark.parametrize(("end", "expected"), [("", ["HL602"]), (".unref()", [])])
def test_a_timer_that_does_not_keep_the_process_up(tmp_path: Path, end: str, expected: list[str]) -> None:
    timer = f"setInterval(() => fetch('https://api.example.com/rates'), 300000){end};"
    files = {"package.json": package(scripts={"start": "node server.js"}, dependencies={"express": "5.1.0"}), "server.js": EXPRESS % timer}
    assert [code for code, _ in codes(tmp_path, files)] == expected


@pytest.mark.parametrize(("needs", "expected"), [({"vite": "7.2.0"}, ["HL310"]), ({"vite": "7.2.0", "@tauri-apps/api": "2.9.0"}, [])])
def test_a_program_for_the_desk_asks_its_own_machine(tmp_path: Path, needs: dict[str, str], expected: list[str]) -> None:
    page = "export const health = () => fetch('http://localhost:3400/health');\n"
    files = {"package.json": package(scripts={"start": "node server.js"}), "server.js": SERVER}
    files |= {"desktop/package.json": package(devDependencies=needs), "desktop/src/main.ts": page}
    assert [code for code, _ in codes(tmp_path, files)] == expected


def test_the_root_folder_of_packages_is_named_first(tmp_path: Path) -> None:
    files = {
        "lib/a/node_modules/x/index.js": "",
        "node_modules/y/index.js": "",
        "package.json": package(scripts={"start": "node server.js"}),
    }
    found = told(tmp_path, {**files, "server.js": SERVER})
    assert [message for code, _, message in found if code == "HL413"] == ["node_modules/ is committed (2 files)"]


def test_a_session_on_the_disk(tmp_path: Path) -> None:
    bot = 'const { useMultiFileAuthState } = require("@whiskeysockets/baileys");\n\nuseMultiFileAuthState("session");\n' + SERVER
    files = {
        "package.json": package(scripts={"start": "node server.js"}, dependencies={"@whiskeysockets/baileys": "7.0.0"}),
        "server.js": bot,
    }
    assert ("HL202", "error") in codes(tmp_path, files)


@pytest.mark.parametrize("command", ["next build && next start", "remix vite:build && remix-serve ./build/server/index.js"])
def test_a_framework_that_builds_at_the_start(tmp_path: Path, command: str) -> None:
    needs = {"next": "16.0.3", "@remix-run/dev": "2.17.2", "@remix-run/serve": "2.17.2"}
    assert ("HL115", "warning") in codes(tmp_path, {"Procfile": f"web: {command}\n", "package.json": package(dependencies=needs)})


CONFIG = """
const local = { user: "orders" };
exports.config = function () {
  const connectionString = process.env.DATABASE_URL;
  if (connectionString) {
    return { connectionString, ssl: { rejectUnauthorized: false } };
  }
  return %s;
};
"""


@pytest.mark.parametrize("otherwise", ["local", "{}", "require('./local.json')"])
def test_an_address_that_a_function_takes_from_the_environment(tmp_path: Path, otherwise: str) -> None:
    server = 'const { Pool } = require("pg");\nconst { config } = require("./config");\n'
    server += (
        EXPRESS
        % "const pool = new Pool(config());\napp.get('/', async (request, response) => response.json(await pool.query('SELECT 1')));"
    )
    files = {"config.js": CONFIG % otherwise, "local.json": "{}", "server.js": server}
    files["package.json"] = package(scripts={"start": "node server.js"}, dependencies={"express": "5.1.0", "pg": "8.16.3"})
    assert codes(tmp_path, files) == []


def test_a_program_that_ends_has_no_requests_beside_it(tmp_path: Path) -> None:
    command = 'const { Worker } = require("node:worker_threads");\n\nnew Worker("./resize.js").on("exit", () => console.log("done"));\n'
    files = {"package.json": package(scripts={"start": "node shrink.js"}), "shrink.js": command, "resize.js": "console.log(1);\n"}
    assert codes(tmp_path, files) == [("HL105", "error")]  # as web it serves nobody


@pytest.mark.parametrize(("asked", "expected"), [("7.18.2", [("HL421", "error")]), ("8.16.3", [])])
def test_an_old_driver_that_a_package_of_the_repository_asks_for(tmp_path: Path, asked: str, expected: object) -> None:
    server = 'const { Pool } = require("pg");\nconst pool = new Pool({ connectionString: process.env.DATABASE_URL, ssl: true });\n'
    files = {
        "Procfile": "web: node packages/api/server.js\n",
        "package.json": package(scripts={"heroku-postbuild": "cd packages/site && webpack"}, devDependencies={"pg": "8.16.3"}),
        "packages/api/package.json": package(dependencies={"pg": asked}),
        "packages/api/server.js": server + SERVER.replace("response.end", 'pool.query("SELECT 1") && response.end'),
    }
    assert [found for found in codes(tmp_path, files) if found[0] == "HL421"] == expected


@pytest.mark.parametrize("command", ["gulp serve", "node node_modules/.bin/gulp serve"])
def test_an_old_gulp_that_a_process_starts(tmp_path: Path, command: str) -> None:
    files = {
        "Procfile": f"worker: {command}\nweb: node server.js\n",
        "server.js": SERVER,
        "gulpfile.js": 'require("gulp").task("serve");\n',
    }
    assert codes(tmp_path, {**files, "package.json": package(dependencies={"gulp": "3.9.1"})}) == [("HL421", "error")]


OLD_GULP: dict[str, object] = {"scripts": {"build": "gulp build", "start": "node server.js"}, "devDependencies": {"gulp": "3.9.1"}}


@pytest.mark.parametrize(
    ("more", "files", "expected"),
    [
        ({}, {}, [("HL421", "error")]),
        ({"overrides": {"gulp": {"graceful-fs": "4.2.11"}}}, {}, []),
        ({"resolutions": {"**/graceful-fs": "4.2.11"}}, {}, []),
        ({"pnpm": {"overrides": {"vinyl-fs>graceful-fs": "4.2.11"}}}, {}, []),
        ({"scripts": {"build": "node gulp.js", "start": "node server.js"}}, {"gulp.js": ""}, []),
        ({"devDependencies": {"gulp": "npm:gulp-next@3.9.1"}}, {}, []),
    ],
)
def test_an_old_gulp_that_the_build_runs(tmp_path: Path, more: dict[str, object], files: dict[str, str], expected: object) -> None:
    assert codes(tmp_path, {**files, "server.js": SERVER, "package.json": package(**{**OLD_GULP, **more})}) == expected


def test_an_alias_is_another_package(tmp_path: Path) -> None:
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/node-sass": {"name": "sass", "version": "1.77.8"}}}
    asked = {"node-sass": "npm:sass@^1.77.0"}
    files = {"server.js": SERVER, "package-lock.json": json.dumps(lock)}
    assert codes(tmp_path, {**files, "package.json": package(scripts={"start": "node server.js"}, dependencies=asked)}) == []


def test_a_schema_that_is_pushed_at_every_start(tmp_path: Path) -> None:
    files = {"Procfile": "web: npx prisma db push && node server.js\n", "server.js": SERVER}
    assert codes(tmp_path, {**files, "package.json": package(dependencies={"prisma": "7.0.1"})}) == [("HL113", "warning")]


def test_a_driver_that_does_not_check_certificates_by_itself(tmp_path: Path) -> None:
    server = (
        'const { Pool } = require("pg");\n' + EXPRESS % "const pool = new Pool({ connectionString: process.env.DATABASE_URL, ssl: true });"
    )
    needs = {"express": "4.22.1", "pg": "7.18.2"}
    manifest = json.dumps({"name": "orders", "engines": {"node": "12.x"}, "scripts": {"start": "node server.js"}, "dependencies": needs})
    assert codes(tmp_path, {"package.json": manifest, "server.js": server}) == [("HL408", "warning")]


@pytest.mark.parametrize(
    ("needs", "engine", "fails"),
    [
        ({"bcrypt": "^3.0.8"}, "24.x", True),
        ({"bcrypt": "^3.0.8"}, "14.x", False),
        ({"bcrypt": ">=3.0.8"}, "24.x", False),
        ({"bcryptjs": "2.4.3"}, "24.x", False),
    ],
)
def test_what_does_not_compile_with_the_node_of_the_build(tmp_path: Path, needs: dict[str, str], engine: str, fails: bool) -> None:
    manifest = json.dumps({"name": "orders", "engines": {"node": engine}, "scripts": {"start": "node server.js"}, "dependencies": needs})
    assert (("HL410", "error") in codes(tmp_path, {"package.json": manifest, "server.js": SERVER})) is fails


@pytest.mark.parametrize(("options", "expected"), [('"strict": true', ["HL111"]), ('"strict": true,\n"noImplicitAny": false', [])])
def test_a_compiler_at_the_start_that_takes_what_has_no_types(tmp_path: Path, options: str, expected: object) -> None:
    installed = {"typescript": "5.9.3", "express": "5.1.0"}
    lock: dict[str, object] = {f"node_modules/{name}": {"version": version} for name, version in installed.items()}
    lock["node_modules/@types/express"] = {"version": "5.0.3", "dev": True}
    manifest = package(scripts={"start": "tsc && node dist/server.js"}, dependencies=installed, devDependencies={"@types/express": "5.0.3"})
    files = {
        "package.json": manifest,
        "package-lock.json": json.dumps({"lockfileVersion": 3, "packages": {"": {}, **lock}}),
        "tsconfig.json": f'{{ "compilerOptions": {{\n"outDir": "dist", "rootDir": "src",\n{options}\n}} }}\n',
        "src/server.ts": 'import express from "express";\n\nexpress().listen(process.env.PORT);\n',
    }
    assert [code for code, severity in codes(tmp_path, files) if severity == "error"] == expected
