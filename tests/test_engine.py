"""The engine with a made-up app: what happens to findings between the rules and the reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from herolint import engine
from herolint.config import Config, ConfigError, Ignore, RuleConfig
from herolint.finding import Confidence, Edit, Finding, Fix, Place, Problem, Severity
from herolint.result import Result
from herolint.rules.registry import Rule
from herolint.source import SourceFile, Span

FILES = {"app.py": b"one\ntwo  (2)\ntwo (2)\n", "sub/app.py": b"one\n"}


def finding(message: str, line: int | None = 1, path: str = "app.py", **more: Any) -> Finding:
    span = SourceFile(path, FILES["app.py"]).line_span(line) if line else None
    code = more.pop("code", "HL105")
    return Finding(code=code, name="x", severity=more.pop("severity", Severity.ERROR), message=message, at=Place(path, span), **more)


class FakeWorkspace:
    """Files in memory."""

    problems = (Problem(message="unreadable", path="x"),)

    def __init__(self) -> None:
        self.files = dict.fromkeys(FILES)

    def read(self, path: str) -> SourceFile | None:
        return SourceFile(path, FILES[path]) if path in FILES else None


class Bench:
    """Runs made-up rules over made-up apps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rules: list[Rule] = []
        self.apps = [self.app("")]
        monkeypatch.setattr(engine, "load_rules", lambda _root: (tuple(self.rules), ()))
        monkeypatch.setattr("herolint.workspace.open_workspace", lambda _root: FakeWorkspace())
        monkeypatch.setattr(engine, "apps_in", lambda *_: self.apps)

    def app(self, path: str) -> Any:
        root = SimpleNamespace(path=path)
        platform = SimpleNamespace(checked="2026-11-01")
        has = {"files": True, "code": True, "procfile": False}.__getitem__
        return SimpleNamespace(root=root, platform=platform, problems=[], processes={"web": 1}, language="python", label="app", has=has)

    def rule(self, code: str, *findings: Finding, needs: tuple[str, ...] = ("files",)) -> None:
        self.rules.append(Rule(code, f"rule-{code.lower()}", (Severity.ERROR,), lambda _app: iter(findings), needs))

    def run(self, root: Path = Path("/nowhere"), **config: Any) -> Result:
        return engine.run(root, Config(**config), engine.RunOptions(today=date(2026, 11, 24), cache=False))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_findings_are_sorted_distinct_and_identified(bench: Bench) -> None:
    bench.rule("HL105", finding("c", 3), finding("b", 2), finding("b", 2), finding("whole", None, ""))
    bench.rule("HL104", finding("a", 2, code="HL104"))
    result = bench.run()
    assert [(f.message, f.anchor, f.occurrence) for f in result.findings] == [
        ("whole", "", 0),
        ("a", "two (2)", 0),
        ("b", "two (2)", 0),
        ("c", "two (2)", 1),
    ]
    assert len({f.id for f in result.findings}) == 4
    assert (result.today, result.facts_date, result.root) == ("2026-11-24", "2026-11-01", "/nowhere")
    assert [(app.path, app.processes, app.language) for app in result.apps] == [("", ("web",), "python")]
    assert [problem.message for problem in result.problems] == ["unreadable"]


def test_a_rule_that_raises_is_a_problem_and_the_others_go_on(bench: Bench) -> None:
    def broken(_app: object) -> Iterator[Finding]:
        yield finding("before")
        raise ValueError("first line\nsecond")

    bench.rules.append(Rule("HL101", "broken", (Severity.ERROR,), broken, ("files",)))
    bench.rule("HL105", finding("after"))
    bench.rule("HL106", needs=("no-such-need",))
    result = bench.run()
    assert {f.message for f in result.findings} == {"before", "after"}
    failures = [problem for problem in result.problems if problem.rule]
    assert [problem.rule for problem in failures] == ["HL101", "HL106"]
    assert failures[0].message == "rule HL101 broken failed: ValueError: first line; its findings are incomplete"
    assert "test_engine.py" in failures[0].detail


def test_an_app_whose_processes_cannot_be_made_out_is_still_judged(bench: Bench) -> None:
    class Broken(SimpleNamespace):
        @property
        def processes(self) -> dict[str, int]:
            raise RecursionError("too deep")

    app = bench.app("")
    del app.processes
    bench.apps = [Broken(**vars(app))]
    bench.rule("HL105", finding("x"))
    result = bench.run()
    assert [f.message for f in result.findings] == ["x"]
    assert any("could not be made out" in problem.message for problem in result.problems)


