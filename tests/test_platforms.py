"""The platform's facts: they load, agree with one another, and answer what rules ask."""

from __future__ import annotations

import datetime
import re

import pytest

from herolint.platforms import load, names
from herolint.platforms.addons import load_addons
from herolint.platforms.group import Group


def test_unknown_platform_names_the_known_ones() -> None:
    assert names() == ("heroku",)
    with pytest.raises(ValueError, match=r"nimbus.*heroku"):
        load("nimbus")


def test_limits_in_the_units_that_rules_use() -> None:
    platform = load()
    assert (platform.request_timeout_s, platform.idle_timeout_s, platform.boot_timeout_s) == (30, 55, 60)
    assert (platform.slug_warning_bytes, platform.slug_limit_bytes) == (300_000_000, 500_000_000)
    assert platform.restart_hours == 24
    assert {"PORT", "DYNO", "HEROKU_APP_NAME"} <= set(platform.config_vars)
    assert datetime.date.fromisoformat(platform.checked) == platform.checked_on


def test_every_group_says_where_its_facts_stand() -> None:
    platform = load()
    groups = [value for value in (getattr(platform, field) for field in platform.__struct_fields__) if isinstance(value, Group)]
    assert len(groups) >= 10
    for group in groups:
        assert group.source
        assert all(url.startswith("https://") for url in group.source)
        assert group.read <= platform.checked_on


@pytest.mark.parametrize(
    ("stack", "day", "status"),
    [
        ("heroku-24", "2026-11-22", "current"),
        ("heroku-22", "2026-11-22", "deprecated"),
        ("heroku-22", "2027-04-30", "deprecated"),
        ("heroku-22", "2027-05-01", "retired"),
        ("heroku-20", "2026-11-22", "retired"),
        ("container", "2040-01-01", "current"),
    ],
)
def test_status_of_a_stack_follows_the_date(stack: str, day: str, status: str) -> None:
    found = load().stack(stack)
    assert found is not None
    assert found.status_on(datetime.date.fromisoformat(day)) == status


def test_default_stack_and_dyno_are_known() -> None:
    platform = load()
    default = platform.stack(platform.default_stack)
    assert default is not None
    assert default.status == "current"
    assert platform.dyno(platform.dynos.default) is not None
    assert platform.stack("heroku-99") is None
    assert platform.dyno("hobby") is None


def test_dyno_memory_agrees_with_the_table_of_add_ons() -> None:
    platform = load()
    for size, memory in load_addons().memory_mb.items():
        dyno = platform.dyno(size.upper())
        assert dyno is not None, size
        assert dyno.memory_mb == memory


def test_python_versions() -> None:
    python = load().python
    assert python.version(python.default) is not None
    for version in python.versions:
        assert version.latest.startswith(f"{version.minor}.")
    assert python.available("3.13", "heroku-24")
    assert not python.available("3.9", "heroku-24")
    assert not python.available("3.13", "heroku-20")
    assert [v.minor for v in python.versions if v.deprecated] == ["3.10"]
    assert set(python.programs_after_build) == {manager.name for manager in python.managers}
    stacks = load()
    assert all(stacks.stack(name) for name in python.stacks)


@pytest.mark.parametrize(
    ("address", "name", "state"),
    [
        ("heroku/python", "heroku/python", "current"),
        ("https://github.com/heroku/heroku-buildpack-python.git", "heroku/python", "current"),
        ("https://github.com/heroku/heroku-buildpack-python#v244", "heroku/python", "current"),
        ("https://github.com/heroku/heroku-buildpack-python/archive/main.tar.gz", "heroku/python", "current"),
        ("git@github.com:heroku/heroku-buildpack-google-chrome.git", "heroku/google-chrome", "broken"),
        ("https://github.com/heroku/heroku-buildpack-static", "heroku-community/static", "broken"),
    ],
)
def test_buildpack_by_name_or_address(address: str, name: str, state: str) -> None:
    found = load().buildpack(address)
    assert found is not None
    assert (found.name, found.state) == (name, state)


def test_buildpack_of_somebody_else_is_unknown() -> None:
    assert load().buildpack("https://github.com/someone/heroku-buildpack-python") is None
    assert load().buildpack("") is None


def test_buildpacks_that_fail_name_another_way() -> None:
    for buildpack in load().buildpacks.all:
        assert bool(buildpack.instead) == (buildpack.state != "current")
        assert all(re.fullmatch(r"github\.com/[\w./-]+", url) for url in buildpack.urls)
