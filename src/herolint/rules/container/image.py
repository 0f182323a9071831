"""How a container's command is started."""

from __future__ import annotations

import re
from collections.abc import Iterator

from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, report, rule

_VARIABLE = re.compile(r"\$\{?PORT\b")


@rule("HL801", "docker-exec-form-env", ERROR, needs=("dockerfile",))
def docker_exec_form_env(app: App) -> Iterator[Finding]:
    """`$PORT` in an exec-form command: without a shell nobody fills it in."""
    for process in app.processes.values():
        if process.origin != "Dockerfile" or not process.exec_form or not _VARIABLE.search(process.text):
            continue
        span = process.at.span
        yield report(
            "HL801",
            f"{process.name}'s command is in exec form: `$PORT` reaches the program as it is written",
            Place(process.at.path, span, "no shell fills in $PORT"),
            why="the words go to the program without a shell, and it takes `$PORT` for no number: R10 or a crash at start",
            fix=f"write it in shell form: `CMD {_shell_form(process.text)}`",
            process=process.name,
            confidence=Confidence.MEDIUM,
        )


def _shell_form(text: str) -> str:
    return " ".join(text.split())
