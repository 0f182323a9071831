"""Config vars, keys, TLS and files of settings in apps that are not written in Python: the same rules, from the languages' own facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run

SERVER = """
const express = require('express');
const session = require('express-session');
const crypto = require('crypto');
const app = express();
{setting}
app.use(session({{ secret: {secret}, cookie: {{ secure: {secure} }}, resave: false, saveUninitialized: false }}));
app.listen(process.env.PORT || 3000);
"""
MAIN = """
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/joho/godotenv"
)

func main() {{
	{load}
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}}
"""


def codes(herolint: Run, folder: Path, files: dict[str, str]) -> list[str]:
    """`CODE path:line` of the findings of HL7 in a folder of these files."""
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    done = herolint("check", "--format", "json", "--fail-on", "never", "--select", "HL7", folder)
    found = json.loads(done.stdout)
    assert not [problem for problem in found["problems"] if problem.get("rule")]
    return [f"{one['code']} {one['path']}:{one['range']['start']['line']}" for one in found["findings"]]


def node(setting: str = "", secret: str = "process.env.SESSION_SECRET", secure: str = "true") -> dict[str, str]:
    package = {"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5.1.0", "express-session": "1.18.1"}}
    code = SERVER.format(setting=setting, secret=secret, secure=secure)
    return {"package.json": json.dumps(package), "Procfile": "web: node server.js\n", "server.js": code}


def test_a_secure_cookie_of_an_app_that_takes_every_request_for_http(herolint: Run, tmp_path: Path) -> None:
    assert codes(herolint, tmp_path, node()) == ["HL707 server.js:7"]


@pytest.mark.parametrize(
    "files",
    [
        node("app.set('trust proxy', 1);"),
        node(secure="false"),
        node(secure="'auto'"),
        node(secure="process.env.NODE_ENV === 'development'"),
    ],
)
def test_cookies_that_are_sent(herolint: Run, tmp_path: Path, files: dict[str, str]) -> None:
    assert codes(herolint, tmp_path, files) == []


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("'keyboard cat'", "HL701"),
        ("process.env.SESSION_SECRET || 'best kept'", "HL710"),
        ("crypto.randomBytes(16).toString('hex')", "HL710"),
    ],
)
def test_session_keys(herolint: Run, tmp_path: Path, secret: str, code: str) -> None:
    found = codes(herolint, tmp_path, node("app.set('trust proxy', 1);", secret))
    assert [one.split()[0] for one in found] == [code]


def go(load: str) -> dict[str, str]:
    module = "module example.org/shop\n\ngo 1.24\n\nrequire github.com/joho/godotenv v1.5.1\n"
    return {"go.mod": module, "Procfile": "web: bin/shop\n", ".gitignore": ".env\n", "main.go": MAIN.format(load=load)}


def test_a_program_that_ends_without_its_env_file(herolint: Run, tmp_path: Path) -> None:
    load = 'err := godotenv.Load()\n\tif err != nil {\n\t\tlog.Fatal("no .env file")\n\t}'
    assert codes(herolint, tmp_path, go(load)) == ["HL709 main.go:13"]


@pytest.mark.parametrize(
    "load",
    ["godotenv.Load()", "_ = godotenv.Load()", 'if err := godotenv.Load(); err != nil {\n\t\tlog.Println("no .env file")\n\t}'],
)
def test_a_program_that_goes_on_without_its_env_file(herolint: Run, tmp_path: Path, load: str) -> None:
    assert codes(herolint, tmp_path, go(load)) == []


TLS = 'http.ListenAndServeTLS(":"+os.Getenv("PORT"), "cert.pem", "key.pem", nil)'


def test_a_program_that_speaks_tls(herolint: Run, tmp_path: Path) -> None:
    assert codes(herolint, tmp_path, go(f"log.Fatal({TLS})")) == ["HL706 main.go:13"]


def test_a_program_that_speaks_tls_where_it_is_told_to(herolint: Run, tmp_path: Path) -> None:
    load = f'if os.Getenv("TLS_CERTIFICATE") != "" {{\n\t\tlog.Fatal({TLS})\n\t}}'
    assert codes(herolint, tmp_path, go(load)) == []


def test_a_program_that_speaks_tls_beside_http_where_it_is_told_to(herolint: Run, tmp_path: Path) -> None:
    program = """package main

import (
	"net"
	"net/http"
	"os"
)

type frontend struct{ plain, secure *http.Server }

func main() {
	f := &frontend{plain: &http.Server{Addr: ":" + os.Getenv("PORT")}}
	address := os.Getenv("HTTPS_ADDRESS")
	if address != "" {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			panic(err)
		}
		go func() {
			if err := f.serveTLS(listener); err != nil {
				panic(err)
			}
		}()
	}
	panic(f.plain.ListenAndServe())
}

func (f *frontend) serveTLS(listener net.Listener) error {
	f.secure = &http.Server{}
	return f.secure.ServeTLS(listener, "cert.pem", "key.pem")
}
"""
    assert codes(herolint, tmp_path, go("") | {"main.go": program}) == []
    assert codes(herolint, tmp_path, {"main.go": program.replace('address != ""', "true")}) == ["HL706 main.go:30"]


def test_defaults_in_a_file_that_the_app_loads(herolint: Run, tmp_path: Path) -> None:
    files = {
        "Procfile": "web: gunicorn app:app\n",
        "app.json": '{"name": "shop", "env": {"SITE_NAME": {"value": "Shop"}}}',
        ".env.default": "CURRENCY=EUR\n",
        "app.py": (
            "import os\n\nfrom dotenv import load_dotenv\nfrom flask import Flask\n\nload_dotenv('.env.default')\n"
            "app = Flask(os.environ['SITE_NAME'])\nCURRENCY = os.environ['CURRENCY']\n"
        ),
    }
    assert codes(herolint, tmp_path, files) == []


def test_a_variable_taken_out_of_the_environment_under_another_name(herolint: Run, tmp_path: Path) -> None:
    files = node("const { PAYMENT_URL: address } = process.env;\nfetch(address, { method: 'POST' });")
    files["app.json"] = json.dumps({"name": "shop", "env": {"SESSION_SECRET": {"generator": "secret"}}})
    (tmp_path / "a").mkdir()
    assert "HL702 app.json:1" in codes(herolint, tmp_path / "a", files)


def test_a_variable_read_through_names_of_names(herolint: Run, tmp_path: Path) -> None:
    files = {
        "Procfile": "web: python shop.py\n",
        "requirements.txt": "flask==3.1.2\n",
        "app.json": json.dumps({"name": "shop", "env": {"SECRET_KEY": {"generator": "secret"}}}),
        "shop.py": 'import os\n\na = os.environ\nb = a\nprint(b["PAYMENT_KEY"])\n',
    }
    assert "HL702 app.json:1" in codes(herolint, tmp_path, files)
