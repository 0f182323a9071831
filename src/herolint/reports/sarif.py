"""SARIF 2.1.0 for code scanning: rules with their pages, exact regions, flows, fixes, fingerprints and suppressions."""

from __future__ import annotations

from typing import Any

from herolint import __version__
from herolint.finding import Finding, Fix, Place, Problem, Suppression
from herolint.reports import Options, RuleInfo
from herolint.reports.escape import json_text
from herolint.reports.paint import folder_uri, path_uri
from herolint.reports.places import Located, Sources, locate, locate_span, main_file
from herolint.reports.repository import from_top
from herolint.result import Result

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"


def render(result: Result, options: Options) -> str:
    """One log with one run; `results` is an empty list when nothing was found."""
    result = from_top(result)
    rules = {rule.code: rule for rule in options.rules}
    every = [*result.findings, *(finding for finding, _ in result.suppressed)]
    for finding in every:
        rules.setdefault(finding.code, RuleInfo(finding.code, finding.name, finding.severity.word))
    index = {code: number for number, code in enumerate(rules)}
    results = [_result(finding, index, result) for finding in result.findings]
    if result.suppressed:
        # The standard wants the list with every result or with none; an empty one says "not suppressed".
        results = [{**one, "suppressions": []} for one in results]
        results += [{**_result(finding, index, result), "suppressions": [_suppression(why, result)]} for finding, why in result.suppressed]
    base = folder_uri(result.root)
    run = {
        "tool": {"driver": {"name": "herolint", "version": __version__, "rules": [_rule(rule) for rule in rules.values()]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": base} if base else {"description": {"text": "the folder that was checked"}}},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": [_notification(one, index, result) for one in result.problems]}
        ],
        "results": results,
        "properties": {"platformFacts": result.facts_date, "unsureNotShown": result.hidden_unsure},
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: RuleInfo) -> dict[str, Any]:
    summary = rule.summary or rule.name
    grade = {"error": "error", "warning": "warning"}.get(rule.severity_word, "recommendation")
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": rule.help_text or summary, "markdown": rule.help_markdown or rule.help_text or summary},
        "defaultConfiguration": {"level": rule.severity_word},
        "properties": {"problem.severity": grade, "tags": ["deployment"]},
    }


def _result(finding: Finding, index: dict[str, int], result: Result) -> dict[str, Any]:
    told = [finding.message, finding.why, finding.fix.description if finding.fix else ""]
    document: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity.word,
        "message": _message("\n".join(part for part in told if part)),
        "locations": [_main_location(finding, result.source)],
        "partialFingerprints": {"herolint/v1": finding.id},
        "properties": {"confidence": finding.confidence.word, "process": finding.process, "app": finding.app},
    }
    if related := [_location(place, result.source) for place in finding.related if place.path]:
        document["relatedLocations"] = [{"id": number, **one} for number, one in enumerate(related, 1)]
    if steps := [{"location": _location(place, result.source)} for place in finding.flow if place.path]:
        document["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if fix := _fix(finding.fix, result.source):
        document["fixes"] = [fix]
    return document


def _message(text: str) -> dict[str, str]:
    # Viewers turn `[text](target)` into a link, and names from the repository must not make one.
    return {"text": text.replace("](", "] (")}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": path_uri(path), "uriBaseId": _ROOT}


def _region(at: Located) -> dict[str, int] | None:
    if at.start is None or at.end is None:
        return None
    return {"startLine": at.start.line, "startColumn": at.start.column, "endLine": at.end.line, "endColumn": at.end.column}


def _location(place: Place, source: Sources) -> dict[str, Any]:
    region = _region(locate(place, source))
    physical = {"artifactLocation": _artifact(place.path), **({"region": region} if region else {})}
    return {"physicalLocation": physical, **({"message": _message(place.label)} if place.label else {})}


def _main_location(finding: Finding, source: Sources) -> dict[str, Any]:
    """Where the alert stands. Code scanning needs a file and a line: a finding about the whole app stands in its main file."""
    place = finding.at
    if not place.path:
        place = Place(main_file(finding.app, source) or finding.app, label=place.label)
    location = _location(place, source)
    location["physicalLocation"].setdefault("region", {"startLine": 1})
    return location


def _fix(fix: Fix | None, source: Sources) -> dict[str, Any] | None:
    """The edits, file by file; None where one does more than replace a span, or stands in a file whose lines cannot be told."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.plain if fix else ():
        region = _region(locate_span(edit.path, edit.span, source))
        if region is None and edit.span.end == 0:
            region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
        if region is None:
            return None
        changes.setdefault(edit.path, []).append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    if fix is None or not changes:
        return None
    description = fix.description if fix.safe else f"{fix.description} (unsafe: may change what the app does)"
    artifacts = [{"artifactLocation": _artifact(path), "replacements": replacements} for path, replacements in changes.items()]
    return {"description": _message(description), "artifactChanges": artifacts}


def _suppression(why: Suppression, result: Result) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": "inSource" if why.kind == "inline" else "external", "status": "accepted"}
    if why.reason:
        document["justification"] = why.reason
    if why.at and why.at.path:
        document["location"] = _location(why.at, result.source)
    return document


def _notification(problem: Problem, index: dict[str, int], result: Result) -> dict[str, Any]:
    document: dict[str, Any] = {"level": "error" if problem.rule else "warning", "message": _message(problem.message)}
    if problem.path:
        document["locations"] = [_location(Place(problem.path, problem.span), result.source)]
    if problem.rule:
        document["associatedRule"] = {"id": problem.rule} | ({"index": index[problem.rule]} if problem.rule in index else {})
    return document
