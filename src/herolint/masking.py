"""Keeps the secrets of the repository out of everything that is told of it: code that is shown, and words that quote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from herolint.finding import Finding, Place, Problem
from herolint.workspace import Workspace

_SHORTEST = 8
"""Characters that a secret has at least to be looked for in words; a shorter one would be found in plain words."""
Hide = Callable[[str], str]


def secrets_near(findings: Iterable[Finding], workspace: Workspace) -> Iterator[Place]:
    """The secrets in every file that a report may show, whichever rules were asked for."""
    from herolint.app.services.secrets import secrets_of

    for path in sorted({place.path for finding in findings for place in (finding.at, *finding.related, *finding.flow)}):
        if (source := workspace.read(path)) is not None and not source.is_binary:
            yield from (secret.at for secret in secrets_of(source))


def hide(secrets: Iterable[Place], workspace: Workspace) -> Hide:
    """Mask the secrets in their files. Returns what masks them in words, by the same rule: `*` for all but the first four characters."""
    values = set()
    for place in secrets:
        if place.span is not None and (source := workspace.read(place.path)) is not None:
            source.mask(place.span)
            values.add(source.data[place.span.start : place.span.end].decode(source.encoding, "replace"))
    long = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)

    def hidden(words: str) -> str:
        for value in long:
            if value in words:
                words = words.replace(value, value[:4] + "*" * (len(value) - 4))
        return words

    return hidden


def without_secrets(finding: Finding, hidden: Hide) -> Finding:
    """A finding whose words give no secret away; its edits are what they were."""
    fix = finding.fix
    if fix is not None:
        fix = msgspec.structs.replace(fix, description=hidden(fix.description), then=hidden(fix.then))
    return msgspec.structs.replace(
        finding,
        message=hidden(finding.message),
        why=hidden(finding.why),
        at=_labelled(finding.at, hidden),
        related=tuple(_labelled(place, hidden) for place in finding.related),
        flow=tuple(_labelled(place, hidden) for place in finding.flow),
        fix=fix,
    )


def problem_without_secrets(problem: Problem, hidden: Hide) -> Problem:
    """A problem whose words give no secret away."""
    return msgspec.structs.replace(problem, message=hidden(problem.message), detail=hidden(problem.detail))


def _labelled(place: Place, hidden: Hide) -> Place:
    return msgspec.structs.replace(place, label=hidden(place.label))
