"""Edits of commands, Procfiles, Aptfiles and requirements as they would be read afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from herolint.changes import Change, Edit
from herolint.edits import aptfile, procfile, requirements
from herolint.edits.text import without_lines
from herolint.edits.words import added_behind, inserted_before, replaced_end, replaced_part, without_assignment, without_word
from herolint.formats import aptfile as apt_format
from herolint.formats import procfile as procfile_format
from herolint.formats import requirements as requirements_format
from herolint.source import SourceFile, Span


def after(source: SourceFile, edits: Sequence[Change]) -> str:
    data = source.data
    for edit in sorted((edit for edit in edits if isinstance(edit, Edit)), key=lambda edit: edit.span, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data.decode()


def at(source: SourceFile, words: str) -> Span:
    start = source.data.index(words.encode())
    return Span(start, start + len(words.encode()))


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("web:gunicorn app:app\n", "web: gunicorn app:app\n"),
        ("  web:gunicorn app:app\n", "  web: gunicorn app:app\n"),
        ("web : gunicorn\n", "web: gunicorn\n"),
        ("web gunicorn\n", "web: gunicorn\n"),
        ("web=gunicorn\n", "web: gunicorn\n"),
        ("- web: gunicorn\n", "web: gunicorn\n"),
        ("\ufeffweb: gunicorn\n", "web: gunicorn\n"),
        ("web: a\r\nworker:b\r\n", "web: a\r\nworker: b\r\n"),
        ("python bot.py\n", None),
        ("worker.1: x\n", None),
        ("“web”: x\n", None),
        ("web:\n", None),
    ],
)
def test_lines_of_a_procfile(before: str, wanted: str | None) -> None:
    source = SourceFile("Procfile", before.encode())
    (line,) = procfile_format.parse(source).broken
    edits = procfile.mended_line(source, line)
    assert after(source, edits) == (wanted if wanted is not None else before)
    if wanted is not None:
        assert procfile_format.parse(SourceFile("Procfile", wanted.encode())).broken == ()


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("ffmpeg # to cut\n", "# to cut\nffmpeg\n"),
        ("ffmpeg, graphviz\n", "ffmpeg graphviz\n"),
        ("sudo apt-get install -y graphviz jq\n", "graphviz jq\n"),
        ("- jq\n", "jq\n"),
        ("--no-install-recommends\njq\n", "jq\n"),
    ],
)
def test_lines_of_an_aptfile(before: str, wanted: str) -> None:
    source = SourceFile("Aptfile", before.encode())
    (fault,) = apt_format.parse(source).faults
    assert after(source, aptfile.mended(source, fault)) == wanted
    assert apt_format.parse(SourceFile("Aptfile", wanted.encode())).faults == ()


def test_requirements_keep_their_comments() -> None:
    source = SourceFile("requirements.txt", b"pywin32==306  # for the office\nPIL\n")
    first, second = requirements_format.parse(source, lambda _path: None).items
    assert after(source, requirements.only_on(source, first, "win32")).startswith(
        'pywin32==306; sys_platform == "win32"  # for the office\n'
    )
    assert after(source, requirements.replaced(source, second, "pillow==12.0.0")).endswith("office\npillow==12.0.0\n")
    assert after(source, requirements.without(source, first)) == "PIL\n"
    hashed = SourceFile("requirements.txt", b"pywin32==306 --hash=sha256:" + b"a" * 64 + b"\n")
    (item,) = requirements_format.parse(hashed, lambda _path: None).items
    assert requirements.only_on(hashed, item, "win32") == ()


def test_words_of_a_command() -> None:
    source = SourceFile("Procfile", b"web: DEBUG=1 uvicorn main:app --reload --port=8000\n")
    assert after(source, replaced_end(source, at(source, "--port=8000"), "8000", "$PORT")).endswith("--port=$PORT\n")
    assert after(source, replaced_part(source, at(source, "main:app"), "main", "app")).count("app:app") == 1
    assert after(source, without_word(source, at(source, "--reload"))) == "web: DEBUG=1 uvicorn main:app --port=8000\n"
    assert after(source, without_assignment(source, at(source, "DEBUG=1"))) == "web: uvicorn main:app --reload --port=8000\n"
    command = at(source, "uvicorn main:app --reload --port=8000")
    assert after(source, added_behind(source, command, "--host 0.0.0.0")).endswith("8000 --host 0.0.0.0\n")
    assert after(source, inserted_before(source, command, "bash")).startswith("web: DEBUG=1 bash uvicorn")


@pytest.mark.parametrize("text", ['CMD ["uvicorn", "8000"]', "web: uvicorn '8000'", 'web: uvicorn "8000"'])
def test_a_variable_in_quotes_of_its_own_is_not_written(text: str) -> None:
    source = SourceFile("x", text.encode())
    assert replaced_end(source, at(source, "8000"), "8000", "$PORT") == ()


def test_whole_lines_go_with_their_line_break() -> None:
    source = SourceFile("x", b"a\r\nb\r\nc")
    assert after(source, (without_lines(source, at(source, "b")),)) == "a\r\nc"
    assert after(source, (without_lines(source, at(source, "c")),)) == "a\r\nb"
    assert after(source, (without_lines(source, Span(0, 1)),)) == "b\r\nc"
