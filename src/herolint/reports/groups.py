"""Findings that say the same in many places stand together, so that a report tells them once."""

from __future__ import annotations

from herolint.finding import Finding

MOST_SHOWN = 5
"""So many findings of one rule with one message are each told in full; more of them are told once."""


def alike(findings: tuple[Finding, ...]) -> list[list[Finding]]:
    """Findings in their order; those of one rule with one message stand together when there are more than five."""
    same_words: dict[object, list[Finding]] = {}
    for finding in findings:
        same_words.setdefault((finding.code, finding.severity, finding.message), []).append(finding)
    groups: list[list[Finding]] = []
    for finding in findings:
        same = same_words[(finding.code, finding.severity, finding.message)]
        if len(same) <= MOST_SHOWN:
            groups.append([finding])
        elif same[0] is finding:
            groups.append(same)
    return groups
