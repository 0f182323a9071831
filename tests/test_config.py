"""The configuration: where it is found, what it says, and how it says what is wrong with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from herolint.config import Config, ConfigError, load_config
from herolint.context import Context, ContextError, load_context
from herolint.finding import Severity
from herolint.globs import matches
from herolint.rules.registry import Rule
from herolint.selection import select_rules

RULES = (
    Rule("HL105", "port-not-bound", (Severity.ERROR,), lambda _app: (), ("files",)),
    Rule("HL106", "binds-localhost", (Severity.ERROR,), lambda _app: (), ("files",)),
    Rule("HL502", "long-work-in-request", (Severity.WARNING,), lambda _app: (), ("files",)),
)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def codes(config: Config) -> list[str]:
    return [rule.code for rule in select_rules(config, RULES).enabled]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    write(
        tmp_path / "herolint.toml",
        """
select = ["HL1"]
extend-select = ["long-work-in-request"]
ignore = ["HL106"]
severity = "warning"
fail-on = "never"
pedantic = true
platform = "heroku"
exclude = ["scripts/"]
[rules.HL502]
severity = "error"
limit = 3
[[ignores]]
rule = "HL105"
path = "old/**"
reason = "goes away"
until = 2027-01-31
[app]
stack = "heroku-22"
dyno = { web = "Basic" }
addons = ["heroku-postgresql:essential-0"]
config-vars = ["DATABASE_URL"]
buildpacks = ["heroku/python"]
processes = { web = 2 }
[knowledge.effects]
x = 1
""",
    )
    config = load_config(tmp_path)
    assert codes(config) == ["HL105", "HL502"]
    assert (config.severity, config.fail_on, config.pedantic, config.exclude) == (Severity.WARNING, None, True, ("scripts/",))
    assert config.ignores[0].until == date(2027, 1, 31)
    assert config.ignores[0].origin == "herolint.toml:13"
    assert config.app == Context(
        stack="heroku-22",
        dynos={"web": "basic"},
        addons=frozenset({"heroku-postgresql:essential-0"}),
        config_vars=frozenset({"DATABASE_URL"}),
        buildpacks=("heroku/python",),
        scale={"web": 2},
    )
    assert config.knowledge == {"effects": {"x": 1}}
    selection = select_rules(config, RULES)
    assert selection.severities == {"HL502": Severity.ERROR}
    assert selection.options["HL502"] == {"limit": 3}
    assert config.origins["select"] == "herolint.toml:2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nselct = []", "herolint.toml:2: unknown key `selct`; did you mean `select`?"),
        ("select = [1]", "herolint.toml:1: `select[0]` must be a string, not 1"),
        ('select = "HL1"', "herolint.toml:1: `select` must be a list, not 'HL1'"),
        ('severity = "bad"', "herolint.toml:1: `severity` must be one of note, warning, error, not 'bad'"),
        ("pedantic = 1", "herolint.toml:1: `pedantic` must be true or false, not 1"),
        ('[app]\nstak = ""', "herolint.toml:2: unknown key `stak`; did you mean `stack`?"),
        ("[app.processes]\nweb = true", "herolint.toml:2: `app.processes.web` must be a number of dynos, not True"),
        ('[[ignores]]\nrule = "HL105"', 'herolint.toml:1: an ignore needs a reason (`reason = "…"`)'),
        ('[rules.HL105]\nseverty = "off"', "herolint.toml:2: unknown key `severty`; did you mean `severity`?"),
        ("x = [\n1", "herolint.toml:2: not valid TOML"),
        ("x = " + "[" * 100_000, "herolint.toml:1: not valid TOML: nested deeper"),
    ],
)
def test_mistakes_are_named_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "herolint.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('select = ["HL999"]', "herolint.toml:1: unknown rule `HL999`"),
        ('[rules.port-not-bund]\nseverity = "off"', "herolint.toml:1: unknown rule `port-not-bund`; did you mean `port-not-bound`?"),
        ('[[ignores]]\nrule = "HL9"\nreason = "x"', "herolint.toml:1: unknown rule `HL9`"),
    ],
)
def test_unknown_rules_are_refused(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "herolint.toml", text)
    with pytest.raises(ConfigError) as caught:
        select_rules(load_config(tmp_path), RULES)
    assert message in str(caught.value)


def test_it_is_found_upwards_to_the_repository_root(tmp_path: Path) -> None:
    write(tmp_path / "herolint.toml", 'severity = "error"')
    deep = tmp_path / "repo" / "a" / "b"
    deep.mkdir(parents=True)
    assert load_config(deep).file is None, "outside of a repository only the folder itself counts"
    (tmp_path / "repo" / ".git").mkdir()
    assert load_config(deep).file is None
    write(tmp_path / "repo" / "pyproject.toml", '[tool.other]\n[tool.herolint]\nseverity = "warning"')
    assert load_config(deep).severity is Severity.WARNING
    write(tmp_path / "repo" / "a" / "pyproject.toml", "[project]\nname = 'x'")
    assert load_config(deep).severity is Severity.WARNING, "a pyproject.toml without our table is passed by"


def test_a_broken_pyproject_counts_only_when_it_is_meant_for_us(tmp_path: Path) -> None:
    file = write(tmp_path / "pyproject.toml", "# herolint\n[project\n")
    assert load_config(tmp_path).file is None
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2: not valid TOML"):
        load_config(tmp_path, file)
    write(file, "[tool.herolint]\nselect = \n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2"):
        load_config(tmp_path)


def test_a_config_that_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "herolint.toml").mkdir()
    assert load_config(tmp_path).file is None
    with pytest.raises(ConfigError, match="not a file"):
        load_config(tmp_path, tmp_path / "herolint.toml")
    with pytest.raises(ConfigError, match="no such file"):
        load_config(tmp_path, tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tests", "a/tests/x.py", True),
        ("/tests", "a/tests/x.py", False),
        ("tests/**", "tests/x.py", True),
        ("a/*.py", "a/b.py", True),
        ("a/*.py", "a/c/b.py", False),
        ("*.py", "a/b.py", True),
        ("**/x/*.py", "q/r/x/b.py", True),
        ("**", "", True),
        ("[ab]/c", "b/c", True),
        ("*a" * 200 + "b", "a" * 4000, False),
        ("**/a/" * 200 + "b", "a/" * 2000 + "c", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_context_from_what_the_heroku_command_prints(tmp_path: Path) -> None:
    file = write(
        tmp_path / "context.json",
        """{"DATABASE_URL": "postgres://user:secret@host/db", "PORT": "1"}
