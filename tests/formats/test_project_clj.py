"""Leiningen's project.clj."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.project_clj import parse
from herolint.source import SourceFile

VALUES = st.sampled_from(['"2.0.0"', "shop.core", '[[ring "1.0"] a/b]', '{:dev {:x #"a(b"}}', "\\(", '~(str "a" 1)', "'x", "; (no\n 3"])
KEYS = st.sampled_from([":main", ":plugins", ":profiles", ":min-lein-version", ":url"])


def source(text: str) -> SourceFile:
    return SourceFile("project.clj", text.encode())


@given(st.dictionaries(KEYS, VALUES))
def test_entries_are_read_as_they_are_written(pairs: dict[str, str]) -> None:
    body = " ".join(f"{key} {value}" for key, value in pairs.items())
    found = parse(source(f'(defproject shop "1.0" {body})'))
    assert found is not None
    assert not found.malformed
    assert {key: value for key, (value, _) in found.entries.items()} == {
        key: value.rpartition("\n")[2].strip() if value.startswith(";") else value.removeprefix("~") for key, value in pairs.items()
    }


@given(st.text(alphabet='()[]{}";:\\#^~_ \nab1'))
def test_anything_is_read(text: str) -> None:
    parse(source(text))
    found = parse(source(f"(defproject {text}"))
    assert found is None or len(found.entries) <= len(text)


def test_a_bracket_too_few_or_of_another_kind() -> None:
    for text in ('(defproject shop "1.0" :main [a)', '(defproject shop "1.0"', '(defproject shop "1.0'):
        found = parse(source(text))
        assert found is not None
        assert found.malformed


def test_other_forms_are_left_alone() -> None:
    assert parse(source("(def version 1) (defproject shop version)")) is None
    assert parse(source("")) is None
