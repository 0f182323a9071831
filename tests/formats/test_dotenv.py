"""`.env` files: names, quotes, comments, and values over several lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats import dotenv
from herolint.source import SourceFile


def read(text: str) -> list[tuple[str, str]]:
    return [(line.name, line.value) for line in dotenv.parse(SourceFile(".env", text.encode()))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB = two words  # note\n", [("A", "1"), ("B", "two words")]),
        ("export A='x # y' # note\n", [("A", "x # y")]),
        ('A="line one\nline two"\nB=2', [("A", "line one\nline two"), ("B", "2")]),
        ('A="a\\n\\"b\\""', [("A", 'a\n"b"')]),
        ("A='a\\nb\\'c'", [("A", "a\\nb'c")]),
        ("A=`x 'y' \"z\"`", [("A", "x 'y' \"z\"")]),
        ("A=p#q\nB=#c\nC=\nD\n", [("A", "p#q"), ("B", ""), ("C", ""), ("D", "")]),
        ("# A=1\n\n  \nB=2\r\nC=3\r\n", [("B", "2"), ("C", "3")]),
        ("A=\"open\nB='open\nC=1", [("A", '"open'), ("B", "'open"), ("C", "1")]),
        ("'A'=1\n=2\nB=3", [("A", "1"), ("B", "3")]),
        ("URL=postgres://u:p@h/db?x=1\n", [("URL", "postgres://u:p@h/db?x=1")]),
        ("exported=1\nexport", [("exported", "1"), ("export", "")]),
        ("", []),
    ],
)
def test_syntax_of_the_readers(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


def test_spans_cover_name_and_value_as_written() -> None:
    source = SourceFile(".env", "# é\nexport KEY = 'v ü'  # c\n".encode())
    (line,) = dotenv.parse(source)
    assert source.slice(line.name_span) == "KEY"
    assert source.slice(line.value_span) == "'v ü'"


@pytest.mark.parametrize(
    "text", [" " * 300_000 + "#", "A=" + "# " * 200_000, "A=" + " #" * 2, 'A="' + "\\" * 300_001, "A='\n" * 60_001, "A=" + "x#" * 200_000]
)
def test_long_files_end_soon(text: str) -> None:
    started = time.monotonic()
    read(text)
    assert time.monotonic() - started < 3


@given(st.text(st.sampled_from(list("ABexport='\"`#\\ \t\n\ré")), max_size=60).map(str.encode) | st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_spans_inside_the_file(data: bytes) -> None:
    source = SourceFile(".env", data)
    end = 0
    for line in dotenv.parse(source):
        assert end <= line.name_span.start < line.name_span.end <= line.value_span.start <= line.value_span.end <= len(data)
        assert line.name in source.slice(line.name_span)
        if "\\" not in line.value and "\\" not in source.slice(line.value_span):
            assert line.value in source.slice(line.value_span)
        end = line.value_span.end
