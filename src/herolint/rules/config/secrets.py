"""Rules about secrets in the pushed files."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.secrets import secrets_in
from herolint.finding import Confidence, Finding
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL701", "committed-secret", ERROR, WARNING)
def committed_secret(app: App) -> Iterator[Finding]:
    """A real secret stands in a file that is pushed."""
    for secret in secrets_in(app):
        yield report(
            "HL701",
            f"{secret.kind} is committed: {secret.masked}",
            secret.at,
            severity=ERROR if secret.certain else WARNING,
            why="whoever can read the repository or its history can use it; .env files are not read on Heroku anyway",
            fix="revoke it, take it out of the repository, and set it with `heroku config:set`",
            confidence=Confidence.HIGH if secret.certain else Confidence.MEDIUM,
        )
