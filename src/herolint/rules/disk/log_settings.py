"""Logs that the settings of a framework send to a file."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.frameworks.laravel import laravel_of
from herolint.app.model import App
from herolint.finding import Confidence, Finding
from herolint.rules.disk.database import lost
from herolint.rules.registry import WARNING, report


def laravel_logs(app: App) -> Iterator[Finding]:
    """Laravel's default channel where it writes files only."""
    laravel = laravel_of(app)
    found = laravel.logs() if laravel is not None else None
    if found is not None:
        unless = f" unless {found.variable} is set" if found.variable else ""
        yield report(
            "HL207",
            f"logs go to a file under storage/logs, which nobody can read{unless}",
            found.at,
            severity=WARNING,
            why="only standard output and error reach `heroku logs` and log drains; " + lost(app),
            fix=f"`heroku config:set {found.variable}=stderr`" if found.variable else "write `stderr`",
            process="web",
            confidence=Confidence.MEDIUM,
        )
