"""`app.json`: whose it is, what it declares, and what in it Heroku refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats import app_json
from herolint.formats.app_json import AppJson
from herolint.source import SourceFile


def read(content: object) -> AppJson:
    text = content if isinstance(content, str) else json.dumps(content)
    found = app_json.parse(SourceFile("app.json", text.encode()))
    assert found is not None
    return found


def issues(content: object) -> list[tuple[str, str, str]]:
    """Severity, message and the text pointed at."""
    text = content if isinstance(content, str) else json.dumps(content)
    source = SourceFile("app.json", text.encode())
    found = app_json.parse(source)
    assert found is not None
    return [(i.severity_word, i.message, source.slice(i.span)) for i in found.problems]


@pytest.mark.parametrize(
    "content",
    [
        '{"expo": {"name": "x"}, "env": {}}',
        '{"name": "App", "displayName": "App"}',
        '{"scripts": {"start": "x"}}',
        "[]",
        "",
        '{"expo": {,',
        "\x00",
    ],
)
def test_files_of_other_tools_are_not_read(content: str) -> None:
    assert app_json.parse(SourceFile("app.json", content.encode())) is None


def test_a_full_file_is_read_without_complaint() -> None:
    found = read(
        {
            "$schema": "x",
            "name": "shop",
            "keywords": ["a"],
            "success_url": "/welcome",
            "stack": "heroku-24",
            "scripts": {"postdeploy": "python manage.py seed"},
            "env": {
                "DEBUG": "0",
                "SECRET": {"generator": "secret", "description": "key"},
                "OPTIONAL": {"required": False, "value": "x"},
            },
            "formation": {"web": {"quantity": 1, "size": "basic"}},
            "addons": ["heroku-postgresql:essential-0", {"plan": "heroku-redis:mini", "as": "CACHE", "options": {"v": "7"}}],
            "buildpacks": [{"url": "heroku/python"}],
            "environments": {"test": {"scripts": {"test": "pytest"}, "addons": ["heroku-postgresql:in-dyno"]}},
        }
    )
    assert found.problems == ()
    assert found.stack == "heroku-24"
    assert found.success_url == "/welcome"
    assert found.scripts["postdeploy"][0] == "python manage.py seed"
    assert [(v.name, v.value, v.required, v.generator) for v in found.env.values()] == [
        ("DEBUG", "0", True, None),
        ("SECRET", None, True, "secret"),
        ("OPTIONAL", "x", False, None),
    ]
    assert [(a.plan, a.as_) for a in found.addons] == [("heroku-postgresql:essential-0", None), ("heroku-redis:mini", "CACHE")]
    assert [b.url for b in found.buildpacks] == ["heroku/python"]
    assert (found.formation["web"].quantity, found.formation["web"].size) == (1, "basic")


@pytest.mark.parametrize(
    ("content", "severity", "message", "place"),
    [
        ({"env": ["A"]}, "error", "'env' must be an object, not a list", '["A"]'),
        ({"env": {"A": 1}}, "error", "config var A must be a string in quotes or an object, not a number", "1"),
        ({"env": {"A": {"value": True}}}, "error", "the value of config var A must be a string, not true or false", "true"),
        ({"env": {"A": {"generator": "uuid"}}}, "error", "the only one is 'secret'", '"uuid"'),
        ({"env": {"A": {"required": "false"}}}, "warning", "a string counts as true", '"false"'),
        ({"env": {"A": {"required": 0}}}, "error", "must be true or false, not a number", "0"),
        ({"env": {"A": {"valeu": "x"}}}, "note", "did you mean 'value'?", '"valeu"'),
        ({"addons": {"plan": "x"}}, "error", "'addons' must be a list, not an object", '{"plan": "x"}'),
        ({"addons": [{"as": "X"}]}, "error", "an add-on needs 'plan'", '{"as": "X"}'),
        ({"addons": [1]}, "error", "an add-on must be a string such as", "1"),
        ({"buildpacks": ["heroku/python"]}, "error", 'an object such as {"url": "heroku/python"}', '"heroku/python"'),
        ({"buildpacks": [{}]}, "error", "a buildpack needs 'url'", "{}"),
        ({"formation": {"web": {"size": "basic"}}}, "error", "the formation of web needs 'quantity'", '"web"'),
        ({"formation": {"web": {"quantity": "1"}}}, "error", "must be a whole number, not a string", '"1"'),
        ({"formation": {"web": {"quantity": -1}}}, "error", "must not be negative", "-1"),
        ({"formation": [{"process": "web"}]}, "error", "'formation' must be an object", '[{"process": "web"}]'),
        ({"stack": 24}, "error", "'stack' must be a string, not a number", "24"),
        ({"env": {}, "addon": []}, "note", "unknown key 'addon' in app.json (did you mean 'addons'?)", '"addon"'),
        ({"env": {}, "scripts": {"postdeploy": ["x"]}}, "error", "script 'postdeploy' must be a string, not a list", '["x"]'),
        ({"env": {}, "scripts": {"test": "x"}}, "note", "script 'test' is never run here", '"test"'),
        ({"environments": {"staging": {}}}, "note", "environment 'staging' is ignored", '"staging"'),
        ({"environments": {"review": {"env": {"A": 1}}}}, "error", "config var A must be a string", "1"),
        ('{"env": {},}', "error", "a comma must not stand before '}'", ","),
        ('{"env": {} "stack": "x"}', "error", "expected ',' or '}'", '"'),
        ('{"env": {} // x\n}', "error", "comments are not allowed", "// x"),
    ],
)
def test_each_mistake_is_named_at_its_place(content: object, severity: str, message: str, place: str) -> None:
    found = issues(content)
    assert len(found) == 1
    assert found[0][0] == severity
    assert message in found[0][1]
    assert found[0][2] == place


def test_byte_order_mark_is_a_warning() -> None:
    found = app_json.parse(SourceFile("app.json", b'\xef\xbb\xbf{"env": {}}'))
    assert found is not None
    assert [(i.severity_word, tuple(i.span)) for i in found.problems] == [("warning", (0, 3))]


keys = st.sampled_from([*app_json._KNOWN, *app_json._ENV_KEYS, "web", "quantity", "size", "plan", "as", "url", "postdeploy", "test", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda i: st.lists(i, max_size=3) | st.dictionaries(keys, i, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(keys, anything, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_shape_is_read_with_spans_inside_the_file(content: dict[str, object]) -> None:
    data = json.dumps(content).encode()
    found = app_json.parse(SourceFile("app.json", data))
    if found is not None:
        assert all(0 <= i.span.start <= i.span.end <= len(data) for i in found.problems)


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(data: bytes) -> None:
    for text in (data, b'{"env": ' + data):
        found = app_json.parse(SourceFile("app.json", text))
        assert found is None or all(0 <= one.span.start <= one.span.end <= len(text) for one in found.problems)
