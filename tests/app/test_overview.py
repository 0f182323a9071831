"""The apps at a glance: what starts what, and which services stand behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import plant

import herolint
from herolint.app.model import App
from herolint.app.overview import AppOverview, Service

DAY = date(2026, 11, 1)


def glance(folder: Path) -> AppOverview:
    [found] = herolint.check(folder, today=DAY, cache=False).overview()
    return found


def services(found: AppOverview) -> dict[str, set[str]]:
    return {process.name: {service.name for service in process.services} for process in found.processes}


def test_services_by_the_calls_that_each_process_reaches(app: Callable[[str], Path]) -> None:
    found = glance(app("express-orders"))
    assert services(found) == {"web": {"PostgreSQL", "Redis"}, "worker": {"Redis"}, "release": {"PostgreSQL"}}
    web = found.processes[0]
    assert (web.command, web.entries, web.modules, web.handlers) == ("node src/server.js", ("src/server.js",), 8, 3)
    assert (found.stack, found.stack_assumed, found.buildpacks, found.runtime) == ("heroku-24", True, ("heroku/nodejs",), "Node.js 24.19.0")
    assert found.addons == ("heroku-postgresql:essential-0", "heroku-redis:mini")
    assert found.slug is not None
    assert not found.unknown


def test_services_that_settings_name(app: Callable[[str], Path]) -> None:
    found = glance(app("django-shop"))
    assert services(found) == {
        "release": {"PostgreSQL", "Redis", "message broker"},
        "web": {"PostgreSQL", "Redis", "message broker"},
        "worker": {"PostgreSQL", "Redis", "message broker"},
    }


def test_a_file_is_a_service_too(app: Callable[[str], Path]) -> None:
    assert glance(app("events-directory")).processes[0].services == (Service("SQLite", "data/events.db"),)


def test_secrets_in_commands_are_masked(tmp_path: Path) -> None:
    token = "ghp_" + "kQ3vXz8mTw2Lr7Jd" + "9bNf4HsYp6Gc1VeAuR5o"
    plant(
        tmp_path,
        {"Procfile": f"web: GITHUB_TOKEN={token} python app.py\n", "requirements.txt": "flask==3.1.1\n", "app.py": "import flask\n"},
    )
    command = glance(tmp_path).processes[0].command
    assert token not in command
    assert command.startswith("GITHUB_TOKEN=ghp_***")


def test_a_part_that_fails_leaves_the_others(app: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_app: App) -> str:
        raise KeyError("stack")

    result = herolint.check(app("express-orders"), today=DAY, cache=False)
    monkeypatch.setattr(App, "stack", property(broken))
    [found] = result.overview()
    assert found.unknown == ("the stack could not be made out (KeyError)",)
    assert found.stack == ""
    assert found.buildpacks == ("heroku/nodejs",)
