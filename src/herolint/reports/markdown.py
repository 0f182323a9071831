"""Markdown for a comment on a pull request: the sum first, then each finding with its reason and fix; notes folded away."""

from __future__ import annotations

from herolint.finding import Finding, Problem, Severity
from herolint.reports import Options
from herolint.reports.escape import plain
from herolint.reports.places import locate, locate_span
from herolint.reports.summary import summary
from herolint.result import Result
from herolint.wording import count

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\*_[]<>|~#"})
MOST = 50
"""Findings that are shown; a comment has room for some 60,000 characters."""


def render(result: Result, options: Options) -> str:
    """The comment."""
    grave = [finding for finding in result.findings if finding.severity > Severity.NOTE]
    notes = [finding for finding in result.findings if finding.severity is Severity.NOTE]
    grave.sort(key=lambda finding: -finding.severity)
    parts = [f"### herolint: {_text(summary(result, options.verbose))}"]
    parts += [_finding(finding, result) for finding in grave[:MOST]]
    if len(grave) > MOST:
        parts.append(f"… and {len(grave) - MOST} more.")
    if notes:
        parts += [
            f"<details><summary>{count(len(notes), 'note')}</summary>",
            *(_finding(one, result) for one in notes[:MOST]),
            "</details>",
        ]
    if result.problems:
        parts += ["#### Not read or not done", "\n".join(_problem(problem, result) for problem in result.problems[:MOST])]
    return "\n\n".join(parts) + "\n"


def _finding(finding: Finding, result: Result) -> str:
    """A bullet with the message, and indented under it why it matters, what to do and how the code gets there."""
    at = locate(finding.at, result.source)
    lines = [f"- **{finding.severity.word} {finding.code}** {_code(at.line_words)} {_text(finding.message)}"]
    if finding.flow:
        steps = [locate(place, result.source) for place in finding.flow]
        lines.append("  *path:* " + " → ".join(_code(step.line_words) for step in steps))
    lines += [f"  *why:* {_text(finding.why)}"] if finding.why else []
    lines += [f"  *help:* {_text(finding.fix.description)}"] if finding.fix else []
    return "  \n".join(lines)


def _problem(problem: Problem, result: Result) -> str:
    at = locate_span(problem.path, problem.span, result.source)
    return f"- {_code(at.line_words)} {_text(problem.message)}"


def _code(text: str) -> str:
    return "`" + plain(text).replace("`", "'") + "`"


def _text(text: str) -> str:
    """Text in which only pairs of backticks keep a meaning, which messages use for code."""
    parts = plain(text).split("`")
    if len(parts) % 2 == 0:
        return "'".join(parts).translate(_SPECIAL)
    return "".join(f"`{part}`" if number % 2 else part.translate(_SPECIAL) for number, part in enumerate(parts))
