"""`.properties` files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.properties import parse
from herolint.source import SourceFile


def test_values_by_key() -> None:
    source = SourceFile("system.properties", b"# java\r\njava.runtime.version = 21 \r\n! no\nmaven.version:3.9\nflag\n a b\n")
    found = parse(source)
    assert {key: one.value for key, one in found.items()} == {"java.runtime.version": "21", "maven.version": "3.9", "a": "b"}
    assert source.slice(found["java.runtime.version"].span) == "21"


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    source = SourceFile("a.properties", data)
    for one in parse(source).values():
        assert source.slice(one.span) == one.value
