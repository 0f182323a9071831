"""The Aptfile as the apt buildpack takes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.aptfile import Aptfile, parse
from herolint.source import SourceFile


def aptfile(text: str | bytes) -> Aptfile:
    return parse(SourceFile("Aptfile", text.encode() if isinstance(text, str) else text))


def test_names_come_without_version_architecture_and_release() -> None:
    found = aptfile("ffmpeg libfoo:amd64\tgraphviz=2.42\n\n # none\nlibx/noble")
    assert [package.name for package in found.packages] == ["ffmpeg", "libfoo", "graphviz", "libx"]
    assert not found.faults


def test_a_trailing_comment_is_words_to_apt() -> None:
    (fault,) = aptfile("libvips # pictures\n").faults
    assert (fault.kind, fault.text) == ("comment", "#")
    assert aptfile("libvips # pictures\n").has("libvips")


def test_only_line_feeds_end_lines() -> None:
    assert [fault.kind for fault in aptfile("# note\r\n\r\nffmpeg\r\ngraphviz\r\n").faults] == ["carriage-return"]
    assert not aptfile("# note\r\nffmpeg\n").faults


def test_a_file_of_wide_characters_is_one_fault() -> None:
    assert [fault.kind for fault in aptfile("ffmpeg\n".encode("utf-16")).faults] == ["encoding"]


def test_repositories_and_addresses() -> None:
    found = aptfile(":repo:deb [arch=amd64 trusted=yes] https://x.example/u noble main\nhttps://x.example/a.deb\n:repo:https://x.example\n")
    assert len(found.repositories) == 2
    assert [address for address, _ in found.archives] == ["https://x.example/a.deb"]
    assert [fault.kind for fault in found.faults] == ["repository"]


@given(st.text(max_size=200) | st.text(alphabet="ab-#:, \t\r\n=>.*", max_size=60))
def test_every_place_lies_in_the_file(text: str) -> None:
    source = SourceFile("Aptfile", text.encode("utf-8", "surrogatepass"))
    found = parse(source)
    for span in (*(p.span for p in found.packages), *(f.span for f in found.faults), *(s for _, s in found.archives)):
        assert 0 <= span.start <= span.end <= len(source.data)
    for package in found.packages:
        assert package.text.strip(",;'\"").startswith(package.name)
