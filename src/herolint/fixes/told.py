"""What is said about fixes once they are made: what was mended, what was not and why, what is left to do by hand."""

from __future__ import annotations

from collections import Counter

from herolint.finding import Finding
from herolint.fixes.passes import Outcome
from herolint.result import Result
from herolint.source import SourceFile
from herolint.wording import count, some

_MOST_FILES = 4


def summary(outcome: Outcome, failed: list[str], *, unsafe: bool, written: bool) -> list[str]:
    """The lines, most important first; empty when there was nothing to fix."""
    lines = []
    if outcome.fixed:
        head = f"{'fixed' if written else 'would fix'} {count(len(outcome.fixed), 'finding')}"
        paths = {path for one in outcome.fixed for path in one.paths}
        lines.append(f"{head} in {count(len(paths), 'file')}:")
        lines += _rules(outcome)
    lines += [f"not fixed: {one.finding.code} at {_where(one.finding, outcome.result)}: {one.why}" for one in outcome.refused]
    lines += [f"not written: {line}" for line in failed]
    if written:
        lines += [f"now: {then}" for then in dict.fromkeys(one.finding.fix.then for one in outcome.fixed if one.finding.fix) if then]
    more = 0 if unsafe else sum(finding.is_fixable(safe=False) for finding in outcome.result.findings)
    if more:
        lines.append(f"{more} {'more ' if outcome.fixed else ''}can be fixed with --unsafe-fixes")
    return lines


def _rules(outcome: Outcome) -> list[str]:
    """One line for each rule: how often, and where."""
    names = {one.finding.code: one.finding.name for one in outcome.fixed}
    lines = []
    for code, number in sorted(Counter(one.finding.code for one in outcome.fixed).items()):
        paths = sorted({path for one in outcome.fixed if one.finding.code == code for path in one.paths})
        shown = some(paths, _MOST_FILES)
        lines.append(f"  {code} {names[code]}{f' ({number})' if number > 1 else ''}: {shown}")
    return lines


def _where(finding: Finding, result: Result) -> str:
    span = finding.at.span
    file: SourceFile | None = result.source(finding.at.path) if span is not None else None
    path = finding.at.path or "."
    return f"{path}:{file.line_of(span.start)}" if file is not None and span is not None else path
