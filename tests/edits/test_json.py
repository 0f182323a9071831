"""Edits of JSON: the value changes as it should, and all other bytes stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.changes import Edit
from herolint.edits.json import with_entry, with_sorted_entry, with_value, without_entry, without_item
from herolint.formats import json_tree
from herolint.formats.tree import Node
from herolint.source import SourceFile

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FILES = st.dictionaries(st.text(max_size=3), VALUES, min_size=1, max_size=5)


def opened(text: str) -> tuple[SourceFile, Node]:
    source = SourceFile("a.json", text.encode())
    root = json_tree.load(source).root
    assert root is not None
    return source, root


def edited(source: SourceFile, edits: Sequence[Edit]) -> Any:
    (edit,) = edits
    return json.loads(source.data[: edit.span.start] + edit.text.encode() + source.data[edit.span.end :])


@given(FILES, st.sampled_from([None, 2, 4, "\t"]), st.data())
def test_entries_come_and_go(value: dict[str, Any], indent: int | str | None, data: st.DataObject) -> None:
    source, root = opened(json.dumps(value, indent=indent))
    key = data.draw(st.sampled_from(sorted(value)))
    assert edited(source, without_entry(source, root, key)) == {name: one for name, one in value.items() if name != key}
    node = root.get(key)
    assert node is not None
    assert edited(source, with_value(source, node, "x")) == {**value, key: "x"}
    assert edited(source, with_entry(source, root, "a new one", {"b": ["c"]})) == {**value, "a new one": {"b": ["c"]}}
    assert list(edited(source, with_entry(source, root, "a new one", 1))) == [*value, "a new one"]


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_items_go(value: list[Any], data: st.DataObject) -> None:
    source, root = opened(json.dumps(value))
    at = data.draw(st.integers(0, len(value) - 1))
    assert edited(source, without_item(source, root, at)) == value[:at] + value[at + 1 :]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{\n    "a": 1\n}\n', '{\n    "a": 1,\n    "b": {\n        "c": 2\n    }\n}\n'),
        ('{ "a": 1 }', '{ "a": 1, "b": {\n  "c": 2\n} }'),
        ("{}\n", '{\n  "b": {\n    "c": 2\n  }\n}\n'),
    ],
)
def test_new_entries_are_indented_as_the_file_is(before: str, after: str) -> None:
    source, root = opened(before)
    (edit,) = with_entry(source, root, "b", {"c": 2})
    text = source.text[: edit.span.start] + edit.text + source.text[edit.span.end :]
    assert text == after
    assert with_entry(source, root, "a", 1) == () or "a" not in json.loads(before)


def test_sorted_entries_go_to_their_place() -> None:
    for before, after in (
        ('{\n  "a": 1,\n  "c": 2\n}\n', '{\n  "a": 1,\n  "b": 3,\n  "c": 2\n}\n'),
        ('{ "c": 2 }', '{ "b": 3, "c": 2 }'),
        ('{ "a": 1 }', '{ "a": 1, "b": 3 }'),
    ):
        source, root = opened(before)
        (edit,) = with_sorted_entry(source, root, "b", 3)
        assert source.text[: edit.span.start] + edit.text + source.text[edit.span.end :] == after
