"""From what the rules said to what is reported: exclusions, ignores, the baseline, severity, changes and confidence, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from herolint import baseline
from herolint.baseline import Baseline
from herolint.comments import may_hold_comments
from herolint.config import Config
from herolint.finding import Confidence, Finding, Place, Problem, Suppression
from herolint.globs import matches
from herolint.source import SourceFile
from herolint.suppress import Scope, suppress

if TYPE_CHECKING:
    from herolint.since import Since
    from herolint.workspace import Workspace

_MOST_FILES = 5000
"""Files without findings that are searched for ignore comments; beyond, an unused one goes unreported."""


class Settled(msgspec.Struct, frozen=True):
    """The findings to report, those suppressed and why, problems with ignores, and how many are hidden: as unsure, as resting on no change."""

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...]
    problems: tuple[Problem, ...]
    unsure: int
    unchanged: int


def settle(
    findings: Iterable[Finding], workspace: Workspace, config: Config, scope: Scope, before: Baseline | None, since: Since | None
) -> Settled:
    """Part findings into those that count and the others. `before` is what was accepted, `since` what has changed; None: all counts."""
    judged = [finding for finding in findings if not any(matches(p, scope.prefix + finding.at.path) for p in config.exclude)]
    known = list(_identified(_said_once(judged), workspace.read))
    outcome = suppress(known, _commented(workspace, known), config.ignores, scope)
    new, old = baseline.part(outcome.kept, before) if before is not None else (outcome.kept, ())
    severe = [finding for finding in new if finding.severity >= config.severity]
    shown = [finding for finding in severe if since is None or since.concerns(finding)]
    sure = [finding for finding in shown if config.pedantic or finding.confidence > Confidence.LOW]
    return Settled(
        findings=tuple(sure),
        suppressed=(*outcome.suppressed, *old),
        problems=outcome.problems,
        unsure=len(shown) - len(sure),
        unchanged=len(severe) - len(shown),
    )


def _said_once(findings: list[Finding]) -> Iterator[Finding]:
    """Without what is said for the root of a place of which the app of a folder says the same in other words, and no less."""
    below = {(found.code, found.at.path, found.at.span): found for found in findings if found.app}
    for finding in findings:
        other = below.get((finding.code, finding.at.path, finding.at.span)) if not finding.app else None
        if other is None or other.message == finding.message or other.severity < finding.severity:
            yield finding


def _identified(findings: Iterable[Finding], read: Callable[[str], SourceFile | None]) -> Iterator[Finding]:
    """The distinct findings in the order of reports, each with its anchor and its number among those alike."""

    def order(finding: Finding) -> tuple[str, int, str, str]:
        return finding.at.path, finding.at.span.start if finding.at.span else -1, finding.code, finding.message

    seen: set[tuple[object, ...]] = set()
    count: dict[tuple[str, ...], int] = {}
    for finding in sorted(findings, key=order):
        same = (finding.code, finding.at.path, finding.at.span, finding.message)
        if same in seen:
            continue
        seen.add(same)
        anchor = _anchor(finding.at, read)
        alike = (finding.code, finding.app, finding.at.path, anchor or finding.message)
        count[alike] = count.get(alike, -1) + 1
        yield msgspec.structs.replace(finding, anchor=anchor, occurrence=count[alike])


def _anchor(at: Place, read: Callable[[str], SourceFile | None]) -> str:
    """The first line of a place without the white space around and inside that a formatter may change."""
    source = read(at.path) if at.span is not None else None
    if source is None or at.span is None:
        return ""
    line = source.line_span(source.line_of(at.span.start))
    return " ".join(source.slice(line).split())


def _commented(workspace: Workspace, findings: Iterable[Finding]) -> Iterator[SourceFile]:
    """The files whose ignore comments count: those with findings, and others for the comments that nothing needs."""
    with_findings = {finding.at.path for finding in findings if finding.at.span is not None}
    others = (path for path in sorted(workspace.files) if path not in with_findings and may_hold_comments(path))
    for path in (*sorted(with_findings), *islice(others, _MOST_FILES)):
        if (source := workspace.read(path)) is not None:
            yield source
