"""`herolint slug`: the slug by its parts, by the evidence there is, and the change that would save most."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from conftest import Run, plant

from herolint.workspace.environment import site_packages, weigh

MB = 1_000_000


def slug_of(herolint: Run, root: Path, *words: str) -> dict[str, object]:
    done = herolint("slug", root, "--format", "json", *words)
    assert done.returncode in (0, 1), done.stderr
    document = json.loads(done.stdout)
    assert document["limits"] == {"hard": 500 * MB, "soft": 300 * MB}
    (app,) = document["apps"]
    found = app["slug"]
    assert isinstance(found, dict)
    assert found["low"] <= found["likely"] <= found["high"]
    assert [part["bytes"] for part in found["parts"]] == sorted((part["bytes"] for part in found["parts"]), reverse=True)
    return found


def sizes(found: dict[str, object]) -> dict[str, int]:
    """Bytes by the name of a part."""
    parts = found["parts"]
    assert isinstance(parts, list)
    return {part["name"]: part["bytes"] for part in parts}


def test_what_is_over_the_limit_and_the_change_that_helps(tmp_path: Path, herolint: Run) -> None:
    root = plant(tmp_path, {"requirements.txt": "flask\ntorch==2.5.1\n", ".python-version": "3.12\n"})
    done = herolint("slug", root, COLUMNS="80")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "over the limit of 500 MB: the build stops" in " ".join(lines[:2])
    assert lines[lines.index("") + 1].startswith("torch ")
    assert "Smaller: `torch+cpu` in place of `torch` (requirements.txt:2)" in done.stdout
    assert all(len(line) <= 80 for line in lines)
    found = slug_of(herolint, root)
    change = found["change"]
    assert isinstance(change, dict)
    assert change["saved"] > 1500 * MB
    assert 200 * MB < change["after"] < 400 * MB


def test_an_index_without_cuda_needs_no_change(tmp_path: Path, herolint: Run) -> None:
    text = "--extra-index-url https://download.pytorch.org/whl/cpu\nflask\ntorch\n"
    found = slug_of(herolint, plant(tmp_path, {"requirements.txt": text, ".python-version": "3.13\n"}))
    assert found["change"] is None
    assert isinstance(found["likely"], int)
    assert found["likely"] < 400 * MB


PYLOCK = """\
lock-version = "1.0"

[[packages]]
name = "flask"
version = "3.1.1"
wheels = [{ url = "flask-3.1.1-py3-none-any.whl", size = 100000 }]

[[packages]]
name = "big"
version = "1.0"
wheels = [
    { url = "big-1.0-cp313-cp313-win_amd64.whl", size = 90000000 },
    { url = "big-1.0-cp313-cp313-manylinux_2_28_x86_64.whl", size = 40000000 },
]

