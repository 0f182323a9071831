"""What the text report shows of a finding, and how it measures, clips and counts."""

from __future__ import annotations

import msgspec
import pytest
from report_samples import absent, empty, finding, many, one, place, result_of

from herolint.finding import Confidence, Edit, Fix, Place, Problem, Severity
from herolint.reports import Options, render
from herolint.reports.escape import width
from herolint.result import AppSummary, Result
from herolint.source import Span


def text_of(result: Result, **options: int | bool) -> str:
    return render("text", result, msgspec.convert(options, Options))


def test_the_mock_up() -> None:
    assert (
        text_of(one(), width=100)
        == """\
error[HL105]: web never listens on $PORT
 --> app.py:6:29
  |
5 | if __name__ == "__main__":
6 |     app.run(host="0.0.0.0", port=5000)
  |                             ^^^^^^^^^ fixed port
 ::: Procfile:1:6
  |
1 | web: python app.py
  |      ------------- this process starts it
  |
  = why: Heroku's router reaches the dyno only through $PORT; after 60 s it is stopped (R10)
  = fix (safe, --fix):
    - port=5000
    + port=int(os.environ.get("PORT", "5000"))
  = herolint explain HL105

1 error in 1 app (web, worker) · 1 fixable with --fix
"""
    )


def test_clean_run_names_what_was_checked() -> None:
    assert text_of(empty()) == "No findings: 1 app (web, worker) checked\n"
    assert text_of(Result()) == "No findings: no app found to check\n"


@pytest.mark.parametrize("room", [40, 60, 80, 120, 200])
def test_source_lines_and_marks_stay_inside_the_width(room: int) -> None:
    source = "本" * 90 + "listen(8080)" + "\tx" * 90
    files = {"a.js": source.encode()}
    for words in ("本", "listen(8080)", "x\tx", source):
        result = result_of(files, finding(place(files, "a.js", words, "label")))
        lines = text_of(result, width=room).splitlines()[:6]
        assert all(width(line) <= room for line in lines), lines


@pytest.mark.parametrize(
    ("line", "words"),
    [("\tif x:  \tlisten(1)", "listen(1)"), ("é本e\u0301 = listen(1)", "listen(1)"), ("x\x00\x1b listen(1)", "listen(1)")],
)
def test_marks_stand_below_the_span(line: str, words: str) -> None:
    files = {"a.txt": f"# \n{line}\r\n".encode()}
    files["a.txt"] = files["a.txt"].replace(b"\0", b"\x01")
    shown = text_of(result_of(files, finding(place(files, "a.txt", words)))).splitlines()
    source = next(row for row in shown if words in row)
    marks = next(row for row in shown if "^" in row)
    assert width(source[: source.index(words)]) == marks.index("^")
    assert marks.count("^") == len(words)


def test_utf16_and_latin1_files_have_frames() -> None:
    utf16 = b"\xff\xfe" + "web: ä\r\nnext\r\n".encode("utf-16-le")
    files = {"Procfile": utf16, "latin.py": b"# \xe4\nx = 1\n"}
    at = Place("Procfile", Span(2 + 2 * 5, 2 + 2 * 6), "here")
    text = text_of(result_of(files, finding(at), finding(place(files, "latin.py", "x", "there"))))
    assert "1 | web: ä\n  |      ^ here\n" in text
    assert "2 | x = 1\n  | ^ there\n" in text


def test_more_than_five_alike_are_listed_below_the_first() -> None:
    text = text_of(many())
    assert text.count("a request without timeout") == 1
    assert "  = the same at 6 more places:\n    api/views.py:6:12\n" in text


def test_five_alike_are_shown_in_full() -> None:
    result = many()
    assert text_of(msgspec.structs.replace(result, findings=result.findings[2:7])).count("warning[HL510]: a request") == 5


def test_explain_is_said_once_a_rule() -> None:
    assert text_of(many()).count("= herolint explain HL502") == 1


def test_flow_collapses_after_six_steps_and_related_after_three() -> None:
    text = " ".join(text_of(many(), width=80).split())
    assert "api/views.py:10 step_2 → api/views.py:14 step_3 → … 2 more … → api/views.py:26 step_6" in text
    assert "= +2 more" in text


