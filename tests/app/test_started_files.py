"""Files that Node.js programs start as processes or threads of their own: they run with them, whatever names them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
PACKAGE = json.dumps({"name": "bot", "engines": {"node": "24.x"}, "dependencies": {"better-sqlite3": "^12.4.1", "discord.js": "^14.24.0"}})
BOT = (
    'const Database = require("better-sqlite3");\nconst shop = new Database("shop.db");\nsetInterval(() => shop.prepare("x").run(), 1e4);\n'
)
STARTS = 'const { fork, spawn, execFile } = require("child_process");\nconst path = require("path");\n'


def reached(root: Path, starter: str, at: str = "bot.js", files: dict[str, str] | None = None) -> bool:
    """Whether the file of the database that a bot writes to is told of."""
    plant(root, {"Procfile": "worker: node index.js\n", "package.json": PACKAGE, "index.js": starter, at: BOT, **(files or {})})
    return any(found.code == "HL201" for found in engine.run(root, Config(), OPTIONS).findings)


@pytest.mark.parametrize(
    ("starter", "at"),
    [
        (STARTS + 'fork("./bot.js");\n', "bot.js"),
        (STARTS + 'fork(path.join(__dirname, "src", "bot"));\n', "src/bot.js"),
        (STARTS + 'spawn("node", ["--trace-warnings", "bot.js"], { stdio: "inherit" });\n', "bot.js"),
        (STARTS + "spawn(process.execPath, [path.resolve('src/bot.js')]);\n", "src/bot.js"),
        (
            STARTS + "function run(name) {\n  spawn(process.argv[0], [path.join(__dirname, name), ...process.argv.slice(2)]);\n}\nrun('bot.js');\n",
            "bot.js",
        ),
        ("const { Worker } = require('node:worker_threads');\nnew Worker('./bot.js');\n", "bot.js"),
        ("const { ShardingManager } = require('discord.js');\nnew ShardingManager(`${__dirname}/bot.js`).spawn();\n", "bot.js"),
        (
            "const cluster = require('cluster');\nvar open = false\nfunction run(name) {\n  if (open) return\n  open = true\n"
            "  cluster.setupMaster({ exec: name })\n  cluster.fork()\n}\nrun('bot.js')\n",
            "bot.js",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_started_runs(tmp_path: Path, starter: str, at: str) -> None:
    assert reached(tmp_path, starter, at)


def test_a_thread_beside_the_module_that_starts_it(tmp_path: Path) -> None:
    files = {"src/start.mjs": 'import { Worker } from "node:worker_threads";\nnew Worker(new URL("./bot.js", import.meta.url));\n'}
    assert reached(tmp_path, 'import("./src/start.mjs");\n', "src/bot.js", files)


@pytest.mark.parametrize(
    "starter",
    [
        STARTS + 'spawn("ffmpeg", ["bot.js"]);\n',
        STARTS + 'spawn("node", [process.env.SCRIPT, "bot.js"]);\n',
        STARTS + 'module.exports = (name) => fork(name);\n// as fork("./bot.js") does\n',
        'const line = require("./line");\nline.spawn("node", ["bot.js"]);\nline.fork("bot.js");\n',
    ],
)
def test_what_only_looks_like_a_start(tmp_path: Path, starter: str) -> None:
    assert not reached(tmp_path, starter, files={"line.js": "exports.spawn = (...words) => words;\nexports.fork = (word) => word;\n"})
