"""What fixes do to bytes: only the place changes, whatever encoding and line breaks the file has."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.changes import AddLines, Edit, NewFile, ReplaceExpression
from herolint.finding import Fix
from herolint.fixes.choose import Chosen
from herolint.fixes.difference import replacements
from herolint.fixes.python import Rewriter
from herolint.fixes.resolve import CannotFix, Patch, Plan, applied, resolve
from herolint.source import SourceFile, Span

LINES = st.lists(st.text("ab é\t=", max_size=6), max_size=8)


def one_edit(data: bytes, edit: Edit) -> bytes:
    with Rewriter() as rewriter:
        plan = resolve(Fix("", (edit,)), lambda _: SourceFile("a", data), rewriter)
    return applied(data, plan.patches["a"])


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.data())
def test_all_other_bytes_stay(lines: list[str], line_break: str, encoding: str, data: st.DataObject) -> None:
    text = line_break.join(lines) + line_break
    content = text.encode(encoding)
    file = SourceFile("a", content)
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    span = file.span_of_text(start, end)
    after = one_edit(content, Edit("a", span, "new\nline"))
    assert after.startswith(content[: span.start])
    assert after.endswith(content[span.end :])
    assert SourceFile("a", after).text == text[:start] + f"new{line_break}line" + text[end:]


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_the_difference_leads_from_one_text_to_the_other(old: list[str], new: list[str], line_break: str) -> None:
    before, after = line_break.join(old), line_break.join(new)
    pieces, at = [], 0
    for start, end, text in replacements(before, after):
        assert at <= start <= end
        pieces += [before[at:start], text]
        at = end
    assert "".join(pieces) + before[at:] == after


@pytest.mark.parametrize(
    "content",
    [
        b"x = 5000\r\n\r\ny = 1\r\n",
        codecs.BOM_UTF8 + b"x = 5000\n",
        "# é\nx = 5000\n".encode("latin-1"),
        b"x = 5000",
        b"x = '''a\r\nb'''\r\nz = 5000\r\n",
    ],
)
def test_rewritten_python_keeps_encoding_and_line_breaks(content: bytes) -> None:
    file = SourceFile("a.py", content)
    start = file.data.index(b"5000")
    change = ReplaceExpression("a.py", Span(start, start + 4), "os.environ", ("import os",))
    with Rewriter() as rewriter:
        plan = resolve(Fix("", (change,)), lambda _: file, rewriter)
    after = applied(content, plan.patches["a.py"])
    assert after.count(b"\r\n") == after.count(b"\n") or b"\r" not in content
    assert after.startswith(content[: file.bom_length])
    line = b"\r\n" if b"\r" in content else b"\n"
    assert after.replace(b"import os" + 2 * line, b"", 1).replace(b"os.environ", b"5000") == content


def test_new_lines_of_python_end_as_most_lines_do() -> None:
    file = SourceFile("a.py", b"import sys\nx = 5000\r\ny = 1\r\n")
    with Rewriter() as rewriter:
        plan = resolve(Fix("", (ReplaceExpression("a.py", Span(15, 19), "os.environ", ("import os",)),)), lambda _: file, rewriter)
    assert applied(file.data, plan.patches["a.py"]) == b"import os\r\nimport sys\nx = os.environ\r\ny = 1\r\n"


def test_lines_are_added_once() -> None:
    with Rewriter() as rewriter:
        have = SourceFile(".gitignore", b"*.pyc\nvenv/")
        plan = resolve(Fix("", (AddLines(".gitignore", ("venv/", "env/")),)), lambda _: have, rewriter)
        assert applied(have.data, plan.patches[".gitignore"]) == b"*.pyc\nvenv/\nenv/"
        made = resolve(Fix("", (AddLines(".gitignore", ("venv/",)),)), lambda _: None, rewriter)
        assert made.new == {".gitignore": b"venv/\n"}


def test_what_cannot_be_written_in_the_files_encoding_is_refused() -> None:
    file = SourceFile("a", "é\n".encode("latin-1"))
    with Rewriter() as rewriter, pytest.raises(CannotFix, match="encoding"):
        resolve(Fix("", (Edit("a", Span(0, 1), "ü"),)), lambda _: file, rewriter)
    with Rewriter() as rewriter, pytest.raises(CannotFix, match="there already"):
        resolve(Fix("", (NewFile("a", "x"),)), lambda _: file, rewriter)
    with Rewriter() as rewriter, pytest.raises(CannotFix, match="overlap"):
        resolve(Fix("", (Edit("a", Span(0, 2), "x"), Edit("a", Span(1, 2), "y"))), lambda _: file, rewriter)


def plan_of(*patches: tuple[int, int, bytes]) -> Plan:
    return Plan({"a": tuple(Patch(Span(start, end), data) for start, end, data in patches)}, {}, {})


def test_fixes_that_touch_the_same_place_wait_unless_they_do_the_same() -> None:
    chosen = Chosen()
    assert chosen.take(plan_of((0, 0, b"import os\n"), (10, 12, b"x")))
    assert chosen.take(plan_of((0, 0, b"import os\n"), (20, 22, b"y")))
    assert not chosen.take(plan_of((11, 15, b"z")))
    assert not chosen.take(plan_of((0, 0, b"import re\n")))
    assert chosen.take(plan_of((12, 15, b"z")))
    assert not chosen.take(Plan({}, {}, {"a": "b"}))
    assert chosen.take(Plan({}, {}, {"c": "d"}))
    assert not chosen.take(Plan({"d": ()}, {}, {}))


def test_a_child_that_cannot_work_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    change = ReplaceExpression("a.py", Span(4, 8), "y")
    with Rewriter() as rewriter:
        assert rewriter.rewrite("x = 5000\n", [change]).text == "x = y\n"
        assert rewriter._child is not None
        rewriter._child.kill()
        rewriter._child.wait()
        assert "ended" in rewriter.rewrite("x = 5000\n", [change]).refused
        assert rewriter.rewrite("x = 5000\n", [change]).text == "x = y\n", "a new one is started"
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with Rewriter() as rewriter:
        assert "could not be started" in rewriter.rewrite("x = 5000\n", [change]).refused


def test_deep_nesting_does_not_end_the_run() -> None:
    deep = "x = " + "(" * 3000 + "1" + ")" * 3000 + "\ny = 5000\n"
    start = deep.index("5000")
    with Rewriter() as rewriter:
        answer = rewriter.rewrite(deep, [ReplaceExpression("a.py", Span(start, start + 4), "z")])
        assert answer.refused or answer.text
        assert rewriter.rewrite("x = 5000\n", [ReplaceExpression("a.py", Span(4, 8), "y")]).text == "x = y\n"
