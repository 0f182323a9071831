"""The JSON Schema of the configuration, for editors and checks: made from the tables that the reader goes by and the records it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from herolint.config import PLATFORMS, Config, Ignore, RuleConfig
from herolint.config_keys import APP, IGNORE, RULE, TOP, ConfigKey, Kind
from herolint.config_reader import SEVERITIES
from herolint.context import Context
from herolint.finding import Severity
from herolint.rules.registry import Rule

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that the TOML plugins of editors know."""

_STRING = {"type": "string"}
_STRINGS = {"type": "array", "items": _STRING}
_TABLES = ("rules", "ignores", "app", "knowledge")


def schema(rules: Iterable[Rule], summaries: Mapping[str, str]) -> dict[str, Any]:
    """The schema of a `herolint.toml`, and so of the table `[tool.herolint]`. `summaries`: what each rule reports, by code."""
    known = tuple(rules)
    kinds = _kinds(known, summaries)
    return {
        "$schema": DRAFT,
        "title": "herolint",
        "description": "The configuration of herolint: herolint.toml, or [tool.herolint] in pyproject.toml.",
        **_table(TOP, Config, kinds),
        "definitions": {"rule": {**_table(RULE, RuleConfig, kinds), "additionalProperties": True}, "selector": _selector(known)},
    }


def _kinds(rules: tuple[Rule, ...], summaries: Mapping[str, str]) -> dict[Kind, dict[str, Any]]:
    """What a value of each kind looks like."""
    kinds: dict[Kind, dict[str, Any]] = {
        "word": _STRING,
        "words": _STRINGS,
        "names": _STRINGS,
        "flag": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "severity": {"enum": list(SEVERITIES)},
        "fail-on": {"enum": [*SEVERITIES, "never"]},
        "grade": {"enum": [*SEVERITIES, "off"]},
        "platform": {"type": "string", "examples": list(PLATFORMS)},
        "rule": {"allOf": [{"$ref": "#/definitions/selector"}]},
        "selectors": {"type": "array", "items": {"$ref": "#/definitions/selector"}},
        "rules": _rules(rules, summaries),
        "dynos": {"anyOf": [_STRING, {"type": "object", "additionalProperties": _STRING}]},
        "scale": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        "knowledge": {"type": "object"},
    }
    kinds["ignores"] = {"type": "array", "items": _table(IGNORE, Ignore, kinds)}
    kinds["app"] = _table(APP, Context, kinds)
    return kinds


def _table(keys: Mapping[str, ConfigKey], record: type[msgspec.Struct], kinds: Mapping[Kind, dict[str, Any]]) -> dict[str, Any]:
    """The schema of a table with these keys and no others; defaults are those of the record that it fills."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(record)}
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    for name, key in keys.items():
        shape = {"description": key.about, **kinds[key.kind]}
        default = _default(defaults[key.field])
        if default is not None and not key.required and key.kind not in _TABLES:
            shape["default"] = default
        if key.required and key.kind in ("word", "rule"):
            shape["minLength"] = 1
        found["properties"][name] = shape
    if required := [name for name, key in keys.items() if key.required]:
        found["required"] = required
    return found


def _default(value: object) -> object:
    """A default as the configuration would write it; None where it would not."""
    if isinstance(value, Severity):
        return value.word
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | str) else None


def _rules(rules: tuple[Rule, ...], summaries: Mapping[str, str]) -> dict[str, Any]:
    """Tables by code or name, and by what else means rules: the beginnings of codes, a plugin's rules."""
    named = {
        word: {"description": summaries.get(rule.code) or rule.name, "allOf": [{"$ref": "#/definitions/rule"}]}
        for rule in rules
        for word in (rule.code, rule.name)
    }
    return {"type": "object", "properties": named, "additionalProperties": {"$ref": "#/definitions/rule"}}


def _selector(rules: tuple[Rule, ...]) -> dict[str, Any]:
    """A word for rules. Those that exist are offered; others may be a plugin's, or the beginning of codes, and are not refused."""
    return {"anyOf": [{"enum": ["ALL", *(word for rule in rules for word in (rule.code, rule.name))]}, _STRING]}