[[packages]]
name = "windows-only"
version = "1.0"
marker = "sys_platform == 'win32'"
wheels = [{ url = "windows_only-1.0-py3-none-any.whl", size = 70000000 }]
"""


def test_a_lock_with_sizes_counts_for_more_than_the_table(tmp_path: Path, herolint: Run) -> None:
    files = {"requirements.txt": "flask\nbig\n", ".python-version": "3.13\n", "pylock.toml": PYLOCK}
    found = slug_of(herolint, plant(tmp_path, files))
    assert found["evidence"] == "the sizes in `pylock.toml`"
    assert found["unknown"] == []
    parts = sizes(found)
    assert parts["big"] == 40 * MB
    assert "windows-only" not in parts


def test_an_environment_is_weighed(tmp_path: Path, herolint: Run) -> None:
    root = plant(tmp_path / "app", {"requirements.txt": "tiny\n", ".python-version": "3.13\n"})
    packages = tmp_path / "env" / "lib" / "python3.13" / "site-packages"
    source = "".join(f"value_{number} = {number * number}\n" for number in range(20_000))
    plant(
        packages,
        {
            "tiny/__init__.py": source,
            "tiny-1.0.dist-info/RECORD": "tiny/__init__.py,sha256=x,1\n../../../../outside.txt,,\n",
            "pip-26.0.dist-info/RECORD": "pip/__init__.py,,\n",
            "pip/__init__.py": source,
        },
    )
    plant(tmp_path, {"outside.txt": source})
    (one,) = weigh(packages)
    assert (one.name, one.version) == ("tiny", "1.0")
    assert 0.4 * len(source) < one.bytes < 0.9 * len(source)
    found = slug_of(herolint, root, "--env", str(tmp_path / "env"))
    assert sizes(found).keys() == {"python", "tiny", "app"}
    assert "environment" in str(found["evidence"])


def test_this_environment_has_packages() -> None:
    packages = site_packages(Path(sys.prefix))
    assert packages is not None


@pytest.mark.parametrize("words", [["--env", "."], ["--env", "missing"]])
def test_no_environment_is_a_plain_error(tmp_path: Path, herolint: Run, words: list[str]) -> None:
    done = herolint("slug", plant(tmp_path, {"requirements.txt": "flask\n"}), *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "no Python packages are installed there" in done.stderr


def test_what_cannot_be_weighed_says_so(tmp_path: Path, herolint: Run) -> None:
    done = herolint("slug", plant(tmp_path, {"composer.json": "{}", "index.php": "<?php\n"}))
    assert done.returncode == 0
    assert "cannot be weighed" in done.stdout


LISTED = '{"buildpacks": [{"url": "heroku-community/apt"}, {"url": "heroku-community/chrome-for-testing"}, {"url": "heroku/python"}]}'


def test_apt_packages_and_browsers_are_parts(tmp_path: Path, herolint: Run) -> None:
    files = {"requirements.txt": "flask==3.1.1\n", ".python-version": "3.13\n", "Aptfile": "ffmpeg\nlibasound2t64\nno-such-package\n"}
    found = slug_of(herolint, plant(tmp_path, files | {"app.json": LISTED}))
    parts = sizes(found)
    assert 100 * MB < parts["ffmpeg"] < 250 * MB  # mostly what it brings
    assert 140 * MB < parts["Chrome for Testing"] < 250 * MB
    assert "1 other Apt package" in parts
    assert "in place of Ubuntu" in str(found["evidence"])
    assert isinstance(found["low"], int)
    assert found["low"] > 18 * MB + 0.5 * parts["ffmpeg"] + 0.6 * parts["Chrome for Testing"]


def test_an_aptfile_that_may_not_be_read_is_not_counted_for_sure(tmp_path: Path, herolint: Run) -> None:
    files = {"requirements.txt": "flask==3.1.1\n", ".python-version": "3.13\n", "Aptfile": "ffmpeg\n"}
    found = slug_of(herolint, plant(tmp_path / "a", files))
    assert isinstance(found["low"], int)
    assert "ffmpeg" in sizes(found)
    assert found["low"] < 25 * MB
    without = LISTED.replace('{"url": "heroku-community/apt"}, ', "")
    assert "ffmpeg" not in sizes(slug_of(herolint, plant(tmp_path / "b", files | {"app.json": without})))


@pytest.mark.parametrize(
    ("version", "more", "part"),
    [
        ("^13.0.0", {}, "Chromium of Puppeteer"),
        ("^13.0.0", {"app.json": '{"env": {"PUPPETEER_SKIP_CHROMIUM_DOWNLOAD": "true"}}'}, ""),
        ("^24.0.0", {}, ""),
        ("^24.0.0", {".puppeteerrc.cjs": "module.exports = { cacheDirectory: '.cache' };\n"}, "Chrome of Puppeteer"),
    ],
)
def test_what_puppeteer_downloads(tmp_path: Path, herolint: Run, version: str, more: dict[str, str], part: str) -> None:
    package = {"name": "a", "scripts": {"start": "node server.js"}, "dependencies": {"puppeteer": version}}
    parts = sizes(slug_of(herolint, plant(tmp_path, {"package.json": json.dumps(package), "server.js": "", **more})))
    assert {name for name in parts if "Puppeteer" in name} == ({part} if part else set())


GEMFILE = """\
source "https://rubygems.org"

gem "nokogiri"
gem "rack"

group :test do
  gem "selenium-webdriver"
end
"""
GEMFILE_LOCK = """\
GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.18.9-x86_64-linux-gnu)
    rack (3.2.3)
    selenium-webdriver (4.35.0)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  nokogiri
  rack
  selenium-webdriver

RUBY VERSION
   ruby 3.4.9p82

BUNDLED WITH
   2.7.2
"""


def test_a_ruby_slug(tmp_path: Path, herolint: Run) -> None:
    parts = sizes(slug_of(herolint, plant(tmp_path, {"Gemfile": GEMFILE, "Gemfile.lock": GEMFILE_LOCK, "config.ru": "run App\n"})))
    assert parts.keys() == {"ruby", "nokogiri", "gems", "app"}


def test_a_go_slug(tmp_path: Path, herolint: Run) -> None:
    module = "module example.com/a\n\ngo 1.26\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/lib/pq v1.10.9\n)\n"
    found = slug_of(herolint, plant(tmp_path, {"go.mod": module, "go.sum": "", "main.go": "package main\n\nfunc main() {}\n"}))
    assert sizes(found).keys() == {"programs", "github.com/gin-gonic/gin", "modules", "app"}
    assert isinstance(found["high"], int)
    assert found["high"] < 20 * MB


def test_two_buildpacks_make_one_slug(tmp_path: Path, herolint: Run) -> None:
    package = {"name": "a", "dependencies": {"express": "^5.0.0"}}
    listed = '{"buildpacks": [{"url": "heroku/nodejs"}, {"url": "heroku/python"}]}'
    files = {"requirements.txt": "flask==3.1.1\n", ".python-version": "3.13\n", "package.json": json.dumps(package), "app.json": listed}
    assert {"python", "node", "flask", "express", "app"} <= sizes(slug_of(herolint, plant(tmp_path, files))).keys()
