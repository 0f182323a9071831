"""Reading ahead: helpers read the same facts, whatever becomes of them, and import nothing of the project."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run

from herolint.code import ahead, facts_of
from herolint.code.ahead import Ahead
from herolint.code.cache import FactCache
from herolint.code.facts import Module
from herolint.source import SourceFile

BODY = '''

def part{n}(number: int = {n}) -> str:
    """Naïve: {n} times."""
    return requests.get(f"https://example.com/{{number}}", timeout={n}).text if number else "nothing"
'''


def sources(count: int, functions: int) -> list[SourceFile]:
    return [
        SourceFile(f"shop/part{i}.py", ("import requests\n" + "".join(BODY.format(n=i * 1000 + n) for n in range(functions))).encode())
        for i in range(count)
    ]


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_processors", lambda: 2)


@pytest.fixture
def helped(two_processors: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ahead]:
    """Reading ahead that gives small batches to one helper at once."""
    monkeypatch.setattr(ahead, "MANY_BYTES", 1)
    monkeypatch.setattr(ahead, "_BATCH_BYTES", 3000)
    reading = Ahead(None)
    yield reading
    reading.close()


def read_all(reading: Ahead, files: list[SourceFile]) -> dict[str, Module]:
    """What helpers have read of the files."""
    for source in files:
        reading.foresee(source)
    return {source.path: module for source in files if (module := reading.facts(source)) is not None}


def test_helpers_read_the_same_facts(helped: Ahead) -> None:
    files = sources(12, 10)
    found = read_all(helped, files)
    assert found
    assert all(found[source.path] == facts_of(source) for source in files if source.path in found)


def test_what_helpers_read_is_kept(two_processors: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ahead, "MANY_BYTES", 1)
    cache, files = FactCache(tmp_path), sources(60, 10)
    reading = Ahead(cache)
    found = read_all(reading, files)
    reading.close()
    assert found
    assert all(cache.get("python", source.data) == found[source.path] for source in files if source.path in found)
    again = Ahead(cache)
    for source in files:
        again.foresee(source)
    assert again.facts(next(source for source in files if source.path in found)) is None, "what is known is asked of nobody"
    again.close()


@pytest.mark.parametrize("start", ["raise SystemExit(1)", "import sys; sys.stdin.readline(); raise SystemExit(1)"])
def test_a_helper_that_dies_leaves_its_files_to_the_others(helped: Ahead, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(ahead, "_START", start)
    began = time.monotonic()
    assert read_all(helped, sources(12, 10)) == {}
    assert time.monotonic() - began < 30


def test_few_files_need_no_helper(two_processors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_START", "raise SystemExit('not worth it')")
    reading = Ahead(None)
    assert read_all(reading, sources(12, 10)) == {}
    assert reading._helpers is None
    reading.close()


def test_a_helper_imports_nothing_of_the_project(herolint: Run, tmp_path: Path) -> None:
    files = sources(40, 70)
    assert sum(len(source.data) for source in files) > ahead.MANY_BYTES
    for source in files:
        path = tmp_path / source.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source.data)
    (tmp_path / "shop" / "__init__.py").touch()
    imports = "".join(f"from shop import part{i}\n" for i in range(len(files)))
    (tmp_path / "app.py").write_text("from flask import Flask\n" + imports + "\napp = Flask(__name__)\n")
    (tmp_path / "Procfile").write_text("web: gunicorn app:app\n")
    (tmp_path / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\nrequests==2.32.5\n")
    for name in ("msgspec", "tree_sitter", "tree_sitter_python", "sitecustomize", "platformdirs"):
        (tmp_path / f"{name}.py").write_text("from pathlib import Path\n\nPath('ran').touch()\n")
    report = json.loads(herolint("check", "--format", "json", "--fail-on", "never", cwd=tmp_path).stdout)
    assert report["apps"]
    assert not (tmp_path / "ran").exists()
