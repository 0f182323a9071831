"""The example apps: their whole report, as text and as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import APPS, Run
from jsonschema import Draft4Validator
from syrupy.assertion import SnapshotAssertion

from herolint import engine
from herolint.config import Config
from herolint.reports import Options, render
from herolint.result import Result

NAMES = sorted(path.name for path in APPS.iterdir())
CLEAN = ("container-api", "container-board", "django-shop", "express-orders", "fastapi-orders", "go-notes", "java-notes", "rails-notes")
SCHEMA = json.loads((Path(__file__).parent / "reports" / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def lint(root: Path) -> Result:
    return engine.run(root, Config(), engine.RunOptions(today=date(2026, 11, 24), cache=False))


@pytest.mark.parametrize("name", NAMES)
def test_report(name: str, app: Callable[[str], Path], snapshot: SnapshotAssertion) -> None:
    result = lint(app(name))
    assert not result.problems
    assert render("text", result, Options(width=100)) == snapshot(name="text")
    found = [(f.code, f.severity.word, f.confidence.word, f.at.path, f.message) for f in result.findings]
    assert found == snapshot(name="findings")


@pytest.mark.parametrize("name", CLEAN)
def test_a_well_kept_app_is_silent_even_when_pedantic(name: str, app: Callable[[str], Path]) -> None:
    result = engine.run(app(name), Config(pedantic=True), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert not result.findings


@pytest.mark.parametrize("name", NAMES)
def test_sarif_is_valid_and_carries_the_help_of_its_rules(name: str, app: Callable[[str], Path], herolint: Run) -> None:
    done = herolint("check", app(name), "--format", "sarif", "--fail-on", "never", "--today", "2026-11-24")
    assert done.returncode == 0, done.stderr
    document: Any = json.loads(done.stdout)
    assert not [error.message for error in Draft4Validator(SCHEMA).iter_errors(document)]
    (run,) = document["runs"]
    assert bool(run["results"]) == (name not in CLEAN)
    helped = {rule["id"] for rule in run["tool"]["driver"]["rules"] if rule["help"]["markdown"].strip()}
    assert {found["ruleId"] for found in run["results"]} <= helped


def test_the_readme_shows_what_the_example_really_gets(app: Callable[[str], Path]) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- report -->")[2].partition("```text\n")[2].partition("```")[0]
    report = render("text", lint(app("events-directory")), Options(width=100)).strip().split("\n\n")
    parts = [part for part in shown.strip().split("\n\n") if part != "…"]
    assert len(parts) > 2
    assert [part for part in report if part in parts] == parts
    assert parts[-1] == report[-1], "the README's totals are not the report's"


def test_a_second_run_from_the_cache_says_the_same(app: Callable[[str], Path], herolint: Run) -> None:
    root = app("events-directory")
    first, second = (herolint("check", root, "--format", "json", "--fail-on", "never") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
