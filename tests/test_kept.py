"""What is kept between runs: the same report from it, and a new judgement as soon as anything has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small app with a failing start and a password in plain sight."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Procfile").write_text("web: python shop.py\n")
    (root / ".python-version").write_text("3.13\n")
    (root / "requirements.txt").write_text("flask==3.1.2\n")
    word = "".join(("tr4", "1ng", "Q8x", "z7P", "w2m"))
    (root / "shop.py").write_text(
        f'from flask import Flask\n\nMAIL = "smtp://mailer:{word}@mail.example.net"\napp = Flask(__name__)\napp.run(port=5000)\n'
    )
    return root


def codes(run: Run, root: Path, *words: str) -> list[str]:
    """The codes of what is found."""
    report = json.loads(run("check", "--format", "json", "--fail-on", "never", *words, cwd=root).stdout)
    return sorted(finding["code"] for finding in report["findings"])


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_second_run_says_the_same(herolint: Run, shop: Path, tmp_path: Path, form: str) -> None:
    fresh = herolint("check", "--format", form, "--no-cache", "--today", "2026-03-01", cwd=shop)
    for _ in range(2):
        kept = herolint("check", "--format", form, "--today", "2026-03-01", cwd=shop, HEROLINT_CACHE_DIR=str(tmp_path / "cache"))
        assert (kept.stdout, kept.returncode) == (fresh.stdout, fresh.returncode)
    assert "tr41ng" not in kept.stdout
    assert any((tmp_path / "cache").glob("facts-*/run-*"))


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda root: (root / "shop.py").write_text((root / "shop.py").read_text().replace("5000", "8080")), False),
        (lambda root: (root / "shop.py").write_text("import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"), True),
        (lambda root: (root / "Procfile").write_text("web: gunicorn shop:app\n"), True),
        (lambda root: (root / ".slugignore").write_text("*.md\n"), False),
    ],
)
def test_what_has_changed_is_judged_again(herolint: Run, shop: Path, change: Callable[[Path], object], gone: bool) -> None:
    assert "HL105" in codes(herolint, shop)
    change(shop)
    assert codes(herolint, shop) == codes(herolint, shop, "--no-cache")
    assert ("HL105" not in codes(herolint, shop)) is gone


def test_the_configuration_counts(herolint: Run, shop: Path) -> None:
    before = codes(herolint, shop)
    assert codes(herolint, shop, "--ignore", "HL105") == [code for code in before if code != "HL105"]
    (shop / "herolint.toml").write_text('[rules.HL105]\nseverity = "off"\n')
    assert codes(herolint, shop) == [code for code in before if code != "HL105"]


def test_a_file_that_came_is_noticed(herolint: Run, shop: Path) -> None:
    (shop / "shop.py").write_text("import prices\n")
    assert "HL411" in codes(herolint, shop)
    (shop / "prices.py").touch()
    assert "HL411" not in codes(herolint, shop)


def test_what_is_kept_may_be_broken(herolint: Run, shop: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = herolint("check", cwd=shop, HEROLINT_CACHE_DIR=str(cache)).stdout
    for kept in cache.glob("facts-*/run-*"):
        kept.write_bytes(b"\x93\x01")
    assert herolint("check", cwd=shop, HEROLINT_CACHE_DIR=str(cache)).stdout == before


def test_sets_in_the_configuration_change_nothing(herolint: Run, shop: Path, tmp_path: Path) -> None:
    """What is kept is found again by a process that orders sets in another way."""
    (shop / "herolint.toml").write_text('[app]\naddons = ["heroku-postgresql", "heroku-redis", "papertrail", "scheduler"]\n')
    cache = tmp_path / "cache"
    for seed in ("1", "2", "3"):
        herolint("check", cwd=shop, HEROLINT_CACHE_DIR=str(cache), PYTHONHASHSEED=seed)
    assert len(list(cache.glob("facts-*/run-*"))) == 1
