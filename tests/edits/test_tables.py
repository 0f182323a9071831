"""Edits of tables in code: the entries change as they should, and the code stays readable."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.changes import Edit
from herolint.edits.tables import without_items
from herolint.edits.text import quoted_as
from herolint.source import SourceFile, Span


def applied(text: str, edits: tuple[Edit, ...]) -> str:
    for edit in sorted(edits, key=lambda one: one.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@given(st.integers(1, 6), st.sets(st.integers(0, 5)), st.sampled_from([", ", ",\n    "]), st.booleans())
def test_items_go_with_their_commas(count: int, chosen: set[int], between: str, trailing: bool) -> None:
    gone = sorted(at for at in chosen if at < count)
    text, spans = "[", []
    for at in range(count):
        spans.append(Span(len(text), len(text) + 1))
        text += f"{at}" + (between if at < count - 1 else "")
    text += ("," if trailing and len(gone) < count else "") + "]"
    source = SourceFile("a.py", text.encode())
    left: Any = ast.literal_eval(applied(text, without_items(source, spans, gone)))
    assert left == [at for at in range(count) if at not in gone]


@pytest.mark.parametrize(
    ("file", "code", "wanted"),
    [
        ("a = 'b'", 'x["y"]', "x['y']"),
        ('a = "b"', 'x["y"]', 'x["y"]'),
        ("a = 'b'", """x["y"] or 'c"d'""", """x['y'] or 'c"d'"""),
        ("a = 'b'", """x["it's"]""", """x["it's"]"""),
    ],
)
def test_quotation_marks_follow_the_file(file: str, code: str, wanted: str) -> None:
    assert quoted_as(SourceFile("a.py", file.encode()), code) == wanted
