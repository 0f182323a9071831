"""herolint as a library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import plant

import herolint

DAY = date(2026, 11, 1)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An app whose web process listens on a fixed port of its own machine."""
    files = {
        "Procfile": "web: python app.py\n",
        "requirements.txt": "flask==3.1.1\n",
        ".python-version": "3.13\n",
        "app.py": 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="127.0.0.1", port=5000)\n',
    }
    return plant(tmp_path / "shop", files)


def test_the_result_has_findings_with_places(shop: Path) -> None:
    result = herolint.check(shop, today=DAY, cache=False)
    found = {finding.code: finding for finding in result.findings}
    assert found["HL105"].severity is herolint.Severity.ERROR
    at = result.position(found["HL105"].at)
    assert at is not None
    assert (found["HL105"].at.path, at.line, at.column) == ("app.py", 6, 36)
    assert result.position(herolint.Place("app.py")) is None


def test_options_choose_rules_beside_the_configuration(shop: Path) -> None:
    def codes(**options: Any) -> set[str]:
        return {finding.code for finding in herolint.check(shop, today=DAY, cache=False, **options).findings}

    assert codes(select=["HL106"]) == {"HL106"}
    assert "HL106" not in codes(ignore=["binds-localhost"])
    assert codes(severity=herolint.Severity.ERROR) < codes()
    (shop / "herolint.toml").write_text('ignore = ["HL106"]\n')
    assert "HL106" not in codes()
    assert codes(ignore=["HL105"]) == codes() - {"HL105"}
    assert "HL106" in codes(config=herolint.Config())
    (shop / "other.toml").write_text('select = ["HL105"]\n')
    assert codes(config=shop / "other.toml") == {"HL105"}


def test_what_it_cannot_do_is_raised_and_names_the_call(shop: Path) -> None:
    with pytest.raises(NotADirectoryError, match=r"app\.py: not a folder"):
        herolint.check(shop / "app.py")
    with pytest.raises(herolint.ConfigError, match=r"herolint\.check: unknown rule `HL999`"):
        herolint.check(shop, select=["HL999"])
    with pytest.raises(herolint.ConfigError, match=r"herolint\.check: platform `mainframe` is not supported"):
        herolint.check(shop, platform="mainframe")
    with pytest.raises(herolint.ContextError, match="no such file"):
        herolint.check(shop, context=shop / "nowhere.json")


def test_it_renders_what_the_command_line_prints(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    result = herolint.check(today=DAY)
    command = [sys.executable, "-m", "herolint", "check", "--today", DAY.isoformat(), "--fail-on", "never", "--format"]
    for name in ("json", "sarif", "concise"):
        printed = subprocess.run([*command, name, "."], cwd=shop, check=True, capture_output=True, encoding="utf-8").stdout
        assert herolint.render(result, name, width=100) == printed
    assert json.loads(herolint.render(result, "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    with pytest.raises(ValueError, match="unknown format"):
        herolint.render(result, "telegram")


def test_progress_is_told(shop: Path) -> None:
    said: list[str] = []
    herolint.check(shop, today=DAY, cache=False, say=said.append)
    assert said[0] == "reading the repository"
    assert any(line.startswith("HL105") for line in said)


def test_importing_it_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import herolint; print(sorted(set(sys.modules) - before))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "['herolint']\n"


def test_every_name_is_documented_and_there() -> None:
    for name in herolint.__all__:
        assert getattr(herolint, name).__doc__, name
    assert set(herolint.__all__) <= set(dir(herolint))
    with pytest.raises(AttributeError, match="has no attribute 'lint'"):
        herolint.lint  # type: ignore[attr-defined] # noqa: B018


def test_names_are_those_that_type_checkers_see() -> None:
    listed = [
        name.strip(" ,")
        for name in Path(herolint.__file__ or "").read_text().partition("from herolint.api import (")[2].partition(")")[0].split()
    ]
    assert listed == herolint.__all__


def test_the_example_in_the_docstring_runs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line[4:] for line in (herolint.__doc__ or "").splitlines() if line.startswith("    ")]
    run: Callable[[str, dict[str, object]], None] = exec
    run("\n".join(lines).replace('"path/to/repository"', repr(str(shop))), {})
    assert "HL105 error app.py Position(line=6, column=36)" in capsys.readouterr().out


def test_the_example_in_the_readme_runs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    code = readme.partition("## From Python")[2].partition("```python\n")[2].partition("```")[0]
    names: dict[str, object] = {}
    run: Callable[[str, dict[str, object]], None] = exec
    run(code.replace('"path/to/app"', repr(str(shop))), names)
    assert "error HL105 app.py Position(line=6, column=36)" in capsys.readouterr().out
    assert str(names["page"]).startswith("<!doctype html>")