[{"addon_service": {"name": "heroku-postgresql"}, "plan": {"name": "heroku-postgresql:essential-0"}}]
[{"type": "web", "size": "Basic", "command": "x"}, {"type": "web", "size": "Basic"}, {"type": "run", "size": "Eco"}]
""",
    )
    context = load_context(file)
    assert context.config_vars == frozenset({"DATABASE_URL", "PORT"})
    assert context.addons == frozenset({"heroku-postgresql:essential-0"})
    assert (context.dyno("web"), context.dyno("worker"), context.scale) == ("basic", None, {"web": 2})
    assert "secret" not in repr(context)


def test_context_as_one_object(tmp_path: Path) -> None:
    text = '{"stack": "heroku-24", "config": {"A": "b"}, "addons": [], "ps": [], "buildpacks": [{"url": "heroku/python"}]}'
    context = load_context(write(tmp_path / "context.json", text))
    assert context == Context(stack="heroku-24", config_vars=frozenset({"A"}), addons=frozenset(), buildpacks=("heroku/python",))


@pytest.mark.parametrize("text", ["", "{", "3", "[" * 100_000, '[{"x": 1}]', "\x00"])
def test_a_context_that_makes_no_sense(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContextError, match=r"context\.json"):
        load_context(write(tmp_path / "context.json", text))
