"""Procfile: the lines that the slug compiler takes, those it drops, and where they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats.procfile import MESSAGES, Procfile, parse
from herolint.source import SourceFile


def read(data: str | bytes) -> Procfile:
    return parse(SourceFile("Procfile", data.encode() if isinstance(data, str) else data))


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("web: cmd", ("web", "cmd")),
        ("  web: cmd", ("web", "cmd")),
        ("web:\tcmd  ", ("web", "cmd")),
        ("web cmd", ("web", "cmd")),
        ("web : cmd", ("web", ": cmd")),
        ("web: ", ("web", "")),
        ("Web: cmd", ("Web", "cmd")),
        ("my_worker: cmd", ("my_worker", "cmd")),
        ("1: cmd", ("1", "cmd")),
        ("web: cmd # note", ("web", "cmd # note")),
        ("web -> cmd", ("web", "-> cmd")),
        ("- web: cmd", ("-", "web: cmd")),
        ("web: cmd \\", ("web", "cmd \\")),
        ("export A=b", ("export", "A=b")),
        ("web:cmd", None),
        ("web:", None),
        ("web=cmd", None),
        ("worker.1: cmd", None),
        ('"web": cmd', None),
        ("# web: cmd", None),
        (": cmd", None),
        ("&&&&&", None),
        ("\u00a0web: cmd", None),
        ("\u201cweb\u201d: cmd", None),
    ],
)
def test_what_the_slug_compiler_makes_of_a_line(line: str, entry: tuple[str, str] | None) -> None:
    procfile = read(line + "\n")
    assert [(e.name, e.command) for e in procfile.entries] == ([entry] if entry else [])


@pytest.mark.parametrize(
    ("line", "kind", "name", "dropped"),
    [
        ("web:cmd", "no-space", "web", True),
        ("web:\u00a0cmd", "no-space", "web", True),
        ("web:", "empty-command", "web", True),
        ("web: ", "empty-command", "web", False),
        ("web cmd", "no-colon", "web", False),
        ("web=cmd", "no-colon", "web", True),
        ("web : cmd", "blank-before-colon", "web", False),
        ("web,worker: cmd", "bad-name", "web,worker", True),
        ('"web": cmd', "bad-name", "web", True),
        ("\u201cweb\u201d: cmd", "bad-name", "web", True),
        (": cmd", "bad-name", "", True),
        ("- web: cmd", "list-item", "web", False),
        ("web: cmd \\", "continued", "web", False),
        ("```", "bad-line", "", True),
    ],
)
def test_a_line_that_says_something_else(line: str, kind: str, name: str, dropped: bool) -> None:
    (broken,) = read(f"ok: yes\n{line}\n").broken
    assert (broken.kind, broken.name, broken.dropped, broken.message) == (kind, name, dropped, MESSAGES[kind])


@pytest.mark.parametrize("text", ["", "\n\n", "# note\n\n  # web: x\n", "web: cmd", "web: cmd\r\nworker: x\r\n", "web: a\\\\\n"])
def test_nothing_to_say_about_good_lines(text: str) -> None:
    procfile = read(text)
    assert procfile.broken == ()
    assert procfile.encoding_problem is None


def test_the_last_line_of_a_name_wins_and_case_counts() -> None:
    last = read("web: one\nWeb: two\nweb: three\n").last()
    assert {name: line.command for name, line in last.items()} == {"web": "three", "Web": "two"}


def test_spans_are_bytes_of_the_file() -> None:
    data = "# é\n web: run é x  \r\n".encode()
    (entry,) = read(data).entries
    assert data[slice(*entry.name_span)] == b"web"
    assert data[slice(*entry.command_span)].decode() == "run é x"
    assert data[slice(*entry.line_span)].decode() == " web: run é x  "


def test_encodings() -> None:
    marked = read(b"\xef\xbb\xbfweb: x\nworker: y\n")
    assert marked.encoding_problem == "bom"
    assert [e.name for e in marked.entries] == ["worker"]
    assert [(b.kind, b.name, b.span) for b in marked.broken] == [("bom", "web", (3, 9))]
    assert read("web: x\n".encode("utf-16")) == Procfile(encoding_problem="utf-16")
    latin = read("web: caf\xe9 x\n".encode("latin-1"))
    assert latin.encoding_problem == "not-utf-8"
    assert latin.entries[0].command_span == (5, 11)
    old_mac = read("web: x\rworker: y\r")
    assert old_mac.encoding_problem == "cr"
    assert list(old_mac.last()) == ["web", "worker"]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(), st.text('web:- \t=#.\\\r\n\u00a0é"').map(str.encode)))
def test_any_bytes_are_read_and_spans_fit(data: bytes) -> None:
    source = SourceFile("Procfile", data)
    procfile = parse(source)
    at = 0
    for entry in procfile.entries:
        assert at <= entry.line_span.start <= entry.name_span.start < entry.name_span.end < entry.command_span.start
        assert entry.command_span.end <= entry.line_span.end <= len(data)
        assert data[slice(*entry.name_span)].decode() == entry.name
        assert data[slice(*entry.command_span)].decode(source.encoding) == entry.command
        at = entry.line_span.end
    for broken in procfile.broken:
        assert data[slice(*broken.span)].decode(source.encoding) == broken.text
        assert broken.kind in MESSAGES


@given(st.from_regex(r"\A[A-Za-z0-9_-]{1,20}\Z"), st.from_regex(r"\A[!-~]([ -~]*[!-~])?\Z"))
def test_a_written_line_is_read_back(name: str, command: str) -> None:
    assert {k: e.command for k, e in read(f"{name}: {command}\n").last().items()} == {name: command}


def test_a_huge_file_takes_no_time() -> None:
    start = time.process_time()
    for text in ("a\r\n" * 100_000, "a." * 300_000, " " * 600_000 + "x", "web: x\n" * 80_000):
        read(text)
    assert time.process_time() - start < 8
