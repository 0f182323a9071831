"""What distributions bring along, what Python itself has, and what rows about the system say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from herolint import engine
from herolint.config import Config
from herolint.knowledge import stdlib, system
from herolint.knowledge.brings import Asked, brought, counts
from herolint.knowledge.packages import normalise


def test_what_comes_along_is_followed_through_others() -> None:
    found = brought({"flask-login": Asked("0.6.3")})
    assert found["jinja2"].by == "flask-login"
    assert "requests" not in found


def test_a_release_brings_what_it_required_then() -> None:
    assert brought({"pandas": Asked("2.2.3")})["pytz"].until == ""
    assert brought({"pandas": Asked()})["pytz"].until == "3"
    assert "pytz" not in brought({"pandas": Asked("3.0.1")})
    assert brought({"pandas": Asked(capped=True)})["pytz"].until == ""


def test_extras_bring_more() -> None:
    assert "websockets" in brought({"uvicorn": Asked(extras=("standard",))})
    assert "websockets" not in brought({"uvicorn": Asked()})


def test_every_name_that_comes_along_is_normalised() -> None:
    assert [name for name in counts() if name != normalise(name)] == []


@pytest.mark.parametrize(
    ("module", "minor", "there"),
    [
        ("imp", "3.11", True),
        ("imp", "3.12", False),
        ("cgi", "3.12", True),
        ("cgi", "3.13", False),
        ("json", "3.14", True),
        ("winreg", "3.13", False),
    ],
)
def test_modules_of_a_python_version(module: str, minor: str, there: bool) -> None:
    assert stdlib.load().has(module, minor) is there


def test_every_need_can_be_met_and_can_be_noticed() -> None:
    assert system.load().needs
    for need in system.load().needs:
        assert need.words or need.apt, need.name
        assert need.programs or need.calls or need.modules or need.built, need.name
        assert need.fix or any("*" not in name for name in need.apt), need.name


@pytest.mark.parametrize(("asked", "missing"), [("3.12.4", []), ("3.12.5", ["HL411"])])
def test_markers_are_asked_about_the_whole_version(asked: str, missing: list[str], tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("worker: python work.py\n")
    (tmp_path / ".python-version").write_text(f"{asked}\n")
    (tmp_path / "requirements.txt").write_text('requests==2.32.4 ; python_full_version == "3.12.4"\n')
    (tmp_path / "work.py").write_text('import requests\n\nwhile True:\n    requests.get("https://example.com", timeout=5)\n')
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert [finding.code for finding in result.findings if finding.code == "HL411"] == missing


@pytest.mark.parametrize(
    ("command", "silent"),
    [
        ("uv sync --locked", True),
        ("uv sync --locked --no-dev", False),
        ("poetry install --only main", False),
        ("poetry install --no-root", True),
    ],
)
def test_an_image_has_the_development_group_unless_told_otherwise(tmp_path: Path, command: str, silent: bool) -> None:
    lock = "uv.lock" if "uv" in command else "poetry.lock"
    packages = {
        "uv.lock": (
            'version = 1\nrequires-python = ">=3.13"\n\n'
            '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "flask" }]\n\n'
            '[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n\n'
            '[[package]]\nname = "flask"\nversion = "3.1.2"\nsource = { registry = "https://registry.example/simple" }\n\n'
            '[[package]]\nname = "pytest"\nversion = "8.4.2"\nsource = { registry = "https://registry.example/simple" }\n'
        ),
        "poetry.lock": (
            '[[package]]\nname = "flask"\nversion = "3.1.2"\ngroups = ["main"]\n\n'
            '[[package]]\nname = "pytest"\nversion = "8.4.2"\ngroups = ["dev"]\n\n'
            '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.13"\ncontent-hash = "0"\n'
        ),
    }
    (tmp_path / "heroku.yml").write_text("build:\n  docker:\n    web: Dockerfile\n")
    (tmp_path / "Dockerfile").write_text(f"FROM python:3.13\nCOPY . .\nRUN {command}\nCMD python shop.py\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n')
    (tmp_path / lock).write_text(packages[lock])
    (tmp_path / "shop.py").write_text("import flask\nimport pytest\n")
    result = engine.run(tmp_path, Config(pedantic=True), engine.RunOptions(today=date(2026, 3, 1), cache=False))
    assert [finding.message for finding in result.findings if finding.code == "HL411" and "pytest" in finding.message] == (
        [] if silent else ["`pytest` is imported, but pytest is installed for development only"]
    )


@pytest.mark.parametrize(("command", "missing"), [("pip install --group serve", ["httpx"]), ("pip install --group=serve --group work", [])])
def test_an_image_has_the_groups_that_pip_is_told_to_install(tmp_path: Path, command: str, missing: list[str]) -> None:
    (tmp_path / "heroku.yml").write_text("build:\n  docker:\n    web: Dockerfile\n")
    (tmp_path / "Dockerfile").write_text(
        f"FROM python:3.13 AS build\nCOPY pyproject.toml .\nRUN python -m venv /venv && /venv/bin/{command}\n"
        "FROM python:3.13-slim\nCOPY --from=build /venv /venv\nENV PATH=/venv/bin:$PATH\nCOPY shop.py .\nCMD python shop.py\n"
    )
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\nserve = ["flask==3.1.2"]\nwork = ["httpx==0.28.1"]\n')
    (tmp_path / "shop.py").write_text("import flask\nimport httpx\n")
    result = engine.run(tmp_path, Config(pedantic=True), engine.RunOptions(today=date(2026, 3, 1), cache=False))
    found = [finding.message.split("`")[1] for finding in result.findings if finding.code == "HL411"]
    assert found == missing