def test_a_rule_runs_when_the_app_has_all_that_it_needs(bench: Bench) -> None:
    bench.rule("HL101", finding("no"), needs=("procfile",))
    bench.rule("HL102", finding("no"), needs=("procfile", "code"))
    bench.rule("HL103", finding("yes"), needs=("files", "code"))
    assert [f.message for f in bench.run().findings] == ["yes"]


def test_findings_of_a_sub_app_are_relative_to_the_root(bench: Bench) -> None:
    bench.apps = [bench.app("sub")]
    bench.apps[0].problems.append(Problem(message="bad", path="x.toml"))
    fix = Fix("do", (Edit("app.py", Span(0, 1), "x"),))
    bench.rule("HL105", finding("x", related=(Place("Procfile"),), flow=(Place("a.py"),), fix=fix), finding("whole", None, ""))
    whole, first = bench.run().findings
    assert first.fix is not None
    assert (first.at.path, first.app, first.related[0].path, first.flow[0].path) == ("sub/app.py", "sub", "sub/Procfile", "sub/a.py")
    assert first.fix.edits[0].path == "sub/app.py"
    assert whole.at.path == "sub"
    assert "sub/x.toml" in {problem.path for problem in bench.run().problems}


def test_what_the_configuration_changes(bench: Bench) -> None:
    bench.rule("HL105", finding("a", 1), finding("b", 2, "old/app.py"))
    bench.rule("HL106", finding("c", 3, code="HL106"))
    severity = (RuleConfig("HL106", "note"),)
    assert [f.severity.word for f in bench.run(rules=severity).findings if f.code == "HL106"] == ["note"]
    assert [f.message for f in bench.run(rules=severity, severity=Severity.WARNING).findings] == ["a", "b"]
    assert [f.message for f in bench.run(select=("HL106",)).findings] == ["c"]
    assert [f.message for f in bench.run(ignore=("HL106",), exclude=("old",)).findings] == ["a"]
    assert [f.message for f in bench.run(rules=(RuleConfig("rule-hl105", "off"),)).findings] == ["c"]
    with pytest.raises(ConfigError, match="HL999"):
        bench.run(select=("HL999",))


def test_unsure_findings_are_counted_but_not_shown(bench: Bench) -> None:
    bench.rule("HL105", finding("sure"), finding("unsure", 2, confidence=Confidence.LOW))
    result = bench.run()
    assert ([f.message for f in result.findings], result.hidden_unsure) == (["sure"], 1)
    result = bench.run(pedantic=True)
    assert (len(result.findings), result.hidden_unsure) == (2, 0)


def test_patterns_start_at_the_folder_of_the_configuration(bench: Bench, tmp_path: Path) -> None:
    bench.rule("HL105", finding("x"))
    (tmp_path / "backend").mkdir()
    ignore = Ignore(rule="HL105", path="backend/app.py", reason="known", origin="herolint.toml:1")
    result = bench.run(tmp_path / "backend", folder=tmp_path, ignores=(ignore,))
    assert (len(result.findings), [s.reason for _, s in result.suppressed]) == (0, ["known"])
    assert len(bench.run(tmp_path, folder=tmp_path, ignores=(ignore,)).findings) == 1


def test_what_fails_a_run() -> None:
    problem = Problem(message="x")
    noted = Result(findings=(finding("x", severity=Severity.WARNING),))
    assert not engine.failing(noted, Severity.ERROR, strict=False)
    assert engine.failing(noted, Severity.WARNING, strict=False)
    assert not engine.failing(noted, None, strict=True)
    assert engine.failing(Result(problems=(problem,)), None, strict=True)
    assert not engine.failing(Result(problems=(problem,)), Severity.NOTE, strict=False)


def test_what_two_procfiles_of_one_root_share_is_told_once(tmp_path: Path) -> None:
    for one, program in (("api", "web: node packages/api/server.js"), ("site", "web: node packages/site/serve.js\nclock: node clock.js")):
        folder = tmp_path / "packages" / one
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(f'{{"name": "{one}"}}')
        (folder / "Procfile").write_text(program + "\n")
    (tmp_path / "package.json").write_text('{"workspaces": ["packages/*"], "scripts": {"heroku-postbuild": "echo built"}}')
    (tmp_path / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {"": {"workspaces": ["packages/*"]}}}')
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=date(2026, 11, 1), cache=False))
    assert [one.processes for one in result.apps] == [("web", "clock")]
    assert [found.at.path for found in result.findings if found.code == "HL408"] == ["package.json"]
    missing = {(found.at.path, found.process) for found in result.findings if found.code == "HL110"}
    assert missing == {("packages/api/Procfile", "web"), ("packages/site/Procfile", "web"), ("packages/site/Procfile", "clock")}
