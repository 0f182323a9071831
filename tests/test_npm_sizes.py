"""What npm packages weigh: the table itself, and the packages of an app that stay in its slug."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import Run

from herolint.knowledge.npm import npm_sizes

MB = 1_000_000


def test_the_table_is_whole() -> None:
    rows = npm_sizes()
    assert len(rows) > 100
    assert any(row.closure for row in rows.values())
    assert all(0 < row.size <= row.unpacked for row in rows.values())
    assert all(other in rows and other != name for name, row in rows.items() for other in row.closure)


def slug_of(herolint: Run, root: Path) -> dict[str, int]:
    done = herolint("slug", root, "--format", "json")
    assert done.returncode == 0, done.stderr
    (app,) = json.loads(done.stdout)["apps"]
    return {part["name"]: part["bytes"] for part in app["slug"]["parts"]}


def test_a_lock_tells_what_stays(tmp_path: Path, herolint: Run) -> None:
    packages = {
        "": {},
        "node_modules/express": {"version": "5.1.0"},
        "node_modules/nobody-knows-this": {"version": "1.0.0"},
        "node_modules/typescript": {"version": "5.8.3", "dev": True},
        "node_modules/next": {"version": "15.0.0", "os": ["darwin"]},
    }
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "^5.1.0"}}')
    (tmp_path / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    parts = slug_of(herolint, tmp_path)
    assert {"node", "express", "others", "app"} == set(parts)
    assert parts["express"] == npm_sizes()["express"].size


def test_without_a_lock_what_comes_along_is_added(tmp_path: Path, herolint: Run) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "^5.1.0"}, "devDependencies": {"next": "^15.0.0"}}')
    parts = slug_of(herolint, tmp_path)
    assert "next" not in parts
    assert parts["others"] > 10 * 15_000


def test_an_old_lock_tells_it_too(tmp_path: Path, herolint: Run) -> None:
    express = {"version": "4.18.0", "dependencies": {"debug": {"version": "2.6.9", "dependencies": {}}}}
    dependencies = {"express": express, "typescript": {"version": "4.0.0", "dev": True}, "debug": {"version": "4.0.0"}}
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "^4.18.0"}}')
    (tmp_path / "package-lock.json").write_text(json.dumps({"lockfileVersion": 1, "dependencies": dependencies}))
    parts = slug_of(herolint, tmp_path)
    assert "typescript" not in parts
    assert parts["express"] == npm_sizes()["express"].size
