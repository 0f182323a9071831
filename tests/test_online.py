"""`--online`: what lock and table do not tell is asked of a package index and of uv; without the option nothing leaves the machine."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, plant
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.app.slug.slug_size import slug_report
from herolint.config import Config
from herolint.engine import RunOptions, judge, open_apps
from herolint.online.index import File, Page

MB = 1_000_000
APP = {"requirements.txt": "flask==3.1.1\nlesser-known[fast]==1.0\n", ".python-version": "3.13\n"}
WHEELS = {"lesser-known": ("1.0", 30 * MB), "flask": ("3.1.1", 100_000)}

FAKE_UV = """\
#!{python}
import json, os, sys
words = sys.argv[1:]
seen = {{"words": words, "input": sys.stdin.read(), "environment": dict(os.environ), "folder": os.getcwd(), "files": os.listdir()}}
with open({log!r}, "a") as log:
    log.write(json.dumps(seen) + "\\n")
if "stubborn" in seen["input"]:
    sys.exit("Because all versions of stubborn have no usable wheels, your requirements are unsatisfiable.")
with open(words[words.index("-o") + 1], "w") as out:
    out.write('lock-version = "1.0"\\n')
    for name, version, size in [("flask", "3.1.1", 100000), ("lesser-known", "1.0", 30000000), ("pulled-in", "2.0", 5000000)]:
        out.write(f'[[packages]]\\nname = "{{name}}"\\nversion = "{{version}}"\\n')
        out.write(f'wheels = [{{{{ name = "{{name}}-{{version}}-py3-none-any.whl", size = {{size}} }}}}]\\n')
