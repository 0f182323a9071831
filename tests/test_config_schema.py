"""The JSON Schema of the configuration: what it accepts is what the reader accepts."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from herolint.config import ConfigError, load_config
from herolint.config_schema import schema
from herolint.engine import load_rules

ROOT = Path(__file__).parent.parent
SCHEMA = schema(load_rules(ROOT)[0], {"HL105": "web never listens"})
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)


def as_json(value: Any) -> Any:
    """A TOML value as editors hand it to a schema."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def reads(folder: Path, text: str) -> str:
    """What the reader says against a configuration; empty when it takes it."""
    (folder / "herolint.toml").write_text(text)
    try:
        load_config(folder)
    except ConfigError as error:
        return str(error)
    return ""


def test_the_command_prints_it(herolint: Run, tmp_path: Path) -> None:
    run = herolint("config", "--schema", cwd=tmp_path)
    assert run.returncode == 0
    printed = json.loads(run.stdout)
    Draft7Validator.check_schema(printed)
    assert printed["properties"].keys() == SCHEMA["properties"].keys()
    assert printed["properties"]["rules"]["properties"]["HL105"]["description"].startswith("Reports a web process")
    assert "port-not-bound" in printed["definitions"]["selector"]["anyOf"][0]["enum"]


def test_defaults_are_those_of_a_run_without_configuration() -> None:
    defaults = {name: key["default"] for name, key in SCHEMA["properties"].items() if "default" in key}
    assert defaults == {
        "select": ["ALL"],
        "extend-select": [],
        "ignore": [],
        "severity": "note",
        "fail-on": "error",
        "pedantic": False,
        "platform": "heroku",
        "exclude": [],
    }


@pytest.mark.parametrize(
    ("table", "described"),
    [
        ("zz = 1", SCHEMA["properties"]),
        ("[app]\nzz = 1", SCHEMA["properties"]["app"]["properties"]),
        ('[[ignores]]\nrule = "x"\nreason = "y"\nzz = 1', SCHEMA["properties"]["ignores"]["items"]["properties"]),
    ],
)
def test_both_know_the_same_keys(tmp_path: Path, table: str, described: dict[str, Any]) -> None:
    told = re.search("known here: (.*)", reads(tmp_path, table))
    assert told is not None
    assert told[1].split(", ") == list(described)


def documented() -> list[tuple[str, str]]:
    """Every configuration that the documentation shows."""
    found = []
    for file in (ROOT / "README.md", *sorted((ROOT / "rules").rglob("*.md"))):
        for block in re.findall(r"```toml\n(.*?)```", file.read_text("utf-8"), re.DOTALL):
            if "[[ignores]]" in block or re.search(r"^\[rules\.|^\[tool\.herolint", block, re.MULTILINE):
                found.append((file.name, block))
    return found


@pytest.mark.parametrize(("name", "text"), documented())
def test_what_the_documentation_shows_is_valid(tmp_path: Path, name: str, text: str) -> None:
    table = tomllib.loads(text)
    own = table.get("tool", {}).get("herolint", table)
    assert not list(VALIDATOR.iter_errors(as_json(own)))


def test_in_pyproject_it_describes_the_table() -> None:
    text = '[project]\nname = "shop"\n\n[tool.herolint]\nignore = ["HL4"]\nfail-on = "never"\n\n[tool.herolint.app]\ndyno = { web = "basic" }\n'
    assert VALIDATOR.is_valid(tomllib.loads(text)["tool"]["herolint"])
    assert not VALIDATOR.is_valid({"fail_on": "never"})
    assert not VALIDATOR.is_valid({"app": {"dyno": 1}})


_RIGHT: dict[str, tuple[str, ...]] = {
    "words": ('["HL105"]', "[]", '["port-not-bound", "HL2"]'),
    "severity": ('"note"', '"error"'),
    "never": ('"never"', '"warning"'),
    "flag": ("true", "false"),
    "word": ('"heroku"', '""'),
    "dyno": ('"eco"', '{ web = "basic" }', "{}"),
    "scale": ("{ web = 2, worker = 0 }", "{}"),
    "rules": ('{ HL105 = { severity = "off" } }', "{ HL105 = {} }", '{ x = { limit = 3, severity = "note" } }', "{}"),
    "day": ("2027-01-31", '"2027-01-31"'),
    "table": ("{}", "{ effects = { x = 1 } }"),
    "ignores": ("[]", '[{ rule = "HL1", reason = "why" }]', '[{ rule = "HL1", reason = "why", path = "a/**", until = 2027-01-31 }]'),
}
_WRONG = (
    "3",
    "-1",
    "1.5",
    '"loud"',
    '["a", 2]',
    "[[]]",
    '{ web = "x", worker = -1 }',
    "{ a = { severity = 1 } }",
    "[{ rule = 3 }]",
)
_KEYS = {
    "select": "words", "extend-select": "words", "ignore": "words", "exclude": "words", "severity": "severity", "fail-on": "never",
    "pedantic": "flag", "platform": "word", "rules": "rules", "knowledge": "table", "ignores": "ignores", "selects": "words",
}  # fmt: skip
_APP_KEYS = {
    "stack": "word",
    "dyno": "dyno",
    "addons": "words",
    "config-vars": "words",
    "buildpacks": "words",
    "processes": "scale",
    "size": "word",
}
_IGNORE_KEYS = {"rule": "word", "reason": "word", "path": "word", "until": "day", "because": "word"}


def table_of(keys: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """Some of the keys, each with a value of its own form or of another."""

    def pair(name: str) -> st.SearchStrategy[tuple[str, str]]:
        return st.tuples(st.just(name), st.sampled_from(_RIGHT[keys[name]]) | st.sampled_from(_WRONG))

    return st.lists(st.sampled_from(sorted(keys)).flatmap(pair), max_size=4, unique_by=lambda one: one[0]).map(dict)


def inline(table: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{name} = {value}" for name, value in table.items()) + " }"


@settings(max_examples=400, deadline=None)
@given(table_of(_KEYS), table_of(_APP_KEYS), st.lists(table_of(_IGNORE_KEYS), max_size=2))
def test_the_schema_accepts_what_the_reader_accepts(top: dict[str, str], app: dict[str, str], ignores: list[dict[str, str]]) -> None:
    if ignores:
        top = {**top, "ignores": "[" + ", ".join(map(inline, ignores)) + "]"}
    text = "\n".join(f"{name} = {value}" for name, value in top.items()) + f"\napp = {inline(app)}\n"
    errors = [error.message for error in VALIDATOR.iter_errors(as_json(tomllib.loads(text)))]
    assert bool(errors) == bool(said := _read(text)), (text, errors, said)


def _read(text: str) -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return reads(Path(folder), text)


def test_every_kind_of_value_is_tried() -> None:
    assert {*_KEYS, "app"} - {"selects"} == SCHEMA["properties"].keys()
    assert _APP_KEYS.keys() - {"size"} == SCHEMA["properties"]["app"]["properties"].keys()
    assert _IGNORE_KEYS.keys() - {"because"} == SCHEMA["properties"]["ignores"]["items"]["properties"].keys()
