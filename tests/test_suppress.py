"""Ignore comments and configured ignores: where they count, what they cover, and what is said about bad ones."""

from __future__ import annotations

from datetime import date
from time import perf_counter

import pytest

from herolint.config import Ignore
from herolint.finding import Finding, Place, Severity
from herolint.rules.registry import Rule
from herolint.source import SourceFile, Span
from herolint.suppress import Outcome, Scope, suppress

RULES = tuple(
    Rule(code, name, (Severity.ERROR,), lambda _app: (), ("files",))
    for code, name in (("HL105", "port-not-bound"), ("HL106", "binds-localhost"), ("HL201", "sqlite-on-ephemeral-disk"))
)


def finding(source: SourceFile, text: str, code: str = "HL105") -> Finding:
    start = source.data.index(text.encode())
    return Finding(code=code, name="x", severity=Severity.ERROR, message=text, at=Place(source.path, Span(start, start + len(text))))


def outcome(source: SourceFile, *findings: Finding, ignores: tuple[Ignore, ...] = (), enabled: str = "HL105 HL106 HL201") -> Outcome:
    scope = Scope(rules=RULES, enabled=frozenset(enabled.split()), today=date(2026, 11, 24))
    return suppress(findings, [source], ignores, scope)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", "bad()  # herolint: ignore[HL105] it is fine"),
        ("app.py", "# herolint: ignore[port-not-bound] it is fine\nbad()"),
        ("app.py", "# herolint: ignore[HL106, HL105]: it is fine\n# and more\nbad()"),
        ("app.py", "# herolint: ignore[HL105] it is fine\nrun(\n    host,\n    bad(),\n)"),
        ("app.py", "run(\n    # herolint: ignore[HL105] it is fine\n    bad(),\n)"),
        ("app.py", "run(\n    bad(),\n)  # herolint: ignore[HL105] it is fine"),
        ("app.js", "bad()  // herolint: ignore[HL105] it is fine"),
        ("app.js", "/* herolint: ignore[HL105] it is fine */\nrun({\n  a: bad(),\n})"),
        ("app.jsx", "{/* herolint: ignore[HL105] it is fine */}\nbad()"),
        ("x.sql", "bad() -- herolint: ignore[HL105] it is fine"),
        ("x.html", "<!-- herolint: ignore[HL105] it is fine -->\nbad()"),
        ("x.ini", "; herolint: ignore[HL105] it is fine\nbad()"),
        ("Dockerfile", "# herolint: ignore[HL105] it is fine\nRUN a && \\\n  bad()"),
        ("requirements.txt", "bad()==1  # herolint: ignore[HL105] it is fine"),
        ("app.py", "\ufeffbad()  # herolint: ignore[HL105] it is fine"),
        ("app.py", "bad()  # herolint: ignore[HL105] it is fine\r\nother()\r\n"),
    ],
)
def test_a_comment_suppresses(path: str, text: str) -> None:
    source = SourceFile(path, text.encode())
    done = outcome(source, finding(source, "bad()"), enabled="HL105")
    assert not done.kept
    assert [(s.kind, s.reason) for _, s in done.suppressed] == [("inline", "it is fine")]
    assert not done.problems


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("app.py", "bad()\nother()  # herolint: ignore[HL105] x", "unused ignore"),
        ("app.py", "# herolint: ignore[HL105] x\n\nbad()", "unused ignore"),
        ("app.py", "bad()  # herolint: ignore[HL106] x", "unused ignore: no finding of HL106 here"),
        ("app.py", "bad()  # herolint: ignore", "must name the rules"),
        ("app.py", "bad()  # herolint: ignore[]", "must name the rules"),
        ("app.py", "bad()  # herolint: ignore[HL10x]", "unknown rule `HL10x`; did you mean"),
        ("Procfile", "# herolint: ignore[HL105] x\nbad()", "Procfile takes no ignore comments"),
        (".python-version", "bad() # herolint: ignore[HL105] x", "takes no ignore comments"),
        ("Dockerfile", "RUN bad() # herolint: ignore[HL105] x", "needs a line of its own"),
        ("app.py", "x = '# herolint: ignore[HL105] x'; bad()", ""),
        ("app.json", '{"a": "herolint: ignore[HL105]", "b": "bad()"}', ""),
        ("app.yaml", "a: bad()#herolint: ignore[HL105] x", ""),
    ],
)
def test_a_comment_that_does_not_count(path: str, text: str, problem: str) -> None:
    source = SourceFile(path, text.encode())
    done = outcome(source, finding(source, "bad()"))
    assert len(done.kept) == 1
    assert not done.suppressed
    assert [problem in p.message for p in done.problems] == ([True] if problem else [])


def test_an_ignore_of_a_rule_that_did_not_run_is_not_unused() -> None:
    source = SourceFile("app.py", b"x()  # herolint: ignore[HL106] x\n")
    assert not outcome(source, enabled="HL105").problems


def test_configured_ignores() -> None:
    source = SourceFile("old/app.py", b"bad()\n")
    ignore = Ignore(rule="HL1", path="old/**", reason="goes away", origin="herolint.toml:3")
    done = outcome(source, finding(source, "bad()"), ignores=(ignore,))
    assert [(s.kind, s.reason) for _, s in done.suppressed] == [("config", "goes away")]
    unused = Ignore(rule="HL201", path="old/**", reason="goes away", origin="herolint.toml:9")
    done = outcome(source, finding(source, "bad()"), ignores=(unused,))
    assert [p.message for p in done.problems] == ["herolint.toml:9: unused ignore: no finding of HL201 under old/**"]


def test_an_ignore_ends_after_its_last_day() -> None:
    source = SourceFile("app.py", b"bad()\n")
    last_day = Ignore(rule="HL105", path="**", reason="x", until=date(2026, 11, 24), origin="herolint.toml:1")
    assert not outcome(source, finding(source, "bad()"), ignores=(last_day,)).kept
    over = Ignore(rule="HL105", path="**", reason="x", until=date(2026, 11, 23), origin="herolint.toml:1")
    done = outcome(source, finding(source, "bad()"), ignores=(over,))
    assert len(done.kept) == 1
    assert "ended on 2026-11-23" in done.problems[0].message


def test_a_finding_about_the_whole_repository_is_ignored_by_the_configuration() -> None:
    absent = Finding(code="HL105", name="x", severity=Severity.ERROR, message="x", at=Place(""))
    ignore = Ignore(rule="HL105", path="**", reason="known", origin="herolint.toml:1")
    assert not outcome(SourceFile("a.py", b""), absent, ignores=(ignore,)).kept


@pytest.mark.parametrize(
    "text", ["# herolint: ignore[HL105] x\n" * 40_000, "f(" * 20_000 + "# herolint: ignore[HL105]\n", "herolint: ignore" * 60_000]
)
def test_hostile_files_take_no_time(text: str) -> None:
    source = SourceFile("app.py", text.encode())
    start = perf_counter()
    outcome(source)
    assert perf_counter() - start < 5