"""


class Registry:
    """A package index on this machine, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.answer: int = 200
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append((self.path, self.headers["Authorization"]))
                name = self.path.strip("/").rpartition("/")[2]
                code = registry.answer if registry.answer != 200 or name in WHEELS else 404
                self.send_response(code)
                self.end_headers()
                if code == 200:
                    version, size = WHEELS[name]
                    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
                    self.wfile.write(json.dumps({"files": [{"filename": file, "size": size}]}).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/simple"


@pytest.fixture
def registry() -> Iterator[Registry]:
    found = Registry()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def uv(tmp_path: Path) -> tuple[str, Path]:
    """A folder with a program called uv, and the file where that writes what it was told."""
    log = tmp_path / "uv.log"
    program = tmp_path / "tools" / "uv"
    plant(program.parent, {"uv": FAKE_UV.format(python=sys.executable, log=str(log))})
    program.chmod(0o755)
    return str(program.parent), log


def slug(herolint: Run, root: Path, cache: Path, *words: str, **environment: str) -> dict[str, Any]:
    done = herolint("slug", root, "--format", "json", *words, HEROLINT_CACHE_DIR=str(cache), **environment)
    assert done.returncode in (0, 1), done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def sizes(document: dict[str, Any]) -> dict[str, int]:
    return {part["name"]: part["bytes"] for part in document["apps"][0]["slug"]["parts"]}


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
def test_uv_tells_all_that_is_installed(tmp_path: Path, herolint: Run, registry: Registry, uv: tuple[str, Path]) -> None:
    folder, log = uv
    lines = "-e ./own\nother @ https://example.com/other-1.0.zip\nsecret @ git+https://example.com/secret.git\nboto3 ; sys_platform == 'win32'\n"
    root = plant(tmp_path / "app", {**APP, "requirements.txt": APP["requirements.txt"] + lines, "own/setup.py": "raise SystemExit(1)\n"})
    given = {"PATH": folder, "PIP_INDEX_URL": registry.address, "UV_INDEX_URL": "http://evil.example", "UV_CONFIG_FILE": "/x"}
    document = slug(herolint, root, tmp_path / "cache", "--online", **given)
    assert document["problems"] == []
    assert "as uv resolves" in document["apps"][0]["slug"]["evidence"]
    assert sizes(document)["lesser-known"] == 30 * MB
    assert sizes(document)["pulled-in"] == 5 * MB
    (seen,) = (json.loads(line) for line in log.read_text().splitlines())
    assert seen["input"].split() == ["flask==3.1.1", "lesser-known[fast]==1.0"]
    assert {"--no-build", "--no-config", "--no-python-downloads"} <= set(seen["words"])
    assert seen["words"][seen["words"].index("--python-version") + 1] == "3.13"
    assert seen["words"][seen["words"].index("--python-platform") + 1].startswith("x86_64-manylinux_2_")
    assert seen["files"] == []
    assert seen["environment"]["HOME"] == seen["folder"] != os.environ.get("HOME")
    assert seen["environment"]["UV_DEFAULT_INDEX"] == registry.address
    assert not {"UV_INDEX_URL", "UV_CONFIG_FILE", "PIP_INDEX_URL"} & set(seen["environment"])
    slug(herolint, root, tmp_path / "cache", "--online", **given)
    assert len(log.read_text().splitlines()) == 1  # kept for a day


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
def test_what_would_have_to_be_built_is_left_out(tmp_path: Path, herolint: Run, registry: Registry, uv: tuple[str, Path]) -> None:
    root = plant(tmp_path / "app", {**APP, "requirements.txt": "flask==3.1.1\nstubborn==1.0\n"})
    document = slug(herolint, root, tmp_path / "cache", "--online", PATH=uv[0], PIP_INDEX_URL=registry.address)
    assert sizes(document)["pulled-in"] == 5 * MB
    assert document["problems"] == ["stubborn would have to be built first: what it pulls in is not known"]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
def test_a_uv_inside_the_repository_is_never_run(tmp_path: Path, herolint: Run, registry: Registry) -> None:
    log = tmp_path / "uv.log"
    root = plant(tmp_path / "app", {**APP, "bin/uv": FAKE_UV.format(python=sys.executable, log=str(log))})
    (root / "bin" / "uv").chmod(0o755)
    document = slug(herolint, root, tmp_path / "cache", "--online", PATH=f"{root / 'bin'}{os.pathsep}bin", PIP_INDEX_URL=registry.address)
    assert not log.exists()
    assert sizes(document)["lesser-known"] == 30 * MB
    assert document["problems"] == ["uv was not found: what the requirements pull in was not asked for"]


def test_sizes_of_what_a_lock_pins(tmp_path: Path, herolint: Run, registry: Registry) -> None:
    pins = {"flask": {"version": "==3.1.1"}, "lesser-known": {"version": "==1.0"}, "nowhere": {"version": "==1.0"}}
    lock = {"_meta": {"hash": {"sha256": "x"}, "requires": {"python_version": "3.13"}, "sources": []}, "default": pins, "develop": {}}
    root = plant(tmp_path / "app", {"Pipfile": "[packages]\nflask = '*'\n", "Pipfile.lock": json.dumps(lock)})
    user, word = "somebody", "-".join(("a", "token"))
    address = registry.address.replace("//", f"//{user}:{word}@")
    document = slug(herolint, root, tmp_path / "cache", "--online", PIP_INDEX_URL=address)
    assert document["problems"] == []
    assert sizes(document)["lesser-known"] == 30 * MB
    assert document["apps"][0]["slug"]["unknown"] == ["nowhere"]
    assert all(authorization is not None and authorization.startswith("Basic ") for _, authorization in registry.asked)
    asked = len(registry.asked)
    slug(herolint, root, tmp_path / "cache", "--online", PIP_INDEX_URL=address)
    assert len(registry.asked) == asked


@pytest.mark.parametrize("broken", ["down", "refuses"])
def test_an_index_that_does_not_answer_is_a_plain_problem(tmp_path: Path, herolint: Run, registry: Registry, broken: str) -> None:
    word = "-".join(("a", "token"))
    address = registry.address.replace("//", f"//somebody:{word}@") if broken == "refuses" else "http://127.0.0.1:9/simple"
    registry.answer = 403
    root = plant(tmp_path / "app", APP)
    done = herolint("slug", root, "--online", PATH="", PIP_INDEX_URL=address, HEROLINT_CACHE_DIR=str(tmp_path / "cache"), COLUMNS="100")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert ("answers 403" if broken == "refuses" else "cannot be reached") in text
    assert "sizes come from the shipped table" in text
    assert word not in done.stdout + done.stderr


def test_check_asks_too(tmp_path: Path, herolint: Run, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WHEELS, "lesser-known", ("1.0", 700 * MB))
    root = plant(tmp_path / "app", {**APP, "app.py": "import lesser_known\n"})
    words = ("check", root, "--format", "json", "--select", "HL402", "--fail-on", "never")
    offline = json.loads(herolint(*words).stdout)
    online = json.loads(
        herolint(*words, "--online", PATH="", PIP_INDEX_URL=registry.address, HEROLINT_CACHE_DIR=str(tmp_path / "c")).stdout
    )
    assert offline["findings"] == []
    (finding,) = online["findings"]
    assert (finding["code"], finding["severity"]) == ("HL402", "error")
    assert [problem["message"] for problem in online["problems"]] == ["uv was not found: what the requirements pull in was not asked for"]


def test_names_are_kept_from_the_public_index_where_the_app_has_its_own(tmp_path: Path, herolint: Run, registry: Registry) -> None:
    text = "--extra-index-url https://packages.example.com/simple\n" + APP["requirements.txt"]
    root = plant(tmp_path / "app", {**APP, "requirements.txt": text})
    slug(herolint, root, tmp_path / "cache", "--online", PATH="", PIP_INDEX_URL=registry.address)
    assert registry.asked == []


def test_without_the_option_nothing_touches_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setenv("HEROLINT_CACHE_DIR", str(tmp_path / "cache"))
    root = plant(tmp_path / "app", APP)
    options = RunOptions(today=date(2026, 11, 27), cache=False)
    result, _ = judge(root, Config(), options)
    assert not result.problems
    assert slug_report(open_apps(root, Config(), options)[1][0]) is not None


def test_a_release_is_chosen_as_installers_do() -> None:
    names = {
        "one-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": 10,
        "one-1.0-cp313-cp313-win_amd64.whl": 20,
        "one-1.1-cp314-cp314-manylinux_2_28_x86_64.whl": 30,
        "one-1.1.tar.gz": 40,
        "one-2.0b1-py3-none-any.whl": 50,
        "garbage": 60,
    }
    page = Page(tuple(File(name, size) for name, size in names.items()))
    assert page.release(None, "3.13", "x86_64-manylinux_2_35") == ("1.0", 10)
    assert page.release(None, "3.14", "x86_64-manylinux_2_35") == ("1.1", 30)
    assert page.release("1.1", "3.13", "x86_64-manylinux_2_35") == ("1.1", 40)
    assert page.release("3.0", "3.13", "x86_64-manylinux_2_35") is None
    assert page.release("no version", "3.13", "x86_64-manylinux_2_35") is None


@settings(deadline=None)  # the first one makes a table of tags
@given(st.lists(st.tuples(st.text(alphabet="one-1.0_cp3manylinux86x64y.whltargz ", max_size=60), st.integers(0, 10**12) | st.none())))
def test_any_names_of_files_are_read(files: list[tuple[str, int | None]]) -> None:
    found = Page(tuple(File(name, size) for name, size in files)).release(None, "3.13", "x86_64-manylinux_2_35")
    assert found is None or isinstance(found[0], str)
