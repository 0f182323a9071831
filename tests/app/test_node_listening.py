"""Where servers of Node.js listen: ports and hosts that come from elsewhere than the call, and what only looks like a server."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
KEYS = frozenset({"HL701", "HL710"})
PORTS = frozenset({"HL105", "HL106"})


def told(root: Path, files: dict[str, str], codes: frozenset[str] = PORTS) -> list[tuple[str, str]]:
    """The findings about ports and hosts, or of other rules, as code and path."""
    packages = {"express": "5.1.0", "express-session": "1.18.2", "@nestjs/core": "11.1.0", "@nestjs/platform-fastify": "11.1.0"}
    package = {"name": "shop", "engines": {"node": "24.x"}, "scripts": {"start": "node index.js"}, "dependencies": packages}
    plant(root, {"package.json": json.dumps(package), **files})
    return [(found.code, found.at.path) for found in engine.run(root, Config(), OPTIONS).findings if found.code in codes]


NEST = """import {{ NestFactory }} from "@nestjs/core";
import {{ FastifyAdapter }} from "@nestjs/platform-fastify";
import {{ ShopModule }} from "./shop.js";
async function start() {{
  const adapter = new FastifyAdapter({{ logger: true }});
  const app = await NestFactory.create(ShopModule{adapter});
  await app.listen(process.env.PORT || 3000{host});
}}
start();
"""


@pytest.mark.parametrize(
    ("adapter", "host", "expected"),
    [
        (", new FastifyAdapter()", "", [("HL106", "index.js")]),
        (", adapter", ", () => console.log('up')", [("HL106", "index.js")]),
        (", adapter", ', "0.0.0.0"', []),
        ("", "", []),
    ],
)
def test_fastify_under_nest_listens_on_the_dyno_alone(tmp_path: Path, adapter: str, host: str, expected: object) -> None:
    files = {"index.js": NEST.format(adapter=adapter, host=host), "shop.js": "export class ShopModule {}\n"}
    assert told(tmp_path, files) == expected


SERVER = 'const express = require("express");\nconst app = express();\n{before}app.listen({port});\n'


@pytest.mark.parametrize(
    ("before", "port", "expected"),
    [
        ("", "process.env.APP_PORT", [("HL105", "index.js")]),
        ("", "process.env.APP_PORT || process.env.PORT", []),
        ("const { APP_PORT = process.env.PORT } = process.env;\n", "APP_PORT", []),
        ("const settings = require('./settings');\n", "settings.port", []),
    ],
)
def test_a_port_that_only_another_variable_gives(tmp_path: Path, before: str, port: str, expected: object) -> None:
    files = {"index.js": SERVER.format(before=before, port=port), "settings.js": "exports.port = Number(process.env.PORT);\n"}
    assert told(tmp_path, files) == expected


@pytest.mark.parametrize(("link", "expected"), [("engine", []), ("other", [("HL105", "package.json")])])
def test_a_program_that_lies_in_a_submodule_may_listen(tmp_path: Path, link: str, expected: object) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    files = {"index.js": 'try {\n  require("./engine/server.js");\n} catch (error) {\n  process.exit(1);\n}\n'}
    plant(tmp_path, {"package.json": "{}", **files})
    git("init", "-q")
    git("add", "-A")
    git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},{link}")
    assert told(tmp_path, files) == expected


@pytest.mark.parametrize(
    ("command", "read", "expected"),
    [
        ("node index.js", "new Object(yargs(process.argv.slice(2)).exitProcess(false).parse())", [("HL105", "Procfile")]),
        ("node index.js --server", "new Object(yargs(process.argv.slice(2)).exitProcess(false).parse())", []),
        ("node index.js", "yargs(process.argv.slice(2)).option('server', { default: true }).argv", []),
        ("node index.js", "require('./options')", []),
    ],
)
def test_a_server_behind_an_option(tmp_path: Path, command: str, read: str, expected: object) -> None:
    program = f"const yargs = require('yargs/yargs');\nglobal.opts = {read};\nif (opts['server']) require('./server')(process.env.PORT);\n"
    files = {
        "Procfile": f"web: {command}\n",
        "index.js": program + "setInterval(() => fetch('https://example.com/queue'), 60000);\n",
        "server.js": "module.exports = (port) => require('express')().listen(port);\n",
        "options.js": "module.exports = JSON.parse(process.env.OPTIONS);\n",
    }
    assert told(tmp_path, files) == expected


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ('"secretsecretsecret"', [("HL701", "index.js")]),
        ('process.env.SESSION_KEY || "a word"', [("HL710", "index.js")]),
        ("process.env.SESSION_KEY", []),
    ],
)
def test_a_key_in_options_that_have_a_name(tmp_path: Path, secret: str, expected: object) -> None:
    before = f"const options = {{ secret: {secret}, resave: false }};\napp.use(require('express-session')(options));\n"
    assert told(tmp_path, {"index.js": SERVER.format(before=before, port="process.env.PORT")}, KEYS) == expected
