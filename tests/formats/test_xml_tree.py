"""XML files of build tools: elements with places, and nothing that a hostile file could do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.xml_tree import load
from herolint.source import SourceFile


def read(text: str) -> SourceFile:
    return SourceFile("pom.xml", text.encode())


def test_elements_have_their_text_and_place() -> None:
    source = read('<p:project xmlns:p="x">\n  <p:version> 1.0 </p:version>\n  <a><b kind="c"/></a>\n</p:project>\n')
    root = load(source).root
    assert root is not None
    assert root.text_of("version") == "1.0"
    version = root.get("version")
    assert version is not None
    assert source.slice(version.span) == "<p:version> 1.0 "
    assert [one.attributes for one in root.named("b")] == [{"kind": "c"}]
    assert root.text_of("no", "such", "path") == ""


def test_what_is_not_well_formed_says_where() -> None:
    found = load(read("<a>\n<b>\n</a>\n"))
    assert not found.well_formed
    assert found.problem is not None
    assert found.problem.span is not None


def test_entities_and_depth_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    deep = "<a>" * 10_000 + "</a>" * 10_000
    for text in (bomb, deep, '<?xml version="1.0" encoding="no-such"?><a/>'):
        assert load(read(text)).root is None


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    found = load(read(text))
    assert (found.root is None) == (found.problem is not None)


@given(st.binary())
def test_any_bytes_are(data: bytes) -> None:
    load(SourceFile("a.csproj", data))
