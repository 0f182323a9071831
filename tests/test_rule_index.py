"""The index of rules: the same rules with and without it, none missed that is added, and no module imported that cannot matter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from herolint.rules import index
from herolint.rules.registry import Elsewhere, Rule, add, all_rules

PACKAGE = Path(__file__).parent.parent / "src" / "herolint"

NEW_RULE = """
from herolint.finding import Place
from herolint.rules.registry import NOTE, report, rule

@rule("HL999", "has-readme", NOTE)
def has_readme(app):
    if "README.md" in app.slug:
        yield report("HL999", "there is a README", Place("README.md"))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of herolint, to which rules can be added."""
    shutil.copytree(PACKAGE, tmp_path / "lib" / "herolint", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lib"


def run(lib: Path, code: str, *arguments: str) -> str:
    """What Python code prints that runs with the herolint in `lib` and a cache beside it."""
    environment = {**os.environ, "PYTHONPATH": str(lib), "HEROLINT_CACHE_DIR": str(lib.parent / "cache")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout


HEROLINT = "import sys; from herolint.cli import main; main(sys.argv[1:])"


def test_the_index_says_what_the_rules_declare() -> None:
    index.register()
    known = {rule.code: rule for rule in all_rules() if rule.code.startswith("HL")}
    modules = sorted({r.check.module if isinstance(r.check, Elsewhere) else r.check.__module__ for r in known.values()})
    read = index.read_index(modules)
    assert sorted(rule["code"] for rules in read.values() for rule in rules) == sorted(known)
    for module, rules in read.items():
        for rule in rules:
            code = known[rule["code"]]
            assert (rule["name"], rule["severities"], rule["needs"]) == (code.name, code.severities, code.needs)
            assert module.startswith("herolint.rules.")


def test_a_kept_index_lists_the_same_rules(copy: Path) -> None:
    first = run(copy, HEROLINT, "rules", "--format", "json")
    assert list((copy.parent / "cache" / "tables").glob("rules-*"))
    assert run(copy, HEROLINT, "rules", "--format", "json") == first


def test_a_rule_that_is_added_or_changed_counts_at_once(copy: Path, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "README.md").write_text("# Shop\n")
    check = (HEROLINT, "check", "--select", "HL9", "--format", "concise", str(app))
    module = copy / "herolint" / "rules" / "boot" / "readme.py"
    run(copy, HEROLINT, "rules")
    module.write_text(NEW_RULE)
    assert "note" in run(copy, *check)
    module.write_text(NEW_RULE.replace("import NOTE", "import WARNING").replace(", NOTE", ", WARNING"))
    assert "warning" in run(copy, *check)


def test_only_rules_that_may_say_something_are_imported(copy: Path, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "README.md").write_text("# Shop\n")
    run(copy, HEROLINT, "rules")
    modules = run(copy, HEROLINT + "; print(*sys.modules)", "check", "--no-cache", str(app)).split()
    assert "herolint.rules.index" in modules
    assert not {
        module for module in modules if module.startswith(("herolint.rules.disk", "herolint.rules.requests", "herolint.rules.boot"))
    }


def test_two_rules_cannot_have_one_code() -> None:
    index.register()
    with pytest.raises(ValueError, match="already taken by HL105"):
        add(Rule("HL105", "other", (), lambda _app: (), ("files",)))