def test_confidence_and_process_are_said_when_they_are_not_plain() -> None:
    at = Place("Procfile")
    shown = text_of(result_of({}, finding(at, "web dies", process="web")))
    assert "process:" not in shown
    assert "confidence" not in shown
    shown = text_of(result_of({}, finding(at, "it dies", process="web-2", app="api", confidence=Confidence.LOW)))
    assert "  = process: web-2 of api\n" in shown
    assert "  = confidence: low\n" in shown


def test_the_whole_repository_and_files_without_a_span_have_no_frame() -> None:
    text = text_of(absent())
    assert text.startswith("error[HL105]: the repository holds two apps\n  = why: Heroku builds the root only\n")
    assert (
        " --> Procfile\n  = fix (safe, --fix):\n    Procfile\n    + web: gunicorn app:app\n    requirements.txt:2\n    + gunicorn\n" in text
    )
    assert "\x89" not in text


def test_edits_beside_the_mark_are_shown_as_lines() -> None:
    files = {"a.py": b"def f():\r\n    get(URL)\r\n    done()\r\n"}
    end = files["a.py"].index(b")\r\n    done")
    fix = Fix("give a timeout", (Edit("a.py", Span(end, end), ", timeout=10"),), safe=True)
    text = text_of(result_of(files, finding(place(files, "a.py", "get(URL)"), fix=fix)))
    assert "  = fix (safe, --fix):\n    - get(URL)\n    + get(URL, timeout=10)\n" in text


def test_long_and_overlapping_edits() -> None:
    files = {"a.py": b"one\ntwo\n"}
    edits = (Edit("a.py", Span(0, 3), "\n".join("abcdefghijkl")), Edit("a.py", Span(1, 2), "never"))
    text = text_of(result_of(files, finding(Place("a.py", Span(4, 7)), fix=Fix("", edits))))
    assert "    - one\n    + a\n" in text
    assert "    + … +4 more lines\n" in text
    assert "never" not in text


def test_problems_are_visible_and_counted() -> None:
    problems = tuple(Problem(message="not read", path=f"{n}.py", detail="because") for n in range(7))
    text = text_of(result_of({}, problems=problems))
    assert "problem: 0.py: not read\n" in text
    assert "+2 more problems (-v)\n" in text
    assert text.endswith("No findings: 1 app (web, worker) checked · 7 problems\n")
    assert text_of(result_of({}, problems=problems), verbose=1).count("not read (because)") == 7


def test_summary_counts_apps_and_old_facts() -> None:
    apps = tuple(AppSummary(name, (), "python") for name in "abcd")
    notes = finding(Place(""), severity=Severity.NOTE), finding(Place(""), severity=Severity.NOTE)
    text = text_of(result_of({}, *notes, apps=apps, today="2027-11-01", hidden_unsure=1))
    assert text.splitlines()[-2:] == [
        "2 notes in 4 apps (a: python; b: python; c: python; +1 more)",
        "1 unsure (--pedantic) · platform facts are 396 days old (2026-10-01)",
    ]


def test_absurd_spans_do_not_crash() -> None:
    files = {"a.py": b"x\r\ny", "empty.py": b"", "bom.py": b"\xef\xbb\xbfx = 1"}
    for path in (*files, "absent.py"):
        for span in (Span(0, 0), Span(1, 3), Span(2, 2), Span(3, 1), Span(900, 9000), Span(-5, 2)):
            result = result_of(
                files, finding(Place(path, span, "l"), fix=Fix("f", (Edit(path, span, "t"),)), related=(Place(path, span),) * 5)
            )
            for name in ("text", "concise", "json", "sarif", "github"):
                assert render(name, result, Options(width=0))


def test_a_file_of_one_huge_line_is_quick() -> None:
    files = {"a.js": b"x" * 900_000 + b"listen" + b"y" * 90_000}
    found = tuple(finding(place(files, "a.js", "listen"), f"message {n}") for n in range(50))
    assert "…xxx" in text_of(result_of(files, *found))
