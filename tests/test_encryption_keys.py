"""Keys that encrypt: made when the process starts, made for one visitor, kept in a file, set from outside, written out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

LONG = "".join(("gq7Vn2xT0c", "Yb5KdLr8Ew", "1sHfUa3JmZ", "p6RtXo9Ci4", "Bk="))
NODE = """
const crypto = require('crypto');
const express = require('express');
const app = express();
{module}
app.use(express.json());
app.post('/notes', (req, res) => {{
  {handler}
  const iv = crypto.randomBytes(16);
  const cipher = crypto.createCipheriv('aes-256-cbc', KEY, iv);
  res.json({{ iv: iv.toString('hex'), note: cipher.update(req.body.note, 'utf8', 'hex') + cipher.final('hex') }});
}});
app.listen(process.env.PORT);
"""


def found(folder: Path, files: dict[str, str]) -> list[str]:
    """`CODE path:line message` of what HL7 says of a folder of these files."""
    plant(folder, files)
    result = engine.run(folder, Config(select=("HL7",)), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert not [problem for problem in result.problems if problem.rule]
    return [f"{f.code} {f.at.path}:{position.line if (position := result.position(f.at)) else 0} {f.message}" for f in result.findings]


def python(module: str, handler: str = "cipher = Fernet(KEY)") -> dict[str, str]:
    code = f"""
import base64
import os

from cryptography.fernet import Fernet
from flask import Flask, request

app = Flask(__name__)
{module}


@app.post("/notes")
def notes():
    {handler}
    return {{"note": cipher.encrypt(request.data).decode()}}
"""
    return {
        "Procfile": "web: gunicorn app:app\n",
        "requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\ncryptography==46.0.3\n",
        "app.py": code,
    }


def node(module: str, handler: str = "") -> dict[str, str]:
    package = '{"name": "notes", "dependencies": {"express": "5.1.0"}}'
    return {"package.json": package, "Procfile": "web: node server.js\n", "server.js": NODE.format(module=module, handler=handler)}


@pytest.mark.parametrize(
    "files",
    [
        python("KEY = Fernet.generate_key()"),
        python("cipher = Fernet(Fernet.generate_key())", "pass"),
        python("def make():\n    return Fernet.generate_key()\n\n\nKEY = make()"),
        node("const KEY = crypto.randomBytes(32);"),
    ],
)
def test_a_key_that_is_made_at_every_start(files: dict[str, str], tmp_path: Path) -> None:
    (said,) = found(tmp_path, files)
    assert said.startswith("HL710 ")
    assert said.endswith("is made anew at every start")


@pytest.mark.parametrize(
    "files",
    [
        python('KEY = os.environ.get("NOTES_KEY") or Fernet.generate_key()'),
        python('KEY = os.getenv("NOTES_KEY", Fernet.generate_key())'),
        node("const KEY = process.env.NOTES_KEY || crypto.randomBytes(32);"),
    ],
)
def test_a_key_that_is_made_where_the_variable_is_not_set(files: dict[str, str], tmp_path: Path) -> None:
    (said,) = found(tmp_path, files)
    assert said.startswith("HL710 ")
    assert said.endswith("is made anew at every start unless NOTES_KEY is set")


@pytest.mark.parametrize(
    "files",
    [
        python("", "KEY = Fernet.generate_key()\n    cipher = Fernet(KEY)"),
        python('KEY = os.environ["NOTES_KEY"]'),
        python('KEY = base64.urlsafe_b64decode(os.environ["NOTES_KEY"])'),
        python('with open("notes.key", "rb") as file:\n    KEY = file.read()'),
        python("KEY = os.environ.get('NOTES_KEY')\nif KEY is None:\n    raise SystemExit('set NOTES_KEY')"),
        node("", "const KEY = crypto.randomBytes(32);"),
        node("const KEY = Buffer.from(process.env.NOTES_KEY, 'hex');"),
        node("const KEY = crypto.scryptSync(process.env.PASSWORD, 'salt', 32);"),
    ],
)
def test_keys_that_outlive_the_process_or_are_for_one_visitor(files: dict[str, str], tmp_path: Path) -> None:
    assert found(tmp_path, files) == []


@pytest.mark.parametrize("spelling", ['KEY = "{}"', "KEY = b'{}'", 'KEY = "{}".encode()'])
def test_a_key_that_stands_in_the_code(spelling: str, tmp_path: Path) -> None:
    (said,) = found(tmp_path, python(spelling.format(LONG)))
    assert said.startswith("HL701 app.py:9")
    assert "stands in the code" in said
