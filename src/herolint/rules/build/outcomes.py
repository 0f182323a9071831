"""Says what the buildpacks will say: turns outcomes of the build into findings of one rule."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.buildpacks import Topic, outcomes
from herolint.app.model import App
from herolint.finding import Finding, Fix
from herolint.rules.registry import ERROR, WARNING, report


def told(app: App, code: str, *topics: Topic) -> Iterator[Finding]:
    """The outcomes of some topics as findings of a rule: errors where the build stops."""
    for one in outcomes(app, *topics):
        yield report(
            code,
            one.message,
            one.at,
            severity=ERROR if one.fails else WARNING,
            why=one.why,
            related=one.related,
            fix=Fix(one.fix, one.edits, one.safe),
            confidence=one.confidence,
        )
