"""The contracts of the formats for machines: JSON's keys, SARIF's schema and meaning, GitHub's escaping."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator
from report_samples import RULES, SAMPLES, absent, empty, finding, hostile, many, one, result_of, wide

from herolint.changes import AddLines, Rename, SetArgument
from herolint.finding import Edit, Fix, Place, Severity, Suppression
from herolint.reports import Options, render
from herolint.result import Result
from herolint.source import Span

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def json_of(result: Result, **options: Any) -> Any:
    return json.loads(render("json", result, Options(**options)))


def run_of(result: Result) -> Any:
    document = json.loads(render("sarif", result, Options(rules=RULES)))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


@pytest.mark.parametrize("sample", SAMPLES)
def test_json_has_the_keys_of_the_contract(sample: str) -> None:
    document = json_of(SAMPLES[sample]())
    assert list(document) == ["version", "findings", "apps", "problems"]
    assert document["version"] == 1
    for one_finding in document["findings"]:
        assert list(one_finding) == [
            *("code", "name", "severity", "confidence", "message", "path", "range"),
            *("app", "process", "related", "flow", "fix"),
        ]


def test_json_ranges_count_from_one_in_code_points() -> None:
    found = json_of(one())["findings"][0]
    assert found["range"] == {"start": {"line": 6, "column": 29}, "end": {"line": 6, "column": 38}}
    edit = {"kind": "replace", "path": "app.py", "range": found["range"], "text": 'port=int(os.environ.get("PORT", "5000"))'}
    assert found["fix"]["edits"] == [edit]
    wide_range = json_of(wide())["findings"][1]["range"]
    assert (wide_range["start"]["column"], wide_range["end"]["column"]) == (26, 32)
    assert json_of(absent())["findings"][0]["path"] == ""
    assert json_of(absent())["findings"][0]["range"] is None


def test_json_keeps_hostile_text_exact() -> None:
    found = json_of(hostile())["findings"]
    assert found[0]["message"] == hostile().findings[0].message
    assert found[0]["path"] == hostile().findings[0].at.path
    assert found[1]["path"] == "bad\\udcff.py"


def test_json_shows_ignored_findings_when_asked() -> None:
    assert "suppressed" not in json_of(many())
    ignored = json_of(many(), show_suppressed=True)["suppressed"]
    assert [one_ignored["suppression"]["reason"] for one_ignored in ignored] == ["behind a proxy", ""]


@pytest.mark.parametrize("sample", SAMPLES)
def test_sarif_is_valid(sample: str) -> None:
    document = json.loads(render("sarif", SAMPLES[sample](), Options(rules=RULES)))
    errors = [f"{list(error.path)}: {error.message[:200]}" for error in Draft4Validator(SCHEMA).iter_errors(document)]
    assert errors == []


def test_sarif_of_a_clean_run_has_empty_results_and_all_rules() -> None:
    run = run_of(empty())
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["HL105", "HL502"]
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith("# HL105")


def test_sarif_result() -> None:
    run = run_of(one())
    (result,) = run["results"]
    region = {"startLine": 6, "startColumn": 29, "endLine": 6, "endColumn": 38}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///app/my%20shop/"}}
    assert result["level"] == "error"
    assert result["ruleIndex"] == 0
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "app.py", "uriBaseId": "%SRCROOT%"},
        "region": region,
    }
    assert result["relatedLocations"][0]["message"]["text"] == "this process starts it"
    assert result["partialFingerprints"] == {"herolint/v1": one().findings[0].id}
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"] == region
    assert "suppressions" not in result


def test_sarif_flow_suppressions_and_notifications() -> None:
    run = run_of(many())
    flows = [result["codeFlows"][0]["threadFlows"][0]["locations"] for result in run["results"] if "codeFlows" in result]
    assert [len(flow) for flow in flows] == [3, 7]
    assert [result["suppressions"] for result in run["results"][:-2]] == [[]] * 9
    inline, config = (result["suppressions"][0] for result in run["results"][-2:])
    assert (inline["kind"], inline["justification"]) == ("inSource", "behind a proxy")
    assert config["kind"] == "external"
    assert "justification" not in config
    first, second = run["invocations"][0]["toolExecutionNotifications"]
    assert (first["level"], first["locations"][0]["physicalLocation"]["region"]["startLine"]) == ("warning", 1)
    assert (second["level"], second["associatedRule"]["id"]) == ("error", "HL502")


def test_sarif_gives_findings_about_the_whole_a_file_and_a_line() -> None:
    def location(result: Result) -> Any:
        return run_of(result)["results"][0]["locations"][0]["physicalLocation"]

    assert location(absent())["artifactLocation"]["uri"] == "requirements.txt"
    assert location(absent())["region"] == {"startLine": 1}
    files = {"api/Procfile": b"web: x\n", "Procfile": b"web: y\n"}
    assert location(result_of(files, finding(Place(""), app="api")))["artifactLocation"]["uri"] == "api/Procfile"
    assert location(result_of({}, finding(Place(""))))["artifactLocation"]["uri"] == "."


def test_sarif_uris_are_encoded_and_messages_hold_no_links() -> None:
    run = run_of(hostile())
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert uris == ["a%0Ab%1B%5B31m%3A%3Aerror%20file%3Dx%2Cline%3D1%3A%3Aowned%2C%25.py", "bad%FF.py"]
    assert "[a link] (https" in run["results"][0]["message"]["text"]


def test_sarif_declares_rules_it_was_not_told_about() -> None:
    ignored = finding(Place("a"), code="HL999", severity=Severity.NOTE)
    run = run_of(result_of({}, suppressed=((ignored, Suppression("config", "later")),)))
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == "HL999"


def test_github_escapes_properties_and_text() -> None:
    lines = render("github", hostile(), Options()).splitlines()
    assert len(lines) == 4
    properties, text = lines[0].removeprefix("::error ").split("::", 1)
    named = dict(pair.split("=", 1) for pair in properties.split(","))
    assert list(named) == ["file", "line", "endLine", "col", "endColumn", "title"]
    assert named["file"] == "a\\nb\\x1b[31m%3A%3Aerror file=x%2Cline=1%3A%3Aowned%2C%25.py"
    assert text.count("%0A") == 2


def test_github_puts_the_gravest_first_and_leaves_columns_out_over_lines() -> None:
    lines = render("github", many(), Options()).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::warning"] * 8 + ["::notice"] + ["::warning"] * 2
    grave = result_of({}, finding(Place("a"), severity=Severity.NOTE), finding(Place("b")))
    assert render("github", grave, Options()).startswith("::error file=b,")
    spanning = next(line for line in render("github", wide(), Options()).splitlines() if "call.py" in line)
    assert spanning.startswith("::error file=call.py,line=2,endLine=7,title=")


@pytest.mark.parametrize("sample", SAMPLES)
def test_junit_counts_what_it_holds(sample: str) -> None:
    result = SAMPLES[sample]()
    root = ElementTree.fromstring(render("junit", result, Options()))
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
    grave = [finding for finding in result.findings if finding.severity > Severity.NOTE]
    assert len(root.findall("testsuite/testcase/failure")) == len(grave)
    assert len(root.findall("testsuite/testcase/error")) == len(result.problems)


@pytest.mark.parametrize("sample", SAMPLES)
def test_checkstyle_has_every_finding_under_its_file(sample: str) -> None:
    result = SAMPLES[sample]()
    root = ElementTree.fromstring(render("checkstyle", result, Options()))
    assert sum(len(file) for file in root) == len(result.findings)
    assert {error.attrib["severity"] for error in root.iter("error")} <= {"error", "warning", "info"}
    assert all(int(error.attrib["line"]) >= 1 for error in root.iter("error"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_gitlab_has_what_the_merge_request_needs(sample: str) -> None:
    result = SAMPLES[sample]()
    issues = json.loads(render("gitlab", result, Options()))
    assert [issue["fingerprint"] for issue in issues] == [finding.id for finding in result.findings]
    for issue in issues:
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["path"]
        assert 1 <= issue["location"]["lines"]["begin"] <= issue["location"]["lines"]["end"]


def test_rdjson_counts_columns_in_bytes_and_suggests_edits() -> None:
    files = {"app.py": 'name = "é"; port = 5000\n'.encode()}
    at = Place("app.py", Span(files["app.py"].index(b"5000"), files["app.py"].index(b"5000") + 4))
    fix = Fix("read it", (Edit("app.py", at.span or Span(0, 0), "PORT"),), True)
    (diagnostic,) = json.loads(render("rdjson", result_of(files, finding(at, fix=fix)), Options()))["diagnostics"]
    where = {"start": {"line": 1, "column": 21}, "end": {"line": 1, "column": 25}}
    assert diagnostic["location"] == {"path": "app.py", "range": where}
    assert diagnostic["suggestions"] == [{"range": where, "text": "PORT"}]
    assert diagnostic["severity"] == "ERROR"


def test_markdown_leaves_no_markup_of_the_repository() -> None:
    text = render("markdown", result_of({}, finding(Place("a`b.md"), "<img src=x> **bold** [link](//x) `a_b` and `")), Options())
    assert "`a'b.md`" in text
    assert r"\<img src=x\> \*\*bold\*\* \[link\](//x) 'a\_b' and '" in text


def test_changes_that_are_more_than_replaced_text() -> None:
    """They stand in JSON by kind; formats that know replacements alone leave the fix out."""
    at = Span(0, 3)
    changes = (Rename("Procfile.txt", "Procfile"), AddLines(".gitignore", ("venv/",)), SetArgument("a.py", at, "timeout", "10"))
    result = result_of({"a.py": b"f()\n"}, finding(Place("a.py", at), fix=Fix("mend it", changes, safe=True)))
    assert json_of(result)["findings"][0]["fix"]["edits"] == [
        {"kind": "rename", "path": "Procfile.txt", "to": "Procfile"},
        {"kind": "append", "path": ".gitignore", "lines": ["venv/"]},
        {
            "kind": "set-argument",
            "path": "a.py",
            "range": {"start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 4}},
            "keyword": "timeout",
            "code": "10",
            "position": -1,
            "imports": [],
        },
    ]
    assert "fixes" not in json.loads(render("sarif", result, Options()))["runs"][0]["results"][0]
    assert "suggestions" not in json.loads(render("rdjson", result, Options()))["diagnostics"][0]
    assert "fix (safe, --fix): mend it" in render("text", result, Options())
