"""The findings, by the process that they hit: each with its reason, its code, the way to it, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from herolint.finding import Confidence, Finding, Fix, Problem, Severity, Suppression
from herolint.reports.diff import diff_rows
from herolint.reports.groups import alike
from herolint.reports.html_.code import frames
from herolint.reports.html_.markup import prose, rows, safe, slug_of, text
from herolint.reports.places import locate, locate_span
from herolint.result import Result
from herolint.wording import count

_WHOLE = "The build and the repository"


def findings(result: Result) -> Iterator[str]:
    """The section's parts; calm where nothing was found."""
    if not result.findings:
        yield '<p class="calm">Nothing was found.</p>'
        return
    yield _filter(result)
    several = len(result.apps) > 1
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        groups.setdefault((finding.app if several else "", finding.process), []).append(finding)
    taken: set[str] = set()
    for (app, process), members in sorted(groups.items(), key=lambda one: (one[0][0], not one[0][1], one[0][1] != "web")):
        yield from _group(app, process, members, result, taken)


def _filter(result: Result) -> str:
    """Boxes that hide a severity, by style alone: they work without any script."""
    counts = Counter(finding.severity for finding in result.findings)
    boxes = "".join(
        f'<label class="chip {level.word}"><input type="checkbox" id="show-{level.word}" checked> {count(counts[level], level.word)}</label>'
        for level in sorted(Severity, reverse=True)
        if counts[level]
    )
    return f'<fieldset class="filter"><legend>Show</legend>{boxes}</fieldset>' if len(counts) > 1 else ""


def _group(app: str, process: str, members: list[Finding], result: Result, taken: set[str]) -> Iterator[str]:
    """A heading and the findings of one process, the gravest first."""
    levels = " ".join(sorted({f"has-{finding.severity.word}" for finding in members}))
    name = f"Process <code>{text(process)}</code>" if process else _WHOLE
    where = f' <span class="soft">in {text(app)}</span>' if app else ""
    key = _unused(slug_of(f"process-{app}-{process}") if process else slug_of(f"build-{app}"), taken)
    yield f'<section class="group {levels}" aria-labelledby="{key}"><h3 id="{key}">{name}{where}</h3>'
    for same in alike(tuple(sorted(members, key=lambda finding: -finding.severity))):
        yield _finding(same, result, taken)
    yield "</section>"


def _unused(key: str, taken: set[str]) -> str:
    """The id, with a number behind it where the page has it already."""
    number, found = 1, key
    while found in taken:
        number += 1
        found = f"{key}-{number}"
    taken.add(found)
    return found


def _finding(same: list[Finding], result: Result, taken: set[str]) -> str:
    finding = same[0]
    word = finding.severity.word
    key = _unused(f"finding-{finding.id}", taken)
    code = f'<a class="rule" href="#rule-{slug_of(finding.code)}">{text(finding.code)}</a>'
    parts = [
        f'<article class="finding {word}" id="{key}" aria-labelledby="{key}-title">',
        f'<h4 id="{key}-title"><span class="badge {word}">{word}</span> {prose(finding.message)}</h4>',
        f'<p class="kind">{code} {text(finding.name)}{_sure(finding)}</p>',
        *frames(finding, result.source),
        *_flow(finding, result),
        *_advice(finding, result),
        *_same(same, result),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _sure(finding: Finding) -> str:
    return f" · {finding.confidence.word} confidence" if finding.confidence is not Confidence.HIGH else ""


def _flow(finding: Finding, result: Result) -> Iterator[str]:
    if finding.flow:
        steps = (locate(place, result.source) for place in finding.flow)
        items = "".join(f'<li><code class="place">{safe(at.line_words)}</code> {text(at.label)}</li>' for at in steps)
        yield f'<div class="flow"><h5>How the code gets there</h5><ol>{items}</ol></div>'


def _advice(finding: Finding, result: Result) -> Iterator[str]:
    why = f"<div><dt>Why it hurts</dt><dd>{prose(finding.why)}</dd></div>" if finding.why else ""
    what = _fix(finding, finding.fix, result) if finding.fix is not None else ""
    if why or what:
        yield f"<dl>{why}{what}</dl>"


def _fix(finding: Finding, fix: Fix, result: Result) -> str:
    edits = ""
    if fix.edits:
        diff = "\n".join(rows(diff_rows(finding, result.source, "")))
        how = "safe, with <code>--fix</code>" if fix.safe else "with <code>--unsafe-fixes</code>"
        edits = (
            f'<span class="soft">{how}</span><pre class="diff" tabindex="0" role="region" aria-label="The fix"><code>{diff}</code></pre>'
        )
    return f"<div><dt>What to do</dt><dd>{prose(fix.description)} {edits}</dd></div>"


def _same(same: list[Finding], result: Result) -> Iterator[str]:
    first, *others = same
    if others:
        items = []
        for other in others:
            at = locate(other.at, result.source)
            own = f" {text(at.label)}" if at.label and at.label != first.at.label else ""
            items.append(f'<li><code class="place">{safe(at.words)}</code>{own}</li>')
        yield f'<details class="more"><summary>The same at {count(len(others), "more place")}</summary><ul>{"".join(items)}</ul></details>'


def problems(result: Result) -> Iterator[str]:
    """What could not be read or done."""
    yield "<ul>"
    yield from (f"<li>{_problem(problem, result)}</li>" for problem in result.problems)
    yield "</ul>"


def _problem(problem: Problem, result: Result) -> str:
    at = locate_span(problem.path, problem.span, result.source)
    where = f'<code class="place">{safe(at.words)}</code> ' if at.path else ""
    rule = f"{text(problem.rule)}: " if problem.rule else ""
    detail = f' <span class="soft">({text(problem.detail)})</span>' if problem.detail else ""
    return f"{where}{rule}{prose(problem.message)}{detail}"


def suppressed(result: Result) -> Iterator[str]:
    """Findings that are accepted, with the reason."""
    yield "<ul>"
    yield from (f"<li>{_suppressed(finding, why, result)}</li>" for finding, why in result.suppressed)
    yield "</ul>"


def _suppressed(finding: Finding, why: Suppression, result: Result) -> str:
    at = locate(finding.at, result.source)
    reason = f": {text(why.reason)}" if why.reason else ""
    return (
        f'<code class="place">{safe(at.words)}</code> {finding.severity.word} {text(finding.code)} {prose(finding.message)}'
        f' <span class="soft">({text(why.kind)}{reason})</span>'
    )
